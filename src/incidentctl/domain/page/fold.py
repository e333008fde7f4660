"""From an incident of the record to what customers may know of it: nothing else gets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.common.times import LATEST
from incidentctl.domain.incident.redaction import REDACTED
from incidentctl.domain.incident.state import PHASES as STATUSES
from incidentctl.domain.incident.state import Incident, Update
from incidentctl.domain.page import public
from incidentctl.domain.page.public import PublicIncident, PublicUpdate, Said, State, worst

#: The kinds of incidents that customers are told of; a drill or a test is none.
KINDS = ("incident", "backfill")
_STATES = {state.value: state for state in State}
#: What an incident is called of which neither a headline nor a bad state was told.
UNNAMED = "Incident"


class PostedUpdate(NamedTuple):
    """All that is public of a public update; texts that were redacted are None."""

    id: str
    at: datetime
    phase: str
    text: str | None
    states: tuple[tuple[str, State], ...] = ()
    headline: str | None = None
    next_at: datetime | None = None


def public_updates(incident: Incident) -> tuple[PostedUpdate, ...]:
    """Return what the public updates of an incident told, the oldest first.

    The caller leaves restricted incidents out.
    """
    if incident.kind not in KINDS:
        return ()
    found = [_as_posted(update) for update in incident.updates if update.public]
    return tuple(sorted(found, key=lambda each: (each.at, each.id)))


def public_incident(
    ident: str, updates: Sequence[PostedUpdate], titles: Mapping[str, str], *, at: datetime = LATEST
) -> PublicIncident | None:
    """Return what customers know of an incident at a moment; None if that is nothing.

    Without a headline its title is made of its areas, by their `titles`, and their worst states.
    """
    by_then = [each for each in updates if each.at <= at]
    shown = tuple(
        PublicUpdate(each.id, each.at, each.phase, each.text, each.states, each.next_at)
        for each in by_then
        if each.text is not None
    )
    said = tuple(Said(each.at, area, s) for each in by_then for area, s in each.states)
    if not shown and not said:
        return None
    headlines = [each.headline for each in by_then if each.headline]
    title = headlines[-1] if headlines else _title(said, titles)
    return PublicIncident(
        ident, title, by_then[0].at, _ended(by_then), shown, said, by_then[-1].phase
    )


def still_shown(incident: Incident) -> dict[str, State] | None:
    """Return what is wrong with areas on a page that shows an incident as open, which is over.

    None if no page shows it as open.
    """
    if incident.open:
        return None
    found = public_incident(incident.id, public_updates(incident), {})
    if found is None or found.ended is not None:
        return None
    return {area: s for area, s in found.now().items() if s is not State.OPERATIONAL}


def phase_of(status: str) -> str:
    """Return the public phase of a status: what is over, however it ended, is resolved."""
    if status not in STATUSES:
        return public.RESOLVED
    return status if status in public.PHASES else public.INVESTIGATING


def _as_posted(update: Update) -> PostedUpdate:
    text, headline = (None if t == REDACTED else t for t in (update.text, update.headline))
    return PostedUpdate(
        update.event, update.at, phase_of(update.phase), text, states_of(update.states), headline,
        update.next_at,
    )  # fmt: skip


def states_of(words: Sequence[str]) -> tuple[tuple[str, State], ...]:
    """Return what an update says of areas, each once; what is no state is left out."""
    found = {}
    for each in words:
        area, _, word = each.rpartition("=")
        if area and word in _STATES:
            found[area] = _STATES[word]
    return tuple(found.items())


def _title(said: Sequence[Said], titles: Mapping[str, str]) -> str:
    areas = dict.fromkeys(each.area for each in said)
    bad = ((area, worst(each.state for each in said if each.area == area)) for area in areas)
    parts = [
        f"{titles.get(area, area)}: {state.words}"
        for area, state in bad
        if state is not State.OPERATIONAL
    ]
    return "; ".join(parts) or UNNAMED


def _ended(updates: Sequence[PostedUpdate]) -> datetime | None:
    """Return since when it is over: the first of the updates that say so, without one after it."""
    over = None
    for each in updates:
        if each.phase != public.RESOLVED:
            over = None
        elif over is None:
            over = each.at
    return over
