"""What a person trusts when they let a repository send: what it sends, where, and what starts it.

Pinned are the actions of runbooks with what starts them, the announcements, the rules for alerts,
the templates, and the contacts that actions are sent to. All else of the catalog may change without
asking again.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.recipient import CONTACTS, with_contact
from incidentctl.domain.catalog.action_settings import Settings, plain
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.runbook import Action

#: So many digits of the hash are typed.
SHORT = 8
#: At most so many lines of a difference are shown.
_MAX_LINES = 400
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


class Item(NamedTuple):
    """One pinned thing, as it is shown and compared."""

    name: str
    text: str


class Place(NamedTuple):
    """Where an action goes: as it is shown, and the host, where there is one."""

    to: str
    host: str | None


class Sender(NamedTuple):
    """An action with the settings that it has for one recipient."""

    name: str
    """Which item it is of, and for whom."""
    settings: Settings


def pinned(catalog: Catalog, files: Mapping[str, bytes]) -> tuple[Item, ...]:
    """Return what is pinned; `files` are announcements, rules for alerts and templates by path."""
    items = [*_steps(catalog), *_contacts(catalog)]
    items += [Item(path, data.decode(errors="backslashreplace")) for path, data in files.items()]
    return tuple(sorted(items))


def hash_of(items: Iterable[Item]) -> str:
    """Return the hash of all that is pinned, in hexadecimal."""
    written = json.dumps([list(item) for item in items], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def senders(catalog: Catalog) -> Iterator[Sender]:
    """Yield the actions of all steps and announcements.

    Each comes once more for each team whose contact takes its place.
    """
    steps = ((step_name(runbook, step), action) for runbook, step, action in _actions(catalog))
    for name, action in (*steps, *_announced(catalog)):
        yield Sender(name, action.with_)
        if action.on_call is None or action.uses not in CONTACTS:
            continue
        for team in catalog.teams.values():
            if contact := team.reached_at.get(CONTACTS[action.uses].kind):
                yield Sender(f"{name}, for {team.name}", with_contact(action, contact))


def step_name(runbook: str, step: str) -> str:
    """Return what a step's action is called in what is pinned."""
    return f"runbook {runbook}, step {step}"


def place_of(settings: Settings) -> Place:
    """Return where an action goes: a host, a program, or a service of Apprise."""
    found = reach(settings)
    host = (found.host or "").rpartition("://")[2]
    return Place(found.host or found.program or "?", host if host and "*" not in host else None)


def names_in(settings: Settings) -> frozenset[str]:
    """Return the names of the variables that an action reads."""
    return frozenset(reach(settings).secrets)


def difference(before: Iterable[Item], now: Iterable[Item]) -> list[str]:
    """Return what has changed, as the lines of a unified difference."""
    old, new = dict(before), dict(now)
    lines: list[str] = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            lines.append(f"{name}{_word(name in old, name in new)}")
            compared = difflib.unified_diff(_lines(old, name), _lines(new, name), n=1, lineterm="")
            lines += [line for line in compared if not line.startswith(("---", "+++", "@@"))]
    left = len(lines) - _MAX_LINES
    return lines if left <= 0 else [*lines[:_MAX_LINES], f"... and {left} more lines"]


def _word(was: bool, is_: bool) -> str:
    return " changed" if was and is_ else " new" if is_ else " gone"


def _lines(items: Mapping[str, str], name: str) -> list[str]:
    return items[name].split("\n") if name in items else []


def _actions(catalog: Catalog) -> Iterator[tuple[str, str, Action]]:
    for runbook in catalog.runbooks.values():
        for step in runbook.steps:
            if step.action is not None:
                yield runbook.name, step.id, step.action


def _announced(catalog: Catalog) -> Iterator[tuple[str, Action]]:
    for announcement in catalog.announcements.values():
        for action in announcement.actions:
            yield f"announcement {announcement.name}", action


def _steps(catalog: Catalog) -> Iterator[Item]:
    for runbook in catalog.runbooks.values():
        for step in runbook.steps:
            if step.action is not None:
                yield Item(
                    step_name(runbook.name, step.id),
                    _text(
                        {
                            "title": step.title,
                            "uses": step.action.uses,
                            "with": _said(plain(step.action.with_)),
                            "on_call": step.action.on_call,
                            "automatic": step.action.automatic,
                            "drills": step.action.drills,
                            "restricted": step.action.restricted,
                            "applies_to": _said(
                                {
                                    "critical": runbook.applies_to.critical,
                                    "severities": list(runbook.applies_to.severities),
                                    "product_areas": list(runbook.applies_to.product_areas),
                                    "categories": list(runbook.applies_to.categories),
                                }
                            ),
                        }
                    ),
                )


def _contacts(catalog: Catalog) -> Iterator[Item]:
    """Yield the contacts that the actions are sent to."""
    kinds = {
        CONTACTS[action.uses].kind
        for action in (
            *(action for _, _, action in _actions(catalog)),
            *(action for _, action in _announced(catalog)),
        )
        if action.on_call is not None and action.uses in CONTACTS
    }
    for team in catalog.teams.values():
        sent_to = {kind: team.reached_at[kind] for kind in sorted(kinds) if kind in team.reached_at}
        if sent_to:
            yield Item(f"contacts of team {team.name}", _text(sent_to))


def _text(value: Mapping[str, Any]) -> str:
    return "\n".join(_written(_said(value)))


def _written(value: Mapping[str, Any], margin: str = "") -> Iterator[str]:
    """Write nested settings on lines; no two settings are written the same."""
    for name, of in value.items():
        key = name if _PLAIN.match(name) else json.dumps(name, ensure_ascii=False)
        if isinstance(of, Mapping) and of:
            yield f"{margin}{key}:"
            yield from _written(of, f"{margin}  ")
        else:
            yield f"{margin}{key}: {json.dumps(of, ensure_ascii=False)}"


def _said(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out settings that say nothing, so that a new one of this program changes no hash.

    What a setting holds, such as the body of a webhook, stays as it is.
    """
    return {
        name: of
        for name, of in settings.items()
        if of is not None
        and of is not False
        and not (isinstance(of, Mapping | list | tuple) and not of)
    }
