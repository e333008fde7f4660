"""`update`: post a status update, or snooze the next one."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident import updates
from incidentctl.cli.incident.respond import Call, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.terminal import console
from incidentctl.domain.common.times import parse_duration
from incidentctl.errors import RefusedError, UsageError

COMMAND_CLASS = RespondCommand


@respond_command()
def update_command(
    call: Call,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="The text of the update.")
    ] = None,
    no_change: Annotated[
        bool, typer.Option("--no-change", help="State that nothing has changed.")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="For customers as well; shows it and asks first.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --public: do not ask.")] = False,
    snooze: Annotated[
        str | None, typer.Option("--snooze", metavar="SPAN", help="Postpone the next one: 30m.")
    ] = None,
) -> None:
    """Post a status update. It states when the next one is due, and restarts the clock.

    incidentctl update "rolling back; next update in 30 minutes"

    incidentctl update --no-change
    """
    said = " ".join(text or [])
    if snooze is not None:
        if said or no_change or public:
            raise UsageError(
                "--snooze takes no text: it puts off the next update, and posts none.",
                hint=f"Post the update first, then run `incidentctl update --snooze {snooze}`.",
                echo=said or None,
            )
        try:
            span = parse_duration(snooze)
        except ValueError as error:
            raise UsageError(f"--snooze: {error}.") from None
        call.at = None  # the span counts from now
        call.respond(lambda response: updates.snooze(response, span, stated=snooze), "update")
        return
    if no_change:
        said = updates.no_change(said)
    preview = (lambda: _preview(said)) if public and not yes else None
    posted = call.respond(
        lambda response: updates.post(response, said, public=public, preview=preview),
        "update",
        echo=said,
    )
    following = posted.incident.next_update
    if following and not call.json:
        console.say(f"next update due {posted.incident.time(following)}")


def _preview(said: str) -> None:
    """Show what customers will read, and ask for confirmation."""
    console.say("Customers will read:")
    console.say(f"  {said}", keep_lines=True)
    if not console.is_terminal():
        raise RefusedError(
            "A public update needs a confirmation, and this is not a terminal.",
            hint="Pass --public --yes.",
            echo=said,
        )
    from incidentctl.cli.terminal.prompts import ask_confirm

    if not ask_confirm("Publish this?"):
        raise RefusedError("Not published.", echo=said)
