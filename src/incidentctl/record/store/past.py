"""What is known of ended incidents, a line each, so that similar ones are found without git.

A line is an id, what the caller says of the head, and the head; the newest incident comes first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

from incidentctl.domain.incident.head import Head
from incidentctl.record.store.cache import Cache
from incidentctl.record.store.index import pack_head, unpack_head

_FILE = "past"

Describe = Callable[[Head], str]


class Past(NamedTuple):
    """Ended incidents: their ids, what was said of each, and the head as it is stored."""

    ids: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    packed: tuple[str, ...] = ()

    def head(self, place: int) -> Head:
        """Return the head of the incident at a place."""
        return unpack_head(json.loads(self.packed[place]))


def read_past(cache: Cache) -> Past | None:
    """Read what was last written; None if it is missing."""
    found = cache.get(_FILE)
    if found is None:
        return None
    rows = [line.split("\t", 2) for line in found[1].decode().split("\n") if line]
    return Past(*zip(*rows, strict=True)) if rows else Past()


def add(past: Past, heads: Iterable[Head], describe: Describe, *, gone: set[str]) -> Past:
    """Return what is known with more heads, the newest first, and without those that are gone."""
    fresh = {
        head.id: (head.id, describe(head), json.dumps(pack_head(head)))
        for head in heads
        if not head.open
    }
    rows = [
        row
        for row in zip(past.ids, past.lines, past.packed, strict=True)
        if row[0] not in gone and row[0] not in fresh
    ]
    # An id has the day and the minute of the declaration.
    rows = sorted([*fresh.values(), *rows], key=lambda row: row[0][4:], reverse=True)
    return Past(*zip(*rows, strict=True)) if rows else Past()


def write_past(cache: Cache, past: Past) -> None:
    """Write what is known."""
    rows = zip(past.ids, past.lines, past.packed, strict=True)
    cache.put(_FILE, "", "\n".join(map("\t".join, rows)).encode())


def forget_past(cache: Cache) -> None:
    """Drop what is known, which may hold a redacted text."""
    cache.drop(_FILE)
