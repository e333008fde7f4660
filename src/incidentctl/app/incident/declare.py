"""Declare an incident: acknowledge it first, then do everything else; never refuse anybody."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Recorded, Response, acknowledge, not_committed
from incidentctl.app.incident.similar import similar_open
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.domain.common.times import offset_minutes
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide import notes
from incidentctl.domain.incident.head import titled
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import EnvironmentFailedError, UsageError

#: Who may have noticed it first; reports show how often customers did.
REPORTERS = ("customer", "employee", "alert")


class Request(NamedTuple):
    """What the declarer typed."""

    title: str
    kind: str = "incident"
    severity: str | None = None
    affects: Sequence[str] = ()
    category: str | None = None
    reported_by: str | None = None
    at: datetime | None = None
    resolved_at: datetime | None = None
    restricted: bool = False
    """Only some may read it; never sent to the shared remote."""
    also: Sequence[Any] = ()
    """More facts of the same action."""
    suggested: str | None = None
    """A severity to use, unconfirmed, if none is stated."""
    ident: str | None = None
    """The id to declare it with, where it follows from what declares; by default a new one."""


def begin(
    workspace: Workspace, request: Request, who: Actor, *, on_recorded: Callable[[str], None]
) -> str:
    """Acknowledge the declaration and return the incident's id: from here on it is safe.

    It reads neither the catalog nor git before that. UsageError without a title, or when it was
    resolved before it was declared.
    """
    title = request.title.strip()
    if not title:
        raise UsageError(
            "An incident needs a title.", hint='For example: `incidentctl declare "login is down"`.'
        )
    now = workspace.now()
    if request.resolved_at and request.resolved_at < (request.at or now):
        raise UsageError("It cannot have been resolved before it was declared.")
    basics = workspace.basics
    ident = request.ident or workspace.new_incident_id(request.kind, request.at or now)
    if request.restricted:
        workspace.record.restrict(ident)
    title, noted = notes.title(title)
    declared = facts.Declared(
        title,
        request.kind,
        request.reported_by,
        request.category,
        basics.organisation,
        basics.timezone,
        offset_minutes(request.at or now, basics.timezone),
    )
    _, warnings = acknowledge(
        workspace, ident, [declared, *noted, *request.also], who, at=request.at
    )
    on_recorded(f"{ident}: declared; {who.handle} is the commander")
    workspace.notes.extend(warnings)
    return ident


def keep_answers(
    workspace: Workspace,
    ident: str,
    request: Request,
    who: Actor,
    *,
    on_recorded: Callable[[str], None],
) -> Request:
    """Acknowledge what the request says of severity and services; return it without them.

    So each answer is safe before the next question, also if the terminal closes. An unknown
    severity or service stays in the request, for `complete` to tell.
    """
    from incidentctl.app.incident.classify import (
        affected_fact,
        affects_in_words,
        find_severity,
        severity_fact,
    )

    catalog = workspace.catalog
    stated: list[Any] = []
    said = []
    if request.affects:
        affected, unknown = affected_fact(catalog, request.affects)
        if not unknown:
            stated.append(affected)
            said.append(affects_in_words(affected))
            request = request._replace(affects=())
    if request.severity and (level := find_severity(catalog, request.severity)):
        stated.append(severity_fact(level, confirmed=True))
        said.append(f"severity {level.name}")
        request = request._replace(severity=None)
    if stated:
        group = declaration_of(load(workspace, ident))
        _, warnings = acknowledge(workspace, ident, stated, who, at=request.at, group=group)
        on_recorded(f"{ident}: {', '.join(said)}")
        workspace.notes.extend(warnings)
    return request


def declaration_of(incident: Incident) -> str | None:
    """Return the group of the declaration: `undo` must not leave an incident without a process."""
    return next((entry.group for entry in incident.entries if entry.kind == "declared"), None)


def _same(workspace: Workspace, incident: Incident, told: Collection[str]) -> list[str]:
    """Return a note for each open incident that may be the same one, but for what was told."""
    if incident.kind != "incident":
        return []
    found = similar_open(workspace, incident.title, incident.services, but=incident.id)
    hidden = workspace.record.restricted_ids() if found else ()
    return [
        f"{head.id} is also open: {one_line(titled(head, restricted=head.id in hidden))[:80]}. "
        f"If it is the same: incidentctl cancel -i {incident.id} --duplicate-of {head.id}"
        for head in found
        if head.id not in told
    ]


def _drill_windows(workspace: Workspace) -> list[str]:
    """Return a note for each open window of a drill that was not played yet."""
    from incidentctl.domain.drill.windows import open_windows

    drills, zone = workspace.catalog.drills.values(), workspace.catalog.settings.timezone
    windows = open_windows(drills, workspace.now(), default_zone=zone)
    if not windows:
        return []
    since = min(each.window.begins for each in windows)
    try:
        heads = [h for h in workspace.record.heads() if h.kind == "drill" and not h.open]
        over = [load(workspace, h.id) for h in heads if h.ended and h.ended >= since]
    except EnvironmentFailedError:
        over = []
    return [each.sentence for each in windows if not any(map(each.played_in, over))]


def complete(
    workspace: Workspace,
    ident: str,
    request: Request,
    who: Actor,
    *,
    told: Collection[str] = (),
) -> Recorded:
    """Record what follows from the catalog, then commit everything.

    If the catalog cannot be used at all, that is a note. Of the open incidents that may be the
    same, those in `told` are known to the user.
    """
    from incidentctl.app.incident.classify import catalog_errors, classify

    incident = load(workspace, ident)
    classified = classify(
        workspace,
        incident,
        severity=request.severity,
        suggested=request.suggested,
        affects=request.affects or None,
        category=request.category,
        problems=[who.problem] if who.problem else [],
    )
    found = list(classified.facts)
    ids: tuple[str, ...] = ()
    warnings: list[str] = list(classified.notes)
    if who.problem:
        warnings.append(who.problem)
    if request.reported_by and request.reported_by not in REPORTERS:
        near = did_you_mean(request.reported_by, REPORTERS)
        warnings.append(
            f"Reported by {one_line(request.reported_by)!r} is not one of {', '.join(REPORTERS)}."
            + (f" Did you mean {near!r}?" if near else "")
        )
    if request.kind == "incident" and workspace.catalog.drills:
        warnings += _drill_windows(workspace)
    if errors := catalog_errors(workspace):
        more_of_them = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        warnings.append(
            f"The catalog has errors: {one_line(errors[0])[:300]}{more_of_them}; "
            "`incidentctl catalog lint` shows all."
        )
    if found:
        group = declaration_of(incident)
        ids, more = acknowledge(workspace, ident, found, who, at=request.at, group=group)
        warnings += more
    if request.kind == "backfill" and request.resolved_at:
        more_ids, more = acknowledge(
            workspace, ident, [facts.Resolved()], who, at=request.resolved_at
        )
        ids += more_ids
        warnings += more
    flushed = workspace.flush()
    warnings += _same(workspace, load(workspace, ident), told)
    with contextlib.suppress(EnvironmentFailedError):  # the flush has reported it
        if behind := workspace.record.mirror_note():
            warnings.append(behind)
    late = not_committed(flushed)
    return Recorded(ident, ids, flushed.commit, (*warnings, *flushed.notes, *late))


def complete_if_cut_off(response: Response) -> Recorded | None:
    """Add the process to an open incident whose declaration was cut off; None if it has one."""
    incident = response.incident
    if not incident.open or incident.tier is not None:
        return None
    request = Request(incident.title, incident.kind)
    recorded = complete(response.workspace, response.ident, request, response.who)
    response.incident = load(response.workspace, response.ident)
    return recorded
