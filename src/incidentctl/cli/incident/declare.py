"""`declare`: a title is enough. First it is safe, then come questions, then the runbook."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from incidentctl.app.incident.declare import Request, begin, complete, keep_answers
from incidentctl.app.incident.find import load
from incidentctl.app.incident.query import on_call
from incidentctl.app.incident.respond import Recorded, Response, told
from incidentctl.app.incident.similar import Similar, similar_open, similar_past
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.places import KEPT_HERE
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.incident.respond import report_told
from incidentctl.cli.session import confirm_recorded, report_notes, restriction, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.closing import closing_ends
from incidentctl.cli.terminal.options import AsPerson, Json, NoInput, NoWalk
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import iso, rough_duration
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import IncidentctlError, UsageError

if TYPE_CHECKING:  # what reads alerts is imported where there is one
    from incidentctl.domain.alerts.alert import Alert

COMMAND_CLASS = TextCommand


def declare_command(
    ctx: typer.Context,
    title: Annotated[
        list[str] | None, typer.Argument(metavar="TITLE", help="What is broken, in a few words.")
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option("--severity", "-s", metavar="SEVERITY", help="How bad it is, such as SEV1."),
    ] = None,
    affects: Annotated[
        list[str] | None,
        typer.Option("--affects", metavar="WHAT", help="A service or product area; repeatable."),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            "--category", metavar="CATEGORY", help="The category: security, data-loss, vendor."
        ),
    ] = None,
    reported_by: Annotated[
        str | None,
        typer.Option("--reported-by", metavar="WHO", help="customer, employee or alert."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="When it was declared, if not now."),
    ] = None,
    drill: Annotated[bool, typer.Option("--drill", help="A drill: nothing is broken.")] = False,
    backfill: Annotated[
        bool, typer.Option("--backfill", help="Record an incident that is over, with --at.")
    ] = False,
    resolved_at: Annotated[
        str | None,
        typer.Option(
            "--resolved-at", metavar="TIME", help="When it was resolved; with --backfill."
        ),
    ] = None,
    restricted: Annotated[
        bool,
        typer.Option(
            "--restricted",
            help="For security or personnel: never sent to the shared remote. It is not "
            "encrypted: anybody who can read this clone can read it.",
        ),
    ] = False,
    from_alert: Annotated[
        str | None,
        typer.Option(
            "--from-alert", metavar="FILE", help="An alert as its sender posts it; `-` is stdin."
        ),
    ] = None,
    auto: Annotated[
        bool,
        typer.Option(
            "--auto", help="With --from-alert: the rules of alerts.yaml decide, and ask nobody."
        ),
    ] = False,
    from_issue: Annotated[
        str | None,
        typer.Option(
            "--from-issue",
            metavar="FILE",
            help="An issue on GitHub, as a workflow gets its event; `-` is stdin.",
        ),
    ] = None,
    as_: AsPerson = None,
    no_input: NoInput = False,
    no_walk: NoWalk = False,
    json: Json = False,
) -> None:
    """Declare an incident. You become its commander.

    incidentctl declare "login is down"

    It is recorded at once. On a terminal it then asks what is affected and how bad it is; Enter
    answers each question.
    """
    words = " ".join(title or [])
    if auto or from_issue is not None:
        stated = (severity, affects, category, reported_by, at, drill, backfill, restricted)
        _declare_unasked(ctx, from_alert, from_issue, words, stated, as_, json=json)
        return
    try:
        workspace = workspace_of(ctx, must=False)
        who = workspace.actor(as_)
        alerts = _alerts(from_alert, title=words)
        asks = console.is_terminal() and not (no_input or json)
        if not words.strip() and asks and not alerts:
            from incidentctl.cli.terminal.prompts import ask_text

            words = ask_text("What is broken?")
        kind = _kind(drill=drill, backfill=backfill, at=at, resolved_at=resolved_at)
        request = Request(
            words,
            kind,
            severity,
            affects or (),
            _short(category),
            _short(reported_by),
            _moment(workspace, who, at),
            _moment(workspace, who, resolved_at),
            restricted,
        )
        if alerts:
            from incidentctl.app.alerts.declare import with_alerts

            request = with_alerts(request, alerts)
        shows = kind == "incident" and not json
        alike = _print_open(workspace, words, request.affects) if shows else []
        ident = begin(workspace, request, who, on_recorded=partial(_confirm, workspace))
    except IncidentctlError as refusal:
        refusal.echo = refusal.echo or words
        raise
    same: str | None = None
    try:
        if asks and alike:
            with closing_ends():
                same = _ask_same(
                    Response(workspace, ident, who, on_recorded=confirm_recorded), alike
                )
        if alerts and not same:
            from incidentctl.app.alerts.declare import answered

            request = answered(workspace, ident, request, alerts, who)
        if asks and kind != "backfill" and not same:
            from incidentctl.cli.incident.declare_prompts import ask

            keep = partial(keep_answers, workspace, ident, who=who, on_recorded=confirm_recorded)
            with closing_ends():
                for left in ask(workspace, request, keep):
                    request = left  # what is kept is not recorded again, also after Ctrl-C
    finally:
        # Also after Ctrl-C or a closed terminal: a declared incident gets its process.
        if not same:
            recorded = complete(workspace, ident, request, who)
    if same:
        report_notes(workspace)
        console.out(same)
        ident = same
    else:
        _print(workspace, ident, recorded, json=json)
    if kind != "backfill" and not json:
        response = Response(workspace, ident, who, on_recorded=confirm_recorded)
        go_on(response, walks=asks and not no_walk)


def go_on(response: Response, *, walks: bool) -> None:
    """Walk the runbook of what was declared, or say how."""
    if walks:
        from incidentctl.cli.incident.run import walk

        walk(response)
    else:
        console.say(f"next       incidentctl run -i {response.ident}")


def _print_taken(ctx: typer.Context, where: str | None, words: str, *, json: bool) -> None:
    """Let the rules decide about a payload, and say what came of it."""
    if where is None or words.strip():
        raise UsageError(
            "With --auto the rules decide about an alert, and you state nothing.",
            hint="Run `incidentctl declare --from-alert FILE --auto`.",
            echo=words,
        )
    from incidentctl.app.alerts.automatic import take
    from incidentctl.app.alerts.parse import read_payload

    workspace = workspace_of(ctx)
    taken = take(workspace, read_payload(where, sys.stdin.buffer))
    workspace.notes.extend(taken.notes)
    report_notes(workspace)
    if json:
        console.print_json("declare-auto", taken._asdict())
        return
    for said, idents in (
        ("declared", taken.declared),
        ("attached to", taken.attached),
        ("recorded in", taken.groups),
    ):
        for ident in idents:
            console.out(f"{said:<11} {ident}")
    if not taken.groups and not taken.declared:
        console.say(f"{count(taken.alerts, 'alert')}: nothing new to record.")


def _declare_unasked(
    ctx: typer.Context,
    from_alert: str | None,
    from_issue: str | None,
    words: str,
    stated: Sequence[object],
    as_: str | None,
    *,
    json: bool,
) -> None:
    """Declare what an alert or an issue alone says."""
    if from_issue is None:
        _print_taken(ctx, from_alert, words, json=json)
        return
    if words.strip() or from_alert is not None or any(stated):
        raise UsageError(
            "With --from-issue the issue says everything, and you state nothing.",
            hint="Run `incidentctl declare --from-issue FILE`.",
            echo=words,
        )
    from incidentctl.app.alerts.parse import read_payload
    from incidentctl.app.incident.from_issue import declare_from_issue

    workspace = workspace_of(ctx)
    event = read_payload(from_issue, sys.stdin.buffer)
    done = declare_from_issue(workspace, event, as_=as_, on_recorded=partial(_confirm, workspace))
    if done.recorded is None:
        console.say(f"{done.ident}: declared before, from this issue")
    recorded = done.recorded or Recorded(done.ident, (), None)
    _print(workspace, done.ident, recorded, json=json)


def _alerts(where: str | None, *, title: str) -> list[Alert]:
    """Return the alerts of a file, or of stdin for `-`; none without one.

    With a title, alerts that cannot be read are a warning: declaring is not refused.
    """
    if where is None:
        return []
    from incidentctl.app.alerts.parse import firing, read_payload

    try:
        return firing(read_payload(where, sys.stdin.buffer))
    except IncidentctlError as refusal:
        if not title.strip():
            raise
        console.say(f"Declared without the alert: {refusal.message}", "warning")
        return []


def _print_open(workspace: Workspace, title: str, affects: Sequence[str]) -> list[Head]:
    """Say which open incidents may be the same, before there is a second one; return them."""
    now = workspace.now()
    found: list[Head] = []
    with contextlib.suppress(Exception):  # nothing may keep a declaration from being recorded
        found = similar_open(workspace, title, affects)
    for head in found:
        age = rough_duration(now - head.declared)
        console.say(
            f"also open  {head.id}  {head.severity or '-'}, declared {age} ago, {head.commander} "
            f"commands: {one_line(head.title)}",
            "warning",
            indent=11,
        )
    return found


def _ask_same(response: Response, alike: Sequence[Head]) -> str | None:
    """Ask whether it is one of the open ones; then cancel the second, and return the id of that."""
    from incidentctl.app.incident.lifecycle import cancel
    from incidentctl.cli.terminal.prompts import ask_choice

    another = "another"
    choices = [(another, "no, it is another one")]
    choices += [(head.id, f"{head.id}  {one_line(head.title)[:60]}") for head in alike]
    answer = ask_choice("Is it one of the open ones?", choices, another)
    if answer == another:
        return None
    cancel(response, duplicate_of=answer)
    return answer


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


def _confirm(workspace: Workspace, line: str) -> None:
    """Print the acknowledgement; first that nobody else sees it, if so."""
    if workspace.is_local:
        console.say(KEPT_HERE, "warning")
    confirm_recorded(line)


def _moment(workspace: Workspace, who: Actor, text: str | None) -> datetime | None:
    when = told(workspace, who, text)
    if when is None:
        return None
    report_told(workspace, who, when)
    return when.moment


def _kind(*, drill: bool, backfill: bool, at: str | None, resolved_at: str | None) -> str:
    if drill and backfill:
        raise UsageError("Use --drill or --backfill, not both.")
    if backfill and not (at and resolved_at):
        raise UsageError(
            "--backfill needs --at and --resolved-at.",
            hint='For example: `incidentctl declare "..." --backfill --at "yesterday 13:40" '
            "--resolved-at 09:00`.",
        )
    if resolved_at and not backfill:
        raise UsageError("--resolved-at needs --backfill.")
    return "drill" if drill else "backfill" if backfill else "incident"


def _short(stated: str | None) -> str | None:
    """Return a word as typed, unless it is too long for a word: declaring is never refused."""
    return stated.strip()[:100] if stated and stated.strip() else None


def _print(workspace: Workspace, ident: str, recorded: Recorded, *, json: bool) -> None:
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
