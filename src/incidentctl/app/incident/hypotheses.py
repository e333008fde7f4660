"""Hypotheses: what we think it is, and what it is not."""

from __future__ import annotations

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import hypotheses as decide


def propose(response: Response, text: str) -> Recorded:
    """Say what we think it is."""
    return response.record(decide.propose(response.incident, text), "hypothesis proposed")


def rule_out(response: Response, number: str | None, *, reason: str | None = None) -> Recorded:
    """Say that it is not the hypothesis of a number; None is the only one that is open."""
    stated = decide.rule_out(response.incident, number, reason=reason)
    return response.record(stated, "hypothesis ruled out")


def confirm(response: Response, number: str | None, *, reason: str | None = None) -> Recorded:
    """Say that it is the hypothesis of a number; None is the only one that is open."""
    stated = decide.confirm(response.incident, number, reason=reason)
    return response.record(stated, "hypothesis confirmed")
