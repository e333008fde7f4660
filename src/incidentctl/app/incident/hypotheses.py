"""Hypotheses: possible causes, ruled out or confirmed."""

from __future__ import annotations

from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import hypotheses as decide


def propose(response: Response, text: str) -> Recorded:
    """Propose a possible cause."""
    return response.record(decide.propose(response.incident, text), "hypothesis proposed")


def rule_out(response: Response, number: str | None, *, reason: str | None = None) -> Recorded:
    """Rule out the hypothesis with a number; None means the only open one."""
    stated = decide.rule_out(response.incident, number, reason=reason)
    return response.record(stated, "hypothesis ruled out")


def confirm(response: Response, number: str | None, *, reason: str | None = None) -> Recorded:
    """Confirm the hypothesis with a number; None means the only open one."""
    stated = decide.confirm(response.incident, number, reason=reason)
    return response.record(stated, "hypothesis confirmed")
