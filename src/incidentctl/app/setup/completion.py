"""The completions of a word of a command line: incidents, people, services, steps, ...

It runs at each press of Tab: it syncs nothing, writes nothing, and reads what is cached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import one_line


class Suggestion(NamedTuple):
    """A word, and what it is."""

    value: str
    about: str = ""


def incidents(workspace: Workspace, begin: str) -> list[Suggestion]:
    """Return the open incidents by their ids, or by the last part of them; else past ones."""
    heads = {head.id: head for head in workspace.record.open_heads()}
    about = {ident: f"{head.severity or '-'} {head.title}" for ident, head in heads.items()}
    found = [ident for ident in about if ident.startswith(begin)]
    found = found or [tail for ident in about if (tail := _tail(ident)).startswith(begin)]
    if not found and begin:
        past = workspace.record.find(begin)
        found = [ident if ident.startswith(begin) else _tail(ident) for ident in past]
    tails = {_tail(ident): said for ident, said in about.items()} | about
    return [Suggestion(each, one_line(tails.get(each, ""))) for each in found]


def _tail(ident: str) -> str:
    return ident.rpartition("-")[2]


def steps(workspace: Workspace, incident: str | None) -> list[Suggestion]:
    """Return the open steps of the incident meant, by id."""
    from incidentctl.domain.incident.head import fold
    from incidentctl.domain.incident.state import OPEN

    record = workspace.record
    heads = [head.id for head in record.open_heads()]
    meant = [each for each in heads if incident in each] if incident else heads
    if len(meant) != 1:
        return []
    found = fold(meant[0], record.events(meant[0])[0]).steps
    return [Suggestion(step.id, one_line(step.title)) for step in found if step.state == OPEN]


def people(workspace: Workspace) -> list[Suggestion]:
    """Return the people of the catalog by their handles."""
    return [Suggestion(who.handle, one_line(who.name or "")) for who in workspace.basics.people]


def _titled(entries: Mapping[str, object]) -> list[Suggestion]:
    return [
        Suggestion(name, one_line(getattr(entry, "title", None) or ""))
        for name, entry in entries.items()
    ]


def _named(entries: Iterable[object]) -> list[Suggestion]:
    return _titled({str(getattr(entry, "name", "")): entry for entry in entries})


#: What is found in the catalog, by what it is called.
CATALOG: dict[str, Callable[[Workspace], list[Suggestion]]] = {
    "service": lambda workspace: _titled(workspace.catalog.services),
    "team": lambda workspace: _titled(workspace.catalog.teams),
    "area": lambda workspace: _titled(workspace.catalog.product_areas),
    "runbook": lambda workspace: _titled(workspace.catalog.runbooks),
    "drill": lambda workspace: [Suggestion(name) for name in workspace.catalog.drills],
    "severity": lambda workspace: _named(workspace.catalog.scale.severities),
    "role": lambda workspace: _named(workspace.catalog.roles),
}
