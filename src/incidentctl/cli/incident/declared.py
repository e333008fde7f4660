"""What is printed of a declaration: before it, once it is recorded, and with its process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from incidentctl.app.incident.find import load
from incidentctl.app.incident.query import on_call
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.app.incident.similar import Similar, similar_past
from incidentctl.app.workspace.places import KEPT_HERE, trusts_any
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.session import confirm_recorded, report_notes, restriction
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso, rough_duration
from incidentctl.domain.incident.ids import last_part
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import IncidentctlError


def _print_past(found: Sequence[Similar], now: datetime) -> None:
    """Say which past incidents were like this one, and how they ended."""
    for number, (head, retrospective) in enumerate(found):
        label = "" if number else "similar"
        ago = rough_duration(now - head.declared)
        took = f" after {rough_duration(head.ended - head.declared)}" if head.ended else ""
        why = f". {one_line(head.ended_why)}" if head.ended_why else ""
        more = f" ({retrospective})" if retrospective else ""
        console.say(
            f"{label:<10} {head.id}  {head.severity or '-'}, {ago} ago: {one_line(head.title)}: "
            f"{head.status}{took}{why}{more}",
            indent=11,
        )


def confirm(workspace: Workspace, line: str) -> None:
    """Print the acknowledgement; first that nobody else sees it, if so."""
    if workspace.is_local:
        console.say(KEPT_HERE, "warning")
    confirm_recorded(line)


def print_declared(workspace: Workspace, ident: str, recorded: Recorded, *, json: bool) -> None:
    """Print the id, the process, and which past incidents were similar."""
    incident = load(workspace, ident)
    report_notes(workspace, recorded.notes)
    real = incident.kind == "incident"
    past = similar_past(workspace, incident.title, incident.services) if real else []
    if json:
        keys = _as_json(workspace, incident, recorded)
        console.print_json("declare", keys | {"similar": [each.as_json() for each in past]})
        return
    console.say(f"repository: {_where(workspace)}")
    console.out(incident.id)
    say_process(workspace, incident)
    _print_past(past, workspace.now())


def say_process(workspace: Workspace, incident: Incident) -> None:
    """Say how bad it is, whose it is, and which process was resolved."""
    confirmed = "" if incident.confirmed else " (not confirmed)"
    console.say(f"severity   {incident.severity}{confirmed}")
    if workspace.record.is_restricted(incident.id):
        console.say(f"restricted {restriction(workspace)}", indent=11)
    console.say(f"owner      {incident.owner or 'nobody yet: incidentctl affects SERVICE'}")
    if duty := on_call(workspace, incident, workspace.now()):
        console.say(f"on call    {duty}", indent=11)
    console.say(f"process    {incident.reason}", indent=11)
    if incident.next_update:
        console.say(f"update due {incident.time(incident.next_update)}")


def _where(workspace: Workspace) -> str:
    if workspace.root is None:
        return "none found: built-in catalog, record kept locally"
    suffix = " (record kept locally)" if workspace.is_local else ""
    default = " (your default, set by `incidentctl use`)" if workspace.source == "default" else ""
    return f"{workspace.root}{default}{suffix}"


def _as_json(workspace: Workspace, incident: Incident, recorded: Recorded) -> dict[str, object]:
    return {
        "id": incident.id,
        "kind": incident.kind,
        "title": incident.title,
        "severity": incident.severity,
        "confirmed": incident.confirmed,
        "commander": incident.commander,
        "owner": incident.owner,
        "services": list(incident.services),
        "product_area": next(iter(incident.product_areas), None),
        "product_areas": list(incident.product_areas),
        "tier": incident.tier,
        "runbooks": [attached.name for attached in incident.runbooks],
        "reason": incident.reason,
        "commit": recorded.commit,
        "catalog_commit": incident.catalog_commit,
        "log": workspace.record.log_path(incident.id),
        "next_update": iso(incident.next_update) if incident.next_update else None,
        "repository": str(workspace.root) if workspace.root else None,
        "notes": [*workspace.notes, *recorded.notes],
    }


def say_waiting(
    workspace: Workspace, idents: Iterable[str], *, since: timedelta = timedelta()
) -> None:
    """Say which announcements of some incidents wait for so long, and how to send them."""
    if not trusts_any(workspace.environment):  # what knows of sending is slow to import
        return
    from incidentctl.app.actions.waiting import waiting

    for ident, names in waiting(workspace, idents, since=since):
        part = last_part(ident)
        console.say(
            f"announcements of {ident} wait: {', '.join(names)}. No receiver runs in this clone; "
            f"if none sends them elsewhere: incidentctl announce send -i {part}",
            "warning",
        )


def go_on(response: Response, *, walks: bool) -> None:
    """Say which announcements wait, and walk the runbook of what was declared, or say how."""
    with contextlib.suppress(IncidentctlError):  # it is recorded, whatever this cannot read
        say_waiting(response.workspace, [response.ident])
    if walks:
        from incidentctl.cli.incident.run import walk

        walk(response)
    else:
        console.say(f"next       incidentctl run -i {response.ident}")
