"""Similar incidents: open ones, which may be the same, and past ones, which may help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.words import terms
from incidentctl.domain.common.times import iso
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.similar import MAX_SIMILAR, Traits, line_of, most_like, services_of
from incidentctl.errors import EnvironmentFailedError


class Similar(NamedTuple):
    """A past incident that is like another one, and its retrospective, if it is here."""

    head: Head
    retrospective: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        head = self.head
        return {
            "id": head.id,
            "title": head.title,
            "severity": head.severity,
            "status": head.status,
            "declared": iso(head.declared),
            "ended": iso(head.ended) if head.ended else None,
            "why": head.ended_why,
            "retrospective": self.retrospective,
        }


def similar_open(
    workspace: Workspace, title: str, services: Iterable[str] = (), *, but: str | None = None
) -> list[Head]:
    """Return the open incidents that may be the same as one; a shared one never names others.

    Only real incidents count: in a drill the same may have been played.
    """
    record = workspace.record
    try:
        heads = [head for head in record.open_heads() if head.kind == "incident" and head.id != but]
        if not heads:
            return []
        if but is None or not record.is_restricted(but):
            restricted = record.restricted_ids()
            heads = [head for head in heads if head.id not in restricted]
    except EnvironmentFailedError:
        return []
    wanted = Traits(terms(title), services_of(list(services)))
    alike = [heads[place] for place in most_like(wanted, map(_describe, heads))]
    same = [head for head in heads if head.title.casefold() == title.casefold()]
    return list(dict.fromkeys((*same, *alike)))[:MAX_SIMILAR]


def similar_past(workspace: Workspace, title: str, services: Iterable[str] = ()) -> list[Similar]:
    """Return past incidents that are like one, with how they ended, from what is cached here."""
    wanted = Traits(terms(title), services_of(list(services)))
    try:
        past = workspace.record.past(_describe)
        heads = workspace.record.past_heads(past, most_like(wanted, past.lines))
        restricted = workspace.record.restricted_ids()
    except EnvironmentFailedError:
        return []
    return [
        Similar(head, _retrospective(workspace, head.id))
        for head in heads
        if head.id not in restricted and head.kind != "drill"
    ]


def _describe(head: Head) -> str:
    line = line_of(Traits(terms(head.title), services_of(head.services)))
    return "  |  " if head.kind == "drill" else line.replace("\t", " ")


def _retrospective(workspace: Workspace, ident: str) -> str | None:
    if workspace.root is None:
        return None
    path = f"retros/{ident}.md"
    return path if (workspace.root / path).is_file() else None
