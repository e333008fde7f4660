"""What people wrote about an incident, in one form, so that it can be searched."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from incidentctl.domain.incident.events import Event, Unknown
from incidentctl.domain.incident.fold.corrections import apply_corrections, in_order

#: The fields that hold what somebody wrote. Titles of steps stand in every incident: not those.
_WRITTEN = ("title", "text", "note", "reason", "command", "label", "url", "link")
_BY_CATALOG = frozenset({"runbook-attached", "runbook-detached", "process-resolved"})


def normal(text: str) -> str:
    """Return a text so that case, white space and the normal form of Unicode do not matter."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(text.casefold().split())


def written(events: Iterable[Event]) -> str:
    """Return all that people wrote, as it is after corrections, a line for each text."""
    effective, _ = apply_corrections(in_order(events)[0])
    found = (
        value
        for each in effective
        if each.event.kind not in _BY_CATALOG and not isinstance(each.fact, Unknown)
        for field in _WRITTEN
        if isinstance(value := getattr(each.fact, field, None), str)
    )
    return "\n".join(map(normal, found))
