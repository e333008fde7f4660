"""One alert as its sender states it, in the same words for every sender."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

State = Literal["firing", "acknowledged", "resolved"]


class Alert(NamedTuple):
    """One alert. All texts come from outside: they are neither trusted nor cleaned.

    `severity` is the sender's word, None if it has none. `started` and `ended` are aware, None if
    the sender does not say, or says a time that cannot be (as of the year 1).
    """

    source: str
    """The format it came in, or the name of the source in alerts.yaml."""
    key: str
    """Names one condition at its sender: what fires and resolves under one key is one alert."""
    group: str
    """Names what its sender groups; the key, where it groups nothing."""
    state: State
    title: str
    text: str = ""
    severity: str | None = None
    labels: Mapping[str, str] = MappingProxyType({})
    links: Mapping[str, str] = MappingProxyType({})
    """Addresses by what they lead to: `source`, `dashboard`, `silence`."""
    runbook: str | None = None
    """The address of the sender's own runbook; may be a relative path."""
    started: datetime | None = None
    ended: datetime | None = None
    delivery: str | None = None
    """Names this delivery at its sender, if it does: another one with it is the same again."""
