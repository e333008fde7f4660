"""The alert groups of the record: read only on request, so that `log` does not pay for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from incidentctl.domain.alerts.group import CODE, RESOLVED, Group, fold_group
from incidentctl.domain.common.times import from_iso, iso
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import is_group_id
from incidentctl.errors import Problem
from incidentctl.git.objects import Objects
from incidentctl.record.store import paths
from incidentctl.record.store.cache import Cache
from incidentctl.record.store.scan import Shelf, scan

_LIVE = "alerts-live"
_MOMENTS = ("started", "last", "ended", "joined")


def all_groups(objects: Objects, tips: Sequence[str], cache: Cache) -> dict[str, Group]:
    """Return every group on some commits; of unchanged months from the cache."""
    found = scan(objects, tips, cache, _SHELF)
    return {ident: seen.head for ident, seen in found.items() if seen.head}


def live_groups(objects: Objects, tips: Sequence[str], cache: Cache) -> dict[str, Group]:
    """Return the groups that fire, or that nobody has made anything of, with few reads."""
    key = ",".join(tree.oid for tree in objects.at(tips, paths.ALERTS) if tree)
    if not key:
        return {}
    kept = cache.get(_LIVE)
    if kept and kept[0] == key:
        return {group.id: group for group in map(_unpack, json.loads(kept[1]))}
    live = {
        ident: group
        for ident, group in all_groups(objects, tips, cache).items()
        if group.state != RESOLVED
    }
    cache.put(_LIVE, key, json.dumps([_pack(group) for group in live.values()]).encode())
    return live


def forget_texts(cache: Cache, month: str) -> None:
    """Drop what a cache may still have of a redacted text."""
    cache.drop(f"{_SHELF.cached}/{month}")
    cache.drop(_LIVE)


def _fold(ident: str, events: Sequence[Event]) -> Group:
    return fold_group(ident, events)


def _pack(group: Group) -> dict[str, Any]:
    found = group._asdict()
    for name in _MOMENTS:
        found[name] = found[name] and iso(found[name])
    found["problems"] = tuple(problem.message for problem in group.problems)
    return {name: value for name, value in found.items() if value != _DEFAULTS[name]}


def _unpack(values: Mapping[str, Any]) -> Group:
    found: dict[str, Any] = dict(values)
    if "services" in found:
        found["services"] = tuple(found["services"])
    if "problems" in found:
        sentences = found["problems"]
        found["problems"] = tuple(Problem(CODE, "warning", each) for each in sentences)
    for name in _MOMENTS:
        if name in found:
            found[name] = _moment(found[name])
    return Group(**found)


def _moment(text: str) -> datetime | None:
    return from_iso(text)


_DEFAULTS: dict[str, Any] = Group("")._asdict()
_SHELF = Shelf(paths.ALERTS, "alert-months", is_group_id, None, _fold, _pack, _unpack)
