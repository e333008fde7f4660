"""`incidentctl catalog score`: how ready each team is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json


def score(
    ctx: typer.Context,
    *,
    team: Annotated[
        str | None,
        typer.Option("--team", metavar="TEAM", help="Only this team, each answer with its reason."),
    ] = None,
    least: Annotated[
        int | None,
        typer.Option("--min", metavar="PERCENT", help="Exit 1 if a team is below this."),
    ] = None,
    json: Json = False,
) -> None:
    """How ready each team is: owner, on call, contact, drills, reviews, what is overdue.

    incidentctl catalog score

    incidentctl catalog score --min 75
    """
    from incidentctl.app.learn.readiness import as_json, readiness

    workspace = open_catalog(ctx)
    found = readiness(workspace, team=team, least=least)
    if json:
        console.print_json("catalog-score", as_json(found))
    elif len(found.teams) == 1:
        _print_score(found.teams[0])
    else:
        rows = [
            (
                each.team,
                "-" if each.percent is None else f"{each.percent}%",
                f"{each.passed} of {each.counted}",
                ", ".join(each.named("no")),
                ", ".join(each.named("unknown")),
            )
            for each in found.teams
        ]
        console.table(("team", "ready", "yes", "no", "unknown"), rows)
        console.say("`--team TEAM` says why, and what to do.")
    if found.below:
        console.say(f"Below {least}%: {', '.join(found.below)}.", "error")
        raise typer.Exit(1)


def _print_score(found: Any) -> None:
    """Print each answer of a team with its reason, and what to do about it."""
    percent = "nothing to judge" if found.percent is None else f"{found.percent}%"
    console.out(f"{found.team}: {percent}, {found.passed} of {found.counted}", "bold")
    for criterion, answer in found.answers:
        state = {"does-not-apply": "-", "unknown": "unknown", "no": "NO"}.get(answer.state, "yes")
        todo = f" {answer.todo}" if answer.todo else ""
        line = f"  {state:<9}{criterion.name:<16}{answer.reason}{todo}"
        console.out(line, {"NO": "error", "unknown": "warning"}.get(state), indent=27)
