"""The steps of the runbook: done, skipped, open again."""

from __future__ import annotations

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import steps as decide


def done(
    response: Response, step: str, *, note: str | None = None, link: str | None = None
) -> Recorded:
    """Mark a step as done, by its id or number."""
    stated = decide.done(response.incident, step, note=note, link=link)
    return response.record(stated, f"step {step} done")


def skip(response: Response, step: str, *, reason: str | None = None) -> Recorded:
    """Skip a step."""
    stated = decide.skip(response.incident, step, reason=reason)
    return response.record(stated, f"step {step} skipped")


def reopen(response: Response, step: str, *, reason: str | None = None) -> Recorded:
    """Reopen a step."""
    stated = decide.reopen(response.incident, step, reason=reason)
    return response.record(stated, f"step {step} reopened")
