"""The texts of incidents for searching, a file for each month; of each as its folder was read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from incidentctl.domain.incident.ids import incident_folder
from incidentctl.record.store.cache import Cache

#: By incident: the key of its folder, and the text.
Texts = dict[str, tuple[str, str]]


def by_month(incidents: Iterable[str]) -> dict[str, list[str]]:
    """Return incidents by month, such as `2026-11`."""
    months: dict[str, list[str]] = {}
    for incident in incidents:
        year, month = incident_folder(incident).split("/")[1:3]
        months.setdefault(f"{year}-{month}", []).append(incident)
    return months


def read_texts(cache: Cache, month: str) -> Texts:
    """Return what is cached of a month."""
    found = cache.get(f"texts/{month}")
    return {i: (key, text) for i, (key, text) in json.loads(found[1]).items()} if found else {}


def write_texts(cache: Cache, month: str, texts: Texts) -> None:
    """Cache the texts of a month."""
    cache.put(f"texts/{month}", "", json.dumps(texts).encode())
