"""Compute the heads of all incidents, or of all alert groups: only for changed months.

Of incidents only lifecycle events are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from incidentctl.domain.incident.event_json import EventError
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.facts import LIFECYCLE
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.ids import is_incident_id, record_folder
from incidentctl.git.objects import Found, Objects, entries, raw_entries
from incidentctl.record.store import paths
from incidentctl.record.store.cache import Cache
from incidentctl.record.store.index import pack_head, unpack_head
from incidentctl.record.store.stored_event import check

FoldHead = Callable[[str, Sequence[Event]], Head]


class Shelf(NamedTuple):
    """A folder at the top of the branch, and what is known of each thing in it."""

    root: str
    cached: str
    """The folder of the cache, with a file for each month."""
    is_id: Callable[[str], bool]
    kinds: frozenset[bytes] | None
    """The kinds of events that are read; None for all."""
    fold: Callable[[str, Sequence[Event]], Any]
    pack: Callable[[Any], Any]
    """Writes what `fold` returns for JSON."""
    unpack: Callable[[Any], Any]


_FOLDER = b"40000"
_KINDS = frozenset(kind.encode() for kind in LIFECYCLE)
_YEAR, _MONTH = r"\d{4}\Z", r"\d{2}\Z"


class IndexedIncident(NamedTuple):
    """An incident or a group on the branch: the key of its folder, and its head.

    The head is None if it has no event.
    """

    key: str
    head: Any


def incidents(fold_head: FoldHead) -> Shelf:
    """Return the shelf of the incidents."""
    return Shelf(
        paths.INCIDENTS, "months", is_incident_id, _KINDS, fold_head, pack_head, unpack_head
    )


def scan(
    objects: Objects, tips: Sequence[str], cache: Cache, shelf: Shelf
) -> dict[str, IndexedIncident]:
    """Return everything on a shelf at some commits, by id; unchanged months come from the cache."""
    seen: dict[str, IndexedIncident] = {}
    fresh: dict[str, tuple[str, dict[str, list[str]]]] = {}
    known: dict[str, IndexedIncident] = {}
    for month, oids in _months(objects, tips, shelf.root).items():
        key = ",".join(oids)
        cached = cache.get(f"{shelf.cached}/{month}")
        heads = _unpack(cached[1], shelf) if cached else {}
        if cached and cached[0] == key:
            seen.update(heads)
        else:
            known.update(heads)
            fresh[month] = (key, _idents(objects, month, oids, shelf))
    changed = {
        ident: oids
        for _, idents in fresh.values()
        for ident, oids in idents.items()
        if ident not in known or known[ident].key != ",".join(oids)
    }
    known.update(_read(objects, changed, shelf))
    for month, (key, idents) in fresh.items():
        heads = {ident: known[ident] for ident in idents}
        cache.put(f"{shelf.cached}/{month}", key, _pack(heads, shelf))
        seen.update(heads)
    return seen


def _folders(tree: Found | None) -> Iterator[tuple[str, str]]:
    return ((name, oid) for mode, name, oid in entries(tree) if mode == _FOLDER)


def _months(objects: Objects, tips: Sequence[str], top: str) -> dict[str, list[str]]:
    """Return the ids of each month's folders, by month such as `2026-11`."""
    months: dict[str, list[str]] = {}
    for root in objects.at(tips, top):
        for year, oid in [pair for pair in _folders(root) if re.match(_YEAR, pair[0])]:
            for month, month_oid in _folders(next(objects.present([oid]))):
                if re.match(_MONTH, month):
                    _add(months, f"{year}-{month}", month_oid)
    return months


def _idents(
    objects: Objects, month: str, oids: Sequence[str], shelf: Shelf
) -> dict[str, list[str]]:
    idents: dict[str, list[str]] = {}
    place = f"{shelf.root}/{month.replace('-', '/')}/"
    for tree in list(objects.present(oids)):
        for ident, oid in _folders(tree):
            if shelf.is_id(ident) and record_folder(ident) == place + ident:
                _add(idents, ident, oid)
    return idents


def _add(lists: dict[str, list[str]], key: str, oid: str) -> None:
    found = lists.setdefault(key, [])
    if oid not in found:
        found.append(oid)


def _read(
    objects: Objects, idents: dict[str, list[str]], shelf: Shelf
) -> Iterator[tuple[str, IndexedIncident]]:
    """Compute heads in bulk: all folders, then all their `events`, then all wanted files."""
    owners = [ident for ident, oids in idents.items() for _ in oids]
    folders = objects.present(oid for oids in idents.values() for oid in oids)
    kinds = shelf.kinds
    trees: list[tuple[str, str]] = []
    for ident, folder in zip(owners, folders, strict=True):
        trees += [(ident, oid) for name, oid in _folders(folder) if name == "events"]
    blobs: dict[str, dict[str, str]] = {ident: {} for ident in idents}
    for (ident, _), tree in zip(trees, objects.present(oid for _, oid in trees), strict=True):
        for mode, file, oid in raw_entries(tree):
            if (kinds is None or file[27:-5] in kinds) and mode == b"100644":
                blobs[ident].setdefault(file.decode(errors="replace"), oid.hex())
    contents = objects.present(oid for names in blobs.values() for oid in names.values())
    for ident, names in blobs.items():
        events: dict[str, Event] = {}
        # Read in the order of the requests; the names of two commits are sorted only afterwards.
        pairs = list(zip(names, islice(contents, len(names)), strict=True))
        for name, found in sorted(pairs, key=lambda pair: pair[0]):
            event = _event(name, found)
            if event is not None:
                events.setdefault(event.id, event)
        ordered = [events[key] for key in sorted(events)]
        head = shelf.fold(ident, ordered) if ordered else None
        yield ident, IndexedIncident(",".join(idents[ident]), head)


def _event(name: str, found: Found) -> Event | None:
    if found.data is None:
        return None
    try:
        return check(name, found.data).event
    except EventError:
        return None


def _pack(heads: dict[str, IndexedIncident], shelf: Shelf) -> bytes:
    values = {ident: [key, head and shelf.pack(head)] for ident, (key, head) in heads.items()}
    return json.dumps(values).encode()


def _unpack(body: bytes, shelf: Shelf) -> dict[str, IndexedIncident]:
    return {
        ident: IndexedIncident(key, shelf.unpack(head) if head else None)
        for ident, (key, head) in json.loads(body).items()
    }
