"""Decide about the steps of the runbook: done, skipped, open again."""

from __future__ import annotations

import re
from typing import Any

from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import notes
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.state import DONE, OPEN, SKIPPED, Incident, Step
from incidentctl.errors import Hint, NotFoundError, RefusedError

_ADDRESS = re.compile(r"https?://[^\s<>\"]{3,}", re.IGNORECASE)
#: The steps whose link is an address that responders need, and what it is called then.
LINKED = {"open-channel": "channel", "create-ticket": "ticket"}


def find(incident: Incident, word: str) -> Step:
    """Return the step of an id or a number; NotFoundError with a suggestion otherwise."""
    folded = word.strip().casefold()
    for step in incident.steps:
        if folded == step.id.casefold() or folded == str(step.number):
            return step
    near = did_you_mean(folded, [step.id for step in incident.steps])
    hint = f"Did you mean {near!r}?" if near else Hint("list-steps")
    raise NotFoundError(f"There is no step {one_line(word)!r}.", hint=hint)


def address_in(text: str) -> str | None:
    """Return the first web address in a text, without the punctuation after it."""
    found = _ADDRESS.search(text)
    return found[0].rstrip(".,;:!?)]}>'\"") if found else None


def _by(incident: Incident, step: Step) -> str:
    return f" by {step.mark.by} at {incident.time(step.mark.at)}" if step.mark else ""


def done(
    incident: Incident, step: str, *, note: str | None = None, link: str | None = None
) -> list[Any]:
    """A step was done; RefusedError when it was done already and nothing new is told.

    An address in the note is the link, where none is given. The link of a channel or of a ticket
    is kept at the head of the log, too.
    """
    check(incident, "do a step", echo=note)
    found = find(incident, step)
    if note and not link:
        link = address_in(note)
        note = None if note.strip() == link else note
    if found.state == DONE and not note and not link:
        raise RefusedError(
            f"Step {found.id} was done{_by(incident, found)}.",
            hint=Hint("step-done", {"step": found.id}),
        )
    stated: list[Any] = [facts.StepDone(found.id, note or None, link)]
    if link and found.id in LINKED:
        stated += notes.link(incident, LINKED[found.id], link)
    return stated


def skip(incident: Incident, step: str, *, reason: str | None = None) -> list[Any]:
    """A step is left out; the reason may be empty."""
    check(incident, "skip a step", echo=reason)
    found = find(incident, step)
    if found.state in (DONE, SKIPPED):
        raise RefusedError(
            f"Step {found.id} was {found.state}{_by(incident, found)}.",
            hint=Hint("reopen-step", {"step": found.id}),
            echo=reason,
        )
    return [facts.StepSkipped(found.id, reason or None)]


def reopen(incident: Incident, step: str, *, reason: str | None = None) -> list[Any]:
    """A step is to be done after all."""
    check(incident, "reopen a step", echo=reason)
    found = find(incident, step)
    if found.state == OPEN:
        raise RefusedError(f"Step {found.id} is open.", echo=reason)
    return [facts.StepReopened(found.id, reason or None)]
