"""`declare`: a title is enough. First it is safe, then come questions, then the runbook."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from incidentctl.app.incident.declare import Request, begin, complete, keep_answers
from incidentctl.app.incident.respond import Response, parse_moment
from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.incident.also_open import say_how_to_cancel, say_open
from incidentctl.cli.incident.declared import confirm, go_on, print_declared
from incidentctl.cli.incident.respond import report_time_read
from incidentctl.cli.session import confirm_recorded, report_notes, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.closing import closing_ends
from incidentctl.cli.terminal.options import AsPerson, Json, NoInput, NoWalk
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.head import Head
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
        typer.Option(
            "--affects",
            metavar="WHAT",
            help="A service or product area, or several with commas; repeatable.",
        ),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            "--category",
            metavar="CATEGORY",
            help="The category: security, data-loss, vendor, or your own.",
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
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="NAME", help="With --from-alert: its sender in alerts.yaml."
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
        from incidentctl.cli.incident.declare_unasked import declare_unasked

        stated = (severity, affects, category, reported_by, at, drill, backfill, restricted)
        declare_unasked(ctx, (from_alert, source), from_issue, words, stated, as_, json=json)
        return
    try:
        workspace = workspace_of(ctx, must=False)
        who = workspace.actor(as_)
        alerts = _alerts(workspace, from_alert, source, title=words)
        asks = console.is_terminal() and not (no_input or json)
        if not words.strip() and asks and not alerts:
            words = _asked_title()
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
            from incidentctl.app.alerts.declare import from_alerts

            request = from_alerts(workspace, request, alerts)
        shows = kind == "incident" and not json
        alike = say_open(workspace, words, request.affects) if shows else []
        ident = begin(workspace, request, who, on_recorded=partial(confirm, workspace))
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
            recorded = complete(workspace, ident, request, who, told=[h.id for h in alike])
    if same:
        report_notes(workspace)
        console.out(same)
        ident = same
    else:
        print_declared(workspace, ident, recorded, json=json)
        say_how_to_cancel(ident, () if asks else alike)
    if kind != "backfill" and not json:
        go_on(
            Response(workspace, ident, who, on_recorded=confirm_recorded),
            walks=asks and not no_walk,
        )


def _alerts(
    workspace: Workspace, where: str | None, source: str | None, *, title: str
) -> list[Alert]:
    """Return the alerts of a file, or of stdin for `-`; none without one.

    With a title, alerts that cannot be read are a warning: declaring is not refused.
    """
    if where is None:
        return []
    from incidentctl.app.alerts.parse import firing, hook_of, read_payload

    try:
        hook = hook_of(workspace.catalog, source) if source else None
        return firing(read_payload(where, sys.stdin.buffer), hook)
    except IncidentctlError as refusal:
        if not title.strip():
            raise
        console.say(f"Declared without the alert: {refusal.message}", "warning")
        return []


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


def _asked_title() -> str:
    from incidentctl.cli.terminal.prompts import ask_text

    while not (title := ask_text("What is broken?").strip()):
        console.say("A title is needed: a few words are enough.", "warning")
    return title


def _moment(workspace: Workspace, who: Actor, text: str | None) -> datetime | None:
    when = parse_moment(workspace, who, text)
    if when is None:
        return None
    report_time_read(workspace, who, when)
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
