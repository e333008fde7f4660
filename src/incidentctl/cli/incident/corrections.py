"""`undo`, `amend`, `retract` and `redact`: corrections are new events; nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from incidentctl.app.incident.respond import moment
from incidentctl.cli.incident.respond import open_response, respond, told
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, InIncident, Json
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.decide import corrections
from incidentctl.domain.incident.redaction import holds_text
from incidentctl.domain.incident.state import Entry, Incident
from incidentctl.errors import RefusedError

#: `-1` is an entry and no option.
COMMAND_CLASS = TextCommand

EntryNumber = Annotated[
    str,
    typer.Argument(
        metavar="ENTRY", help="Its number, as `show` prints it; -1 is the last, -2 that before."
    ),
]


def retract_command(
    ctx: typer.Context,
    entry: EntryNumber,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Take back an entry: it stays in the log, struck through.

    incidentctl retract 12 --reason "another incident"
    """
    respond(
        ctx,
        incident,
        lambda found: corrections.retract(found, entry, reason=reason),
        f"entry {entry} retracted",
        command="retract",
        json=json,
        as_=as_,
        echo=reason,
    )


def redact_command(
    ctx: typer.Context,
    entry: EntryNumber,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Blank the text of an entry in every view; the history of the branch still holds it.

    It cannot be taken back, and a terminal asks. What you took back still holds its text, so here
    -1 counts it, too.

    incidentctl redact -1
    """
    workspace = workspace_of(ctx)
    by = workspace.actor(as_).handle
    waits = workspace.record.pending()  # what is not committed yet may be the text

    def decide(found: Incident) -> Sequence[Any]:
        events, _ = workspace.record.events(found.id)
        silent = [event.id for event in events if not holds_text(event.fact)]
        facts = corrections.redact(found, entry, by=by, reason=reason, silent=silent)
        meant = corrections.find(found, entry, taken_back_by=by)
        shown = f"#{meant.number} of {meant.by}: {one_line(meant.text)[:200]}"
        if console.is_terminal() and not json:
            from incidentctl.cli.terminal.prompts import ask_confirm

            if not ask_confirm(f"Blank {shown}?", default=False):
                raise RefusedError("Not redacted.")
        else:
            console.say(f"blanking {shown}")
        return facts

    _, recorded = respond(
        ctx,
        incident,
        decide,
        f"entry {entry} redacted",
        command="redact",
        json=json,
        as_=as_,
        echo=reason,
    )
    if recorded.commit is not None or not waits:
        console.say(
            "note: the history still holds the text; `incidentctl purge` takes it out", "warning"
        )


def undo_command(
    ctx: typer.Context,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Take back what you did last, and say what it was.

    incidentctl undo
    """
    response = open_response(ctx, incident, as_=as_)
    found = corrections.undo(response.incident, response.who.handle)
    gone = {fact.event for fact in found}
    entries = [entry for entry in response.incident.entries if entry.event in gone]
    recorded = response.record(found, "undo")
    told(response, recorded, command="undo", json=json)
    if not json:
        for entry in entries:
            console.say(f"taken back: #{entry.number} {one_line(entry.text)}", indent=12)


def amend_command(
    ctx: typer.Context,
    entry: EntryNumber,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="The right text.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it happened in truth.")
    ] = None,
    incident: InIncident = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Put an entry right: its text, or with --at when it happened.

    incidentctl amend -1 "rolled back to 1.4.2"

    incidentctl amend 7 --at 13:40
    """
    said = " ".join(text or [])
    named: list[Entry] = []

    def decide(found: Incident) -> Sequence[Any]:
        workspace = workspace_of(ctx)
        when = moment(workspace, workspace.actor(as_), at)
        named.append(corrections.find(found, entry))
        return corrections.amend(found, entry, said or None, moment=when)

    response, _ = respond(
        ctx,
        incident,
        decide,
        f"entry {entry} amended",
        command="amend",
        json=json,
        as_=as_,
        echo=said or None,
    )
    if not json:
        before = named[0]
        when = response.incident.time(before.at)
        console.say(f"it was: #{before.number} {when}: {before.text}")
