"""The process tiers as the command line takes them."""

from __future__ import annotations

from enum import StrEnum


class TierChoice(StrEnum):
    """A tier, from least to most process."""

    SINGLE = "single"
    CRITICAL_SPLIT = "critical-split"
    PER_SEVERITY = "per-severity"
    PER_SEVERITY_AND_AREA = "per-severity-and-area"
