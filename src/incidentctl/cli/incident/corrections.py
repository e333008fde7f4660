"""`undo`, `amend`, `retract` and `redact`: corrections are new events; nothing is deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import corrections
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, report_time_read, respond_command
from incidentctl.cli.incident.respond_command import CorrectCommand
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.redaction import confirm_redaction, report_history
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.state import Entry

#: `-1` is an entry, not an option.
COMMAND_CLASS = CorrectCommand
#: So many entries that were taken back are shown, and so much of each: a file may have been logged.
_SHOWN, _LONGEST = 10, 300

EntryNumber = Annotated[
    str | None,
    typer.Argument(
        metavar="ENTRY", help="Its number, as `show` prints it; -1 is the last, -2 the one before."
    ),
]


@respond_command(at=False)
def retract_command(
    call: Call,
    entry: EntryNumber = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
) -> None:
    """Take back an entry: it stays in the log, struck through.

    incidentctl retract 12 --reason "another incident"
    """
    number = choices.chosen(call, entry, "ENTRY", "Which entry is taken back?", choices.entries)
    call.respond(
        lambda response: corrections.retract(response, number, reason=reason),
        "retract",
        echo=reason,
    )


@respond_command(at=False)
def pin_command(call: Call, entry: EntryNumber = None) -> None:
    """Mark an entry as important: it also appears at the top of the log.

    incidentctl pin -1
    """
    number = choices.chosen(call, entry, "ENTRY", "Which entry is important?", choices.entries)
    call.respond(lambda response: corrections.pin(response, number), "pin")


@respond_command(at=False)
def redact_command(
    call: Call,
    entry: EntryNumber = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
) -> None:
    """Remove the text of an entry everywhere; the git history of the branch still holds it.

    This cannot be undone; on a terminal it asks first. A retracted entry still holds its text, so
    here -1 counts retracted entries as well.

    incidentctl redact -1
    """
    number = choices.chosen(call, entry, "ENTRY", "Which entry is redacted?", choices.entries)

    def confirm(meant: Entry) -> bool:
        shown = f"#{meant.number} by {meant.by}: {one_line(meant.text)[:200]}"
        return confirm_redaction(shown, json=call.json)

    done = call.respond(
        lambda response: corrections.redact(response, number, reason=reason, confirm=confirm),
        "redact",
        echo=reason,
    )
    report_history(holds_text=done.in_history)


@respond_command(at=False)
def undo_command(call: Call) -> None:
    """Take back your last entry, and show it; also the end of an incident that you just ended.

    incidentctl undo
    """
    done = call.respond(corrections.undo, "undo", own=True)
    if not call.json:
        for entry in done.entries[:_SHOWN]:
            text = one_line(entry.text)
            cut = f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
            console.say(f"taken back: #{entry.number} {cut}", indent=12)
        if (more := len(done.entries) - _SHOWN) > 0:
            console.say(f"taken back: {more} more")


@respond_command(at=False)
def amend_command(
    call: Call,
    entry: EntryNumber = None,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="The right text.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it really happened.")
    ] = None,
) -> None:
    """Correct an entry: its text, or with --at when it happened.

    incidentctl amend -1 "rolled back to 1.4.2"

    incidentctl amend 7 --at 13:40
    """
    number = choices.chosen(call, entry, "ENTRY", "Which entry is corrected?", choices.entries)
    said = " ".join(text or []) or None
    done = call.respond(
        lambda response: corrections.amend(response, number, said, at=at), "amend", echo=said
    )
    if done.at is not None:
        report_time_read(call.workspace, call.who, done.at)
    if not call.json:
        before = done.before
        when = done.incident.time(before.at)
        console.say(f"it was: #{before.number} {when}: {before.text}")
