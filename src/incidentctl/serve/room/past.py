"""`/past`: incidents that are over, and those that are open, the newest first."""

from __future__ import annotations

from starlette.routing import Route

from incidentctl.app.incident.query import Filters, listed
from incidentctl.app.incident.shared import only_shared
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.head import Head
from incidentctl.serve.room import moments
from incidentctl.serve.room.frame import Frame, values
from incidentctl.serve.room.visit import Page, Visit

_EACH_PAGE = 50
_LONGEST = 200


def routes(frame: Frame) -> list[Route]:
    """Return the routes of past incidents."""
    return [frame.page("/past", show)]


def show(visit: Visit) -> Page:
    """Show the incidents whose log holds some words, or all, a page at a time."""
    words = visit.asked("q").strip()[:_LONGEST]
    number = visit.asked("page")
    page = max(int(number), 1) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    heads = listed(visit.workspace, Filters(all=True, text=words or None))
    found = only_shared(visit.workspace, heads)
    begin = (page - 1) * _EACH_PAGE
    rows = [
        (head, moments.day(head.declared, visit.workspace.zone), _took(head))
        for head in found[begin : begin + _EACH_PAGE]
    ]
    return Page(
        "past.html.j2",
        values(
            words=words,
            rows=rows,
            total=len(found),
            page=page,
            last=max(1, -(-len(found) // _EACH_PAGE)),
        ),
    )


def _took(head: Head) -> str:
    return rough_duration(head.ended - head.declared) if head.ended else "open"
