"""What the documentation says of a finding's code, for each rule and each check."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.errors import Level


class RuleText(NamedTuple):
    """One code that `catalog lint` can report: its level, and sentences for people."""

    code: str
    level: Level
    title: str
    reason: str
    fix: str
