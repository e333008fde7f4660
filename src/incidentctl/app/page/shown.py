"""What an update does to the status page, said to the person before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.page_settings import PageSettings
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import EARLIEST
from incidentctl.domain.incident.checklist import PUBLISHING
from incidentctl.domain.incident.due import Due
from incidentctl.domain.incident.facts import UpdatePosted
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.ids import named
from incidentctl.domain.incident.state import OPEN, Incident
from incidentctl.domain.page.fold import KINDS, public_incident, public_updates, still_shown
from incidentctl.domain.page.public import State
from incidentctl.domain.page.state_words import read_states

#: Incidents that were declared so lately are looked at, once they are over.
_LATELY = timedelta(days=14)
_NEXT = "On the status page, when it is built next"


def titles(workspace: Workspace) -> dict[str, str]:
    """Return what customers call each product area, by its name."""
    areas = workspace.catalog.product_areas
    return {name: area.title or name for name, area in areas.items()}


def never_on_page(workspace: Workspace, incident: Incident) -> str | None:
    """Say why an incident is never on the status page; None if it may be."""
    if workspace.record.is_restricted(incident.id):
        return "a restricted incident is never on it"
    if incident.kind not in KINDS:
        return f"a {incident.kind} is never on it"
    return None


def on_page(
    workspace: Workspace, incident: Incident, states: Sequence[str], headline: str | None
) -> str:
    """Say in a sentence what a public update with these `AREA=STATE` does to the status page."""
    if why := never_on_page(workspace, incident):
        return f"On the status page: nothing, {why}."
    spoken = states or headline or any(update.states for update in incident.updates)
    if workspace.catalog.settings.page == PageSettings() and not spoken:
        return (
            "No status page is set up: the settings have no `page`. `incidentctl page build` shows "
            "this update all the same."
        )
    known = titles(workspace)
    if not incident.open:
        return f"{_NEXT}: resolved, and everything works."
    called = f" {one_line(headline)!r}:" if headline else ""
    if states:
        return f"{_NEXT}:{called} {_words(read_states(states, known), known)}."
    found = public_incident(incident.id, public_updates(incident), known)
    now = found.now() if found and found.ended is None else {}
    stays = f"; it keeps saying {_words(now, known)}" if now else ""
    return f"{_NEXT}:{called} no state of an area, so every one stays as it is{stays}."


def may_say_state(workspace: Workspace, incident: Incident) -> bool:
    """Say whether a public update of an incident can say states of areas on the status page."""
    shows = workspace.catalog.settings.page != PageSettings()
    return incident.open and shows and never_on_page(workspace, incident) is None


def page_shows(workspace: Workspace, incident: Incident) -> str | None:
    """Say that the status page shows a public update; None if it never does, or none is set up."""
    page = workspace.catalog.settings.page
    if page == PageSettings() or never_on_page(workspace, incident):
        return None
    where = f" ({page.address})" if page.address else ""
    return f"The status page{where} shows it when it is built next."


def unpublished(workspace: Workspace, incident: Incident) -> str:
    """Say what to do about a public update that is not sent anywhere."""
    nothing = "Nothing was published: no announcement takes it, and"
    if why := never_on_page(workspace, incident):
        return f"{nothing} as for the status page, {why}."
    waiting = [s.id for s in incident.steps if s.id in PUBLISHING and s.state == OPEN]
    then = f", then run `incidentctl step done {waiting[0]}`" if waiting and incident.open else ""
    return (
        f"{nothing} the settings have no `page`. Post it where customers read, or build a status "
        f"page with `incidentctl page build`{then}."
    )


def keeps_showing(workspace: Workspace, incident: Incident) -> str | None:
    """Return what the page goes on showing though the incident is over; None if nothing."""
    if not any(update.public for update in incident.updates) or incident.open:
        return None
    has_page = workspace.catalog.settings.page != PageSettings()
    if not has_page and not any(update.states for update in incident.updates):
        return None  # it was for customers elsewhere
    if never_on_page(workspace, incident):
        return None
    shown = still_shown(incident)
    return None if shown is None else _words(shown, titles(workspace)) or "it as open"


def still_on_page(workspace: Workspace, now: datetime) -> list[tuple[str, Due]]:
    """Return the incidents of the last days that are over, and that the page goes on showing."""
    record = workspace.record
    opened = {head.id for head in record.open_heads()}
    lately = [i for i in record.ids() if i not in opened and _declared(i) > now - _LATELY]
    found = []
    for ident, events, _ in record.many_events(lately):
        if not any(isinstance(e.fact, UpdatePosted) and e.fact.public for e in events):
            continue
        incident = fold(ident, events, entries=False)
        if shown := keeps_showing(workspace, incident):
            ended = incident.ended or now
            text = f"The status page still shows {shown}: no public update says that it is over"
            late = max(0.0, (now - ended).total_seconds())
            found.append((ident, Due("page", ended, late, text)))
    return found


def _declared(ident: str) -> datetime:
    return named(ident)[1] or EARLIEST


def _words(states: Mapping[str, State], known: Mapping[str, str]) -> str:
    return ", ".join(
        f"{one_line(known.get(area, area))}: {state.words}" for area, state in states.items()
    )
