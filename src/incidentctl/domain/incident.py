"""The state of an incident: a fold over its events, tolerant of whatever they say."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Head(NamedTuple):
    """What `list` shows of an incident: computed from its life-cycle events alone.

    `open` is False once it is resolved, cancelled or closed.
    """

    id: str
    kind: str
    title: str
    severity: str | None
    critical: bool
    status: str
    declared: datetime
    commander: str
    services: tuple[str, ...]
    product_areas: tuple[str, ...]
    owner: str | None
    ended: datetime | None
    open: bool
