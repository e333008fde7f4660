"""Read injects and targets of a drill as people type them, for `drill new`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from incidentctl.domain.common.times import parse_duration
from incidentctl.domain.drill.plan import Inject, Targets

#: What has a target, and the words for it.
TARGETS = {
    "declare": "until somebody declares",
    "commander": "until there is a commander",
    "first_update": "until the first update",
}


def parse_inject(text: str) -> Inject:
    """Read `5m: Support has 30 tickets`; ValueError with a sentence otherwise."""
    after, colon, tell = (part.strip() for part in text.partition(":"))
    if not colon or not tell:
        raise ValueError(f"{text!r} is not an inject: write it as `5m: Support has 30 tickets`")
    return Inject(after=parse_duration(after), tell=tell)


def parse_target(text: str) -> tuple[str, timedelta]:
    """Read `commander: 2m`; ValueError with a sentence otherwise."""
    named, colon, within = (part.strip() for part in text.partition(":"))
    name = named.casefold().replace(" ", "_").replace("-", "_")
    if not colon or name not in TARGETS:
        known = ", ".join(TARGETS)
        raise ValueError(
            f"{text!r} is not a target: write it as `commander: 2m`; there are {known}"
        )
    return name, parse_duration(within)


def targets_of(texts: Iterable[str]) -> Targets:
    """Return the targets that were typed; of two for one thing the last."""
    return Targets(**dict(parse_target(text) for text in texts))
