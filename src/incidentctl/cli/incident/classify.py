"""`severity`, `affects` and `category`: each changes the process."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.incident.classify import Reclassified, reclassify
from incidentctl.cli.incident import choices
from incidentctl.cli.incident.respond import Call, respond_command
from incidentctl.cli.incident.respond_command import RespondCommand
from incidentctl.cli.terminal import console
from incidentctl.errors import UsageError
from incidentctl.render.incident.brief import next_update

COMMAND_CLASS = RespondCommand


@respond_command()
def severity_command(
    call: Call,
    severity: Annotated[
        str | None, typer.Argument(metavar="SEVERITY", help="Such as SEV1, or just 1.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
) -> None:
    """Set the severity. The process follows: new steps are added, and nothing done is lost.

    incidentctl severity SEV1 --reason "every customer is affected"
    """
    level = choices.chosen(call, severity, "SEVERITY", "How bad is it?", choices.severities)
    done = call.respond(
        lambda response: reclassify(response, severity=level, reason=reason),
        "severity",
        echo=reason,
    )
    _print(call, done)


@respond_command()
def affects_command(
    call: Call,
    what: Annotated[
        list[str], typer.Argument(metavar="WHAT...", help="Every service or area that is affected.")
    ],
) -> None:
    """Set what is affected, replacing what was set before. The process follows.

    incidentctl affects checkout payment
    """
    _print(call, call.respond(lambda response: reclassify(response, affects=what), "affects"))


@respond_command()
def category_command(
    call: Call,
    category: Annotated[
        str | None,
        typer.Argument(metavar="CATEGORY", help="security, data-loss, vendor, or your own."),
    ] = None,
) -> None:
    """Set the category. The process follows: the runbooks of that category are added.

    incidentctl category security
    """
    named = choices.chosen(call, category, "CATEGORY", "Which category?", choices.categories)
    named = named.strip()
    if not named:
        raise UsageError("This needs a category: it was empty.")
    _print(call, call.respond(lambda response: reclassify(response, category=named), "category"))


def _print(call: Call, done: Reclassified) -> None:
    if call.json:
        return
    console.say(f"process    {done.incident.reason}", indent=11)
    for title in done.new_steps:
        console.say(f"new step   {title}", indent=11)
    for title in done.dropped:
        console.say(f"not needed {title}", "warning", indent=11)
    due = next_update(done.incident, call.workspace.now())
    if due:
        console.say(f"update due {due}")
