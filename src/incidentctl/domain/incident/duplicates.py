"""Duplicates that lead nowhere: two clones may each have cancelled an incident for the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import CANCELLED, Incident, Relation

#: What a relation is called from its other side.
_INVERSE = {
    "related": "related",
    "caused-by": "caused",
    "caused": "caused-by",
    "duplicate": "duplicate of",
}


def dead_ends(heads: Iterable[Head]) -> dict[str, str]:
    """Say, by id, of which duplicates nobody works on what they are duplicates of."""
    known = {head.id: head for head in heads if not head.open}
    found = {ident: _dead_end(head, known) for ident, head in known.items()}
    return {ident: sentence for ident, sentence in found.items() if sentence}


def _dead_end(head: Head, known: Mapping[str, Head]) -> str | None:
    if head.status != CANCELLED or head.duplicate_of is None:
        return None
    way = [head.id]
    while (at := known.get(way[-1])) is not None and at.duplicate_of is not None:
        if at.duplicate_of in way:
            ring = " and ".join(sorted(way))
            return f"{ring} are cancelled as duplicates of each other: nobody works on either."
        way.append(at.duplicate_of)
    last = known.get(way[-1])
    if last is None or last.status != CANCELLED:
        return None
    if last.ended and head.ended and last.ended > head.ended:
        return None  # it turned out to be nothing, and so did its duplicates
    return f"{head.id} is cancelled as a duplicate of {last.id}, which was cancelled before."


def from_elsewhere(incident: Incident, heads: Iterable[Head]) -> tuple[Relation, ...]:
    """Return what other incidents say about their relation to one, from its side."""
    found: dict[Relation, None] = {}
    for head in heads:
        if head.id == incident.id:
            continue
        if head.duplicate_of == incident.id:
            found[Relation(head.id, "duplicate")] = None
        for other, relation in head.related:
            if other == incident.id:
                found[Relation(head.id, _INVERSE.get(relation, f"{relation}, said there"))] = None
    known = {relation.incident for relation in incident.related}
    return tuple(relation for relation in found if relation.incident not in known)
