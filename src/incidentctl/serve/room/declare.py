"""`/declare`: a title is enough. First it is safe, then come the questions that are left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import Route

from incidentctl.app.incident.classify import (
    IMPORTANCE,
    USUAL,
    known_importance,
    reclassify,
    scale_step,
)
from incidentctl.app.incident.declare import REPORTERS, Request, begin, complete
from incidentctl.app.incident.find import load
from incidentctl.app.incident.lifecycle import cancel
from incidentctl.app.incident.query import on_call
from incidentctl.app.incident.respond import Response
from incidentctl.app.incident.shared import find_shared, only_shared
from incidentctl.app.incident.similar import similar_open, similar_past
from incidentctl.app.room.people import ensure_may_answer
from incidentctl.domain.catalog.affected import suggest_affected
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.head import Head
from incidentctl.errors import EnvironmentFailedError, IncidentctlError, UsageError
from incidentctl.serve.room import moments
from incidentctl.serve.room.frame import Frame, values
from incidentctl.serve.room.visit import Page, Visit

#: Answers to the question how bad it is, beside the severities.
_LATER, _UNSURE = "", "not-sure"
_GUESSES = 3


def routes(frame: Frame) -> list[Route]:
    """Return the routes of a declaration."""
    more = "/declare/{incident}"
    return [
        frame.page("/declare", show),
        frame.deed("/declare", declare, show, for_all=True),
        frame.page(more, show_more),
        frame.deed(f"{more}/answers", answer, show_more, for_all=True),
        frame.deed(f"{more}/same", same, show_more, for_all=True),
    ]


def show(visit: Visit) -> Page:
    """Ask what is broken; and show what is open, for it may be that.

    Nobody is kept from declaring because git fails, as nobody is in a terminal.
    """
    fault = None
    try:
        heads = only_shared(visit.workspace, visit.workspace.record.open_heads())
    except EnvironmentFailedError as error:
        heads, fault = [], error.reason
    categories = dict.fromkeys(
        (
            *(
                name
                for runbook in visit.workspace.catalog.runbooks.values()
                for name in runbook.applies_to.categories
            ),
            *USUAL,
        )
    )
    return Page(
        "declare.html.j2",
        values(
            title=visit.asked("title"),
            opened=[_open(head, visit) for head in heads],
            fault=fault,
            categories=list(categories),
            reporters=REPORTERS,
            **_questions(visit.workspace.catalog),
        ),
    )


def declare(visit: Visit) -> str:
    """Declare: recorded at once, then what follows from the catalog.

    Only a title is needed: who is not sure of the rest is asked afterwards.
    """
    workspace = visit.workspace
    affects = _affects(visit)
    visit.about = "title"
    request = Request(
        visit.text("title"),
        severity=_severity(visit, affects),
        affects=affects,
        category=visit.text("category").strip()[:100] or None,
        reported_by=visit.text("reported_by").strip()[:100] or None,
    )
    ident = begin(workspace, request, visit.who, on_recorded=visit.on_recorded)
    try:
        recorded = complete(workspace, ident, request, visit.who)
    except (IncidentctlError, OSError) as error:
        # It is declared: nobody may be told to do that again.
        visit.say(f"What follows from the catalog is not recorded yet: {error}")
        return _next(visit, ident)
    visit.say(*(note for note in recorded.notes if "--duplicate-of" not in note))
    return _next(visit, ident)


def _next(visit: Visit, ident: str) -> str:
    """Return where the questions are that are left; the board if nobody can answer them now."""
    try:
        find_shared(visit.workspace, ident)
    except EnvironmentFailedError as error:
        visit.say(f"{ident} is safe on disk, and is shown once the record can be read: {error}")
        return "/"
    return f"/declare/{ident}"


def show_more(visit: Visit) -> Page:
    """Ask what was not said, and show which other incidents are like it."""
    workspace = visit.workspace
    incident = load(workspace, find_shared(workspace, visit.named("incident")))
    catalog: Catalog = workspace.catalog
    named = list(dict.fromkeys((*incident.services, *incident.product_areas)))
    alike = similar_open(workspace, incident.title, incident.services, but=incident.id)
    past = similar_past(workspace, incident.title, incident.services)
    return Page(
        "declared.html.j2",
        values(
            incident=incident,
            named=named,
            guess=", ".join(named or suggest_affected(catalog, incident.title)[:_GUESSES]),
            alike=[_open(head, visit) for head in only_shared(workspace, alike)],
            past=[
                (each.head, moments.since(each.head.declared, visit.now), _ending(each.head))
                for each in past
            ],
            duty=on_call(workspace, incident, visit.now),
            update=moments.next_update(incident, visit.now),
            **_questions(catalog),
        ),
    )


def answer(visit: Visit) -> str:
    """Record what is affected and how bad it is."""
    response = _response(visit)
    affects = _affects(visit)
    severity = _severity(visit, affects or response.incident.services)
    if severity is None and visit.text("severity") == _UNSURE:
        visit.about = "condition"
        raise UsageError(
            "Two answers say how bad it is.",
            hint="Choose how badly it is hit, or another answer than not sure.",
        )
    visit.about = "affects"
    if affects or severity:
        reclassify(response, severity=severity, affects=affects or None)
    return f"/incidents/{response.ident}"


def same(visit: Visit) -> str:
    """Cancel it, because another one is the same."""
    response = _response(visit)
    other = find_shared(visit.workspace, visit.text("other"))
    cancel(response, duplicate_of=other)
    return f"/incidents/{other}"


def _response(visit: Visit) -> Response:
    workspace = visit.workspace
    ident = find_shared(workspace, visit.named("incident"))
    response = Response(workspace, ident, visit.who, on_recorded=visit.on_recorded)
    ensure_may_answer(visit.person, visit.who, response.incident)
    return response


def _questions(catalog: Catalog) -> Mapping[str, Any]:
    scale = catalog.scale
    return {
        "severities": [(each.name, each.title or "") for each in scale.severities],
        "later": scale_step(catalog, None).name,
        "conditions": scale.matrix.conditions if scale.matrix else (),
        "importance": IMPORTANCE,
        "known": list(dict.fromkeys((*catalog.product_areas, *catalog.services))),
    }


def _affects(visit: Visit) -> tuple[str, ...]:
    words = (word.strip() for text in visit.all("affects") for word in text.split(","))
    return tuple(filter(None, words))


def _severity(visit: Visit, affects: tuple[str, ...]) -> str | None:
    """Return the stated severity, or the one that two answers suggest; None where none does."""
    stated = visit.text("severity")
    if stated != _UNSURE:
        return stated or None
    catalog: Catalog = visit.workspace.catalog
    matrix, condition = catalog.scale.matrix, visit.text("condition")
    if matrix is None or not condition:
        return None
    importance = visit.text("importance")
    chosen = int(importance) if importance in IMPORTANCE else known_importance(catalog, affects)
    return matrix.suggest(chosen, condition)


def _open(head: Head, visit: Visit) -> tuple[Head, moments.Moment]:
    return head, moments.since(head.declared, visit.now)


def _ending(head: Head) -> str:
    took = f" after {rough_duration(head.ended - head.declared)}" if head.ended else ""
    return f"{head.status}{took}"
