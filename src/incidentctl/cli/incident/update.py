"""`update` and `due`: what is told about the state, how often, and what is late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from incidentctl.cli.incident.respond import respond
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import AsPerson, At, InIncident, Json
from incidentctl.cli.terminal.text_command import TextCommand
from incidentctl.domain.common.times import parse_duration
from incidentctl.domain.incident.decide import updates
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import RefusedError, UsageError

COMMAND_CLASS = TextCommand


def update_command(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="What to tell.")
    ] = None,
    no_change: Annotated[
        bool, typer.Option("--no-change", help="Tell that nothing is new.")
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="For customers, too; shown first and asked once.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --public: do not ask.")] = False,
    snooze: Annotated[
        str | None, typer.Option("--snooze", metavar="SPAN", help="Put the next one off: 30m.")
    ] = None,
    incident: InIncident = None,
    at: At = None,
    as_: AsPerson = None,
    json: Json = False,
) -> None:
    """Post a status update. It says when the next one comes, and restarts the clock.

    incidentctl update "we roll back; more in 30 minutes"

    incidentctl update --no-change
    """
    said = " ".join(text or [])
    if snooze is not None:
        if said or no_change or public:
            raise UsageError(
                "--snooze goes alone: it puts the next update off, and posts none.",
                hint=f"post the update first, then: incidentctl update --snooze {snooze}",
                echo=said or None,
            )
        try:
            span = parse_duration(snooze)
        except ValueError as error:
            raise UsageError(f"--snooze: {error}.") from None
        now = workspace_of(ctx).now()
        respond(
            ctx,
            incident,
            lambda found: updates.snooze(found, now + span, now=now),
            f"next update put off by {snooze}",
            command="update",
            json=json,
            as_=as_,
        )
        return
    if no_change:
        said = f"{updates.NO_CHANGE} {said}".strip()

    def decide(found: Incident) -> Sequence[Any]:
        posted = updates.post(found, said, public=public)
        if public and not yes:
            _preview(said)
        return posted

    response, _ = respond(
        ctx,
        incident,
        decide,
        "public update" if public else "update",
        command="update",
        json=json,
        as_=as_,
        at=at,
        echo=said,
    )
    following = response.incident.next_update
    if following and not json:
        console.say(f"next update due {response.incident.time(following)}")


def _preview(said: str) -> None:
    """Show what customers will read, and ask once."""
    console.say("Customers will read:")
    console.say(f"  {said}", keep_lines=True)
    if not console.is_terminal():
        raise RefusedError(
            "A public update is asked for once more, and nobody can be asked here.",
            hint="say --public --yes",
            echo=said,
        )
    from incidentctl.cli.terminal.prompts import ask_confirm

    if not ask_confirm("Publish this?"):
        raise RefusedError("Not published.", echo=said)
