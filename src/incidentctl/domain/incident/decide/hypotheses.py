"""Decide about hypotheses: what we think it is, and what it is not."""

from __future__ import annotations

from typing import Any

from incidentctl.domain.common.lookup import said
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.decide.notes import short
from incidentctl.domain.incident.state import OPEN, Hypothesis, Incident
from incidentctl.errors import NotFoundError, UsageError


def find(incident: Incident, word: str | None) -> Hypothesis:
    """Return the hypothesis of a number; without one the only that is open.

    UsageError when several are open; NotFoundError when none fits.
    """
    if word is None:
        still = [h for h in incident.hypotheses if h.state == OPEN]
        if len(still) == 1:
            return still[0]
        if still:
            listed = "; ".join(f"{h.number} {one_line(h.text)}" for h in still)
            raise UsageError(f"Which one? {listed}", hint="Give its number.")
        raise NotFoundError("No hypothesis is open.")
    for hypothesis in incident.hypotheses:
        if word.strip() == str(hypothesis.number):
            return hypothesis
    raise NotFoundError(f"There is no hypothesis {one_line(word)!r}.", hint="Give its number.")


def propose(incident: Incident, text: str) -> list[Any]:
    """Say what we think it is."""
    check(incident, "add a hypothesis", echo=text)
    return [facts.HypothesisProposed(short(said(text, "a text")))]


def rule_out(
    incident: Incident, word: str | None = None, *, reason: str | None = None
) -> list[Any]:
    """It is not that."""
    check(incident, "judge a hypothesis", echo=reason)
    return [facts.HypothesisRuledOut(find(incident, word).id, reason)]


def confirm(incident: Incident, word: str | None = None, *, reason: str | None = None) -> list[Any]:
    """It is that."""
    check(incident, "judge a hypothesis", echo=reason)
    return [facts.HypothesisConfirmed(find(incident, word).id, reason)]
