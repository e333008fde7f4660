"""The index of the record: open incidents and every id, so that commands need not start git."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import CANCELLED, Relation
from incidentctl.record.store.cache import Cache

_FILE = "index"
#: For this many recent actions the index remembers the commit, which another process may have made.
_COMMITS = 64


class Index(NamedTuple):
    """Computed from the commits `log_tip` and `beside`; valid only while the refs name these.

    `absorbed` are commits whose every event is in `log_tip`. `open` has the key of the folder and
    the head of each open incident, `commits` the commit of recent actions by their file's name.
    `ids` are sorted. `noted` has the heads of those for which `is_noted`.
    `fetched` is what the remote-tracking ref named: should its file be torn, nothing else tells.
    `groups` are the restricted alert groups: only the index of the restricted part has them.
    """

    log_tip: str | None = None
    beside: tuple[str, ...] = ()
    absorbed: tuple[str, ...] = ()
    open: dict[str, tuple[str, Head]] = {}  # noqa: RUF012 (never changed in place)
    ids: tuple[str, ...] = ()
    commits: dict[str, str] = {}  # noqa: RUF012 (never changed in place)
    noted: dict[str, Head] = {}  # noqa: RUF012 (never changed in place)
    fetched: str | None = None
    groups: tuple[str, ...] = ()


def is_noted(head: Head) -> bool:
    """Say whether an incident is cancelled, names another one, or needs a retrospective."""
    linked = head.status == CANCELLED or head.duplicate_of or head.related
    return bool(linked or head.retrospective_by)


def pack_head(head: Head) -> list[Any]:
    """Write a head for JSON."""
    return [value.isoformat() if isinstance(value, datetime) else value for value in head]


def unpack_head(values: Iterable[Any]) -> Head:
    """Read what `pack_head` wrote."""
    head = Head(*values)
    return head._replace(
        declared=datetime.fromisoformat(str(head.declared)),
        ended=_moment(head.ended),
        retrospective_by=_moment(head.retrospective_by),
        services=tuple(head.services),
        product_areas=tuple(head.product_areas),
        related=tuple(Relation(*pair) for pair in head.related),
    )


def _moment(packed: object) -> datetime | None:
    return None if packed is None else datetime.fromisoformat(str(packed))


def read_index(cache: Cache) -> Index | None:
    """Read the index as it was last written."""
    found = cache.get(_FILE)
    if found is None:
        return None
    log_tip, beside, absorbed, opened, ids, commits, noted, *more = json.loads(found[1])
    fetched, groups = more
    return Index(
        log_tip,
        tuple(beside),
        tuple(absorbed),
        {ident: (key, unpack_head(head)) for ident, (key, head) in opened.items()},
        tuple(ids.split()),
        commits,
        {ident: unpack_head(head) for ident, head in noted.items()},
        fetched,
        tuple(groups),
    )


def write_index(cache: Cache, index: Index) -> None:
    """Write the index."""
    opened = {ident: (key, pack_head(head)) for ident, (key, head) in index.open.items()}
    commits = dict(list(index.commits.items())[-_COMMITS:])
    ids = " ".join(index.ids)
    noted = {ident: pack_head(head) for ident, head in index.noted.items()}
    body = [index.log_tip, index.beside, index.absorbed, opened, ids, commits, noted]
    cache.put(_FILE, "", json.dumps([*body, index.fetched, index.groups]).encode())
