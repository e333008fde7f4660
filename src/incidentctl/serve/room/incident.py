"""`/incidents/ID`: everybody sees the same, and does what the commands do."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from typing import Any, NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from incidentctl.app.incident.classify import USUAL
from incidentctl.app.incident.query import on_call
from incidentctl.app.incident.respond import Response as Responding
from incidentctl.app.incident.respond import ensure_meant, parse_moment
from incidentctl.app.incident.shared import find_shared
from incidentctl.app.walk.page import PAGE, Place, whom_to_page
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import NotFoundError
from incidentctl.render.incident.brief import brief
from incidentctl.render.room.incident import PARTS, Choices, IncidentPage, Tried, timeline, version
from incidentctl.serve.room.deeds import DEEDS, Deed, PreviewError
from incidentctl.serve.room.frame import Frame, values
from incidentctl.serve.room.live import Live
from incidentctl.serve.room.visit import Page, Visit

#: Seconds for which what the catalog offers is not read again.
_OFFERED_FOR = 5.0
#: So many timelines are kept as they were made.
_TIMELINES = 16
#: Parts that say who is on call.
_DUTY = frozenset({"head", "steps"})
_HIDDEN = ("csrf", "once", "seal", "back")


class Room(NamedTuple):
    """What the templates know of who looks, and of how."""

    id: str
    responds: bool
    """Whether they may do everything, and not only write notes."""
    oldest_first: bool
    all_of_them: bool
    tried: Tried | None


class Duty(NamedTuple):
    """Who is on call for an incident."""

    on_call: str | None = None
    steps: Mapping[str, tuple[str, ...]] = {}
    """Lines of the step that says to page them."""


class Incidents:
    """The pages of incidents and the deeds on them."""

    def __init__(self, frame: Frame, live: Live) -> None:
        """Take what tells of changes, whose reader all share."""
        self._frame = frame
        self._present = live.present
        self._live = live
        self._timelines: OrderedDict[tuple[str, bool, bool], tuple[Incident, Markup]] = (
            OrderedDict()
        )
        self._duties: OrderedDict[tuple[str, bool], tuple[float, Incident, Duty]] = OrderedDict()
        self._locks: dict[str, threading.Lock] = {}
        self._offered: tuple[float, Choices] | None = None

    def routes(self) -> list[Route]:
        """Return the routes of an incident."""
        frame, path = self._frame, "/incidents/{incident}"
        return [
            frame.page(path, self.show),
            frame.page(f"{path}/parts", self.show_parts),
            frame.page(f"{path}/brief", self.show_brief),
            frame.stream(f"{path}/live", self.follow),
            *(
                frame.deed(
                    f"{path}/{name}", self._doing(deed), self._shows(name), for_all=deed.for_all
                )
                for name, deed in DEEDS.items()
            ),
        ]

    # --- looking --------------------------------------------------------------------------------

    def show(self, visit: Visit) -> Page:
        """Show an incident, named by a part of its id."""
        return self._page(visit, self._incident(visit))

    def show_parts(self, visit: Visit) -> Page:
        """Show only the parts of the page that somebody asks for."""
        asked = visit.asked("of").split(",")
        named = tuple(name for name in PARTS if name in asked)
        wanted = ("as-of", *(name for name in named if name != "as-of")) if named else PARTS
        shown = self._values(visit, self._incident(visit), wanted)
        return Page("incident_parts.html.j2", {"wanted": wanted, **shown})

    def show_brief(self, visit: Visit) -> Page:
        """Show the brief for whoever takes over."""
        incident = self._incident(visit)
        duty = on_call(visit.workspace, incident, visit.now)
        return Page(
            "brief.html.j2",
            values(incident=incident, lines=brief(incident, visit.now, on_call=duty)),
        )

    async def follow(self, request: Request) -> Response:
        """Follow an incident: a stream of what changes."""
        ident = request.path_params["incident"]
        if not await self._frame.work(lambda: self._present.has(ident)):
            return Response(status_code=404)
        return self._live.response(ident)

    def _incident(self, visit: Visit) -> Incident:
        named = visit.named("incident")
        try:
            return self._present.incident(named)
        except NotFoundError:  # it may be a part of an id
            return self._present.incident(find_shared(visit.workspace, named))

    def _page(self, visit: Visit, incident: Incident, tried: Tried | None = None) -> Page:
        return Page("incident.html.j2", self._values(visit, incident, PARTS, tried))

    def _values(
        self,
        visit: Visit,
        incident: Incident,
        wanted: Collection[str],
        tried: Tried | None = None,
    ) -> dict[str, Any]:
        known = len(visit.workspace.basics.by_handle)
        page = IncidentPage(incident, visit.now, by=visit.person.handle, known=known)
        room = Room(
            incident.id,
            visit.person.is_member,
            visit.asked("order") == "log",
            visit.asked("all") == "1",
            tried,
        )
        return values(
            incident=incident,
            page=page,
            room=room,
            choices=self._choices(visit.workspace),
            duty=Duty() if _DUTY.isdisjoint(wanted) else self._duty(visit, incident),
            version=version(incident),
            timeline=self._timeline(visit, page, room) if "timeline" in wanted else "",
        )

    def _timeline(self, visit: Visit, page: IncidentPage, room: Room) -> Markup:
        """Return the timeline: made once for all who look, or only the entries asked for."""
        if only := visit.asked("entries"):
            return timeline(page, room, frozenset(only.split(",")))
        how = room.id, room.oldest_first, room.all_of_them
        known = self._timelines.get(how)
        if known is None or known[0] is not page.incident:
            known = self._timelines[how] = page.incident, timeline(page, room)
            while len(self._timelines) > _TIMELINES:
                self._timelines.popitem(last=False)
        return known[1]

    def _duty(self, visit: Visit, incident: Incident) -> Duty:
        """Return who is on call, which is not asked of the catalog for each who looks."""
        who = incident.id, visit.person.stated is None
        known = self._duties.get(who)
        if known is None or known[0] < time.monotonic() or known[1] is not incident:
            duty = Duty(
                on_call(visit.workspace, incident, visit.now),
                {PAGE: whom_to_page(visit.workspace, incident, _place(visit))},
            )
            known = self._duties[who] = time.monotonic() + _OFFERED_FOR, incident, duty
            while len(self._duties) > _TIMELINES:
                self._duties.popitem(last=False)
        return known[2]

    def _choices(self, workspace: Workspace) -> Choices:
        known = self._offered
        if known is None or known[0] < time.monotonic():
            known = self._offered = time.monotonic() + _OFFERED_FOR, _offered(workspace)
        return known[1]

    # --- doing ----------------------------------------------------------------------------------

    def _doing(self, deed: Deed) -> Callable[[Visit], str]:
        """Return what does a deed, and then leads back to the incident."""

        def do(visit: Visit) -> str:
            form = _form(visit)
            workspace, who = visit.workspace, visit.who
            ident = find_shared(workspace, visit.named("incident"))
            ensure_meant(workspace, ident, who)
            when = parse_moment(workspace, who, form["at"]) if deed.at and form.get("at") else None
            response = Responding(
                workspace, ident, who, at=when and when.moment, on_recorded=visit.on_recorded
            )
            try:
                # Two people who tick the same at once are answered one after the other.
                with self._alone(ident) if deed.item else nullcontext():
                    done = deed.do(response, form)
            except PreviewError as preview:
                visit.preview = preview
                raise
            visit.say(*deed.tell(response, form, done))
            notes = [when.note] if when and when.note else []
            visit.say(*notes, *([who.problem] if who.problem else []), *done.recorded.notes)
            return f"/incidents/{ident}"

        return do

    def _alone(self, ident: str) -> threading.Lock:
        return self._locks.setdefault(ident, threading.Lock())

    def _shows(self, name: str) -> Callable[[Visit], Page]:
        """Return what shows the page again, with what was typed into a form that was refused."""

        def show(visit: Visit) -> Page:
            incident = self._incident(visit)
            if visit.preview is not None:
                fields = {name: text for name, text in _form(visit).items() if name not in _HIDDEN}
                visit.refusal = None
                return Page(
                    "confirm.html.j2",
                    values(incident=incident, preview=visit.preview, fields=fields),
                )
            return self._page(visit, incident, _tried(visit, name))

        return show


def _place(visit: Visit) -> Place:
    return Place(
        visit.contact,
        "what is affected (under Change), or no team owns it. The page Areas searches.",
        "Escalate, under Change",
    )


def _form(visit: Visit) -> Mapping[str, str]:
    return {name: "\n".join(visit.all(name)) for name in visit.typed}


def _tried(visit: Visit, name: str) -> Tried | None:
    deed, refusal = DEEDS[name], visit.refusal
    if refusal is None:
        return None
    typed = {
        field: text for field, text in _form(visit).items() if field not in (*_HIDDEN, deed.item)
    }
    item = visit.text(deed.item) if deed.item else ""
    return Tried(deed.form or name, item, typed, refusal.message, refusal.hint)


def _offered(workspace: Workspace) -> Choices:
    catalog = workspace.catalog
    own = [name for book in catalog.runbooks.values() for name in book.applies_to.categories]
    return Choices(
        tuple((each.handle, each.name or each.handle) for each in workspace.basics.people),
        tuple(role.name for role in catalog.roles),
        tuple(
            (each.name, f"{each.name} {each.title or ''}".strip())
            for each in catalog.scale.severities
        ),
        tuple(catalog.teams),
        tuple(dict.fromkeys((*catalog.product_areas, *catalog.services))),
        tuple(dict.fromkeys((*own, *USUAL))),
        tuple((area.name, area.title or area.name) for area in catalog.product_areas.values()),
    )
