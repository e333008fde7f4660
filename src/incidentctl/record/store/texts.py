"""What was made of incidents, a file for each month and purpose; of each as its folder was read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from incidentctl.domain.incident.ids import incident_folder
from incidentctl.record.store.cache import Cache

#: What texts are made for: to be searched, and what is public of them.
SEARCHED, PUBLIC = KINDS = ("texts", "public")
#: By incident: the key of its folder, and the text.
Texts = dict[str, tuple[str, str]]


def by_month(incidents: Iterable[str]) -> dict[str, list[str]]:
    """Return incidents by month, such as `2026-11`."""
    months: dict[str, list[str]] = {}
    for incident in incidents:
        year, month = incident_folder(incident).split("/")[1:3]
        months.setdefault(f"{year}-{month}", []).append(incident)
    return months


def read_texts(cache: Cache, month: str, kind: str) -> Texts:
    """Return what is cached of a month, for one of `KINDS`."""
    found = cache.get(f"{kind}/{month}")
    return {i: (key, text) for i, (key, text) in json.loads(found[1]).items()} if found else {}


def write_texts(cache: Cache, month: str, texts: Texts, kind: str) -> None:
    """Cache the texts of a month."""
    cache.put(f"{kind}/{month}", "", json.dumps(texts).encode())


def forget_texts(cache: Cache, month: str) -> None:
    """Drop all that is cached of a month."""
    for kind in KINDS:
        cache.drop(f"{kind}/{month}")
