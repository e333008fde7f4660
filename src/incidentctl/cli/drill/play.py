"""`incidentctl drill run`, `next`, `pause`, `resume`, `stop`: play a drill."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident.find import load
from incidentctl.app.incident.respond import Response
from incidentctl.cli.incident.respond import known_actor, report
from incidentctl.cli.session import confirm_recorded, open_catalog, report_notes
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, InIncident, Json
from incidentctl.domain.incident.state import Incident


def run(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The drill.")],
    *,
    severity: Annotated[
        str | None,
        typer.Option("--severity", "-s", metavar="SEVERITY", help="The severity to simulate."),
    ] = None,
    # Not by INCIDENTCTL_INCIDENT: a plan must not end up in an incident by accident.
    incident: Annotated[
        str | None,
        typer.Option(
            "-i",
            "--incident",
            metavar="INCIDENT",
            help="Run it in this drill, which the responders declared themselves.",
        ),
    ] = None,
    as_: AsPerson = None,
    no_walk: Annotated[
        bool, typer.Option("--no-walk", help="Do not start walking the runbook.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Play a drill: declare it, walk the runbook, and deliver its injects when they are due.

    Nothing needs to be broken. Anyone joins with `incidentctl run`, and gets the injects there,
    too, if the plan is in their clone. Reports do not count a drill as an incident.

    incidentctl drill run q1-tokens

    incidentctl drill run q1-tokens -i k7f
    """
    from incidentctl.app.drill.play import another_day, attach, start
    from incidentctl.app.incident.find import find_incident
    from incidentctl.cli.incident.run import walk
    from incidentctl.errors import UsageError

    workspace = open_catalog(ctx)
    who = workspace.actor(as_)
    if incident is None:
        if when := another_day(workspace, name):
            console.say(when, "warning")
            if console.is_terminal() and not as_json:
                from incidentctl.cli.terminal.prompts import ask_confirm

                if not ask_confirm("Play it now?", default=False):
                    console.say("Nothing was recorded.")
                    raise typer.Exit(1)
        recorded = start(workspace, name, who, severity=severity, on_recorded=confirm_recorded)
    elif severity is not None:
        raise UsageError(
            "A declared drill already has a severity.",
            hint=f"Change it with `incidentctl severity {severity} -i {incident}`.",
        )
    else:
        ident = find_incident(workspace, incident)
        who = known_actor(workspace, ident, who, asks=not as_json)
        recorded = attach(Response(workspace, ident, who, on_recorded=confirm_recorded), name)
    report_notes(workspace, (*([who.problem] if who.problem else []), *recorded.notes))
    played = load(workspace, recorded.incident)
    if as_json:
        _print_started(played, recorded.commit)
        return
    console.out(played.id)
    play = played.drill
    if play and play.conducted:
        console.say(
            "You lead this drill. Hand command to a responder: incidentctl assign commander PERSON"
        )
    if no_walk:
        console.say(f"next       incidentctl run -i {played.id}")
        return
    response = Response(workspace, played.id, who, on_recorded=confirm_recorded)
    walk(response)
    if response.incident.open:
        console.say("When it is over: incidentctl drill stop")


def _print_started(incident: Incident, commit: str | None) -> None:
    console.print_json(
        "drill-run",
        {
            "id": incident.id,
            "drill": incident.drill.drill if incident.drill else None,
            "title": incident.title,
            "severity": incident.severity,
            "commander": incident.commander,
            "commit": commit,
        },
    )


def _open(ctx: typer.Context, part: str | None, as_: str | None) -> Response:
    from incidentctl.app.drill.play import find_drill

    workspace = open_catalog(ctx)
    ident = find_drill(workspace, part)
    who = known_actor(workspace, ident, workspace.actor(as_))
    return Response(workspace, ident, who, on_recorded=confirm_recorded)


def deliver_next(
    ctx: typer.Context, incident: InIncident = None, as_: AsPerson = None, as_json: Json = False
) -> None:
    """Deliver the next inject now, even if it is not due yet.

    incidentctl drill next
    """
    from incidentctl.app.drill.play import deliver_next as deliver

    response = _open(ctx, incident, as_)
    recorded, inject = deliver(response)
    report(response.workspace, recorded, "drill-next", json=as_json)
    if not as_json:
        console.out(f"Inject {inject.number}: {inject.text}")


def pause(
    ctx: typer.Context, incident: InIncident = None, as_: AsPerson = None, as_json: Json = False
) -> None:
    """Pause the clock of the injects.

    incidentctl drill pause
    """
    from incidentctl.app.drill.play import pause as pause_drill

    response = _open(ctx, incident, as_)
    report(response.workspace, pause_drill(response), "drill-pause", json=as_json)


def resume(
    ctx: typer.Context, incident: InIncident = None, as_: AsPerson = None, as_json: Json = False
) -> None:
    """Resume the clock of the injects where it stopped.

    incidentctl drill resume
    """
    from incidentctl.app.drill.play import resume as resume_drill

    response = _open(ctx, incident, as_)
    report(response.workspace, resume_drill(response), "drill-resume", json=as_json)


def stop(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]", help="How it went; with --real, what is broken."),
    ] = None,
    *,
    real: Annotated[
        bool, typer.Option("--real", help="Something real came up: declare it at once.")
    ] = False,
    incident: InIncident = None,
    as_: AsPerson = None,
    as_json: Json = False,
) -> None:
    """End a drill. With --real an incident is declared at once, and the two are linked.

    incidentctl drill stop

    incidentctl drill stop --real "login is really down"
    """
    from incidentctl.app.drill.play import stop as stop_drill
    from incidentctl.errors import IncidentctlError

    said = " ".join(text or []) or None
    try:
        response = _open(ctx, incident, as_)
        done = stop_drill(response, said, real=real)
    except IncidentctlError as refusal:
        refusal.echo = refusal.echo or said
        raise
    more = done.real.notes if done.real else (done.unmeasured,) if done.unmeasured else ()
    for note in (*response.workspace.notes, *done.recorded.notes, *more):
        console.say(f"note: {note}", "warning")
    if as_json:
        console.print_json(
            "drill-stop",
            {
                "incident": done.recorded.incident,
                "events": list(done.recorded.events),
                "commit": done.recorded.commit,
                "real": done.real.incident if done.real else None,
            },
        )
        return
    if done.real:
        console.out(done.real.incident)
        console.say(f"next       incidentctl run -i {done.real.incident}")
    else:
        console.say("Next: `incidentctl drill score`, then `incidentctl retro`.")
