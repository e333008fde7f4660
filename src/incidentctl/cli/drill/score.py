"""`incidentctl drill score`: how fast the response was, against targets and earlier drills."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import InIncident, Json
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import format_duration

_WORDS = {
    "declare": "to declare",
    "commander": "to a commander",
    "first_update": "to the first update",
}
_MET = {True: "met", False: "missed", None: ""}


def score(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The drill; by default the newest.")
    ] = None,
    *,
    incident: InIncident = None,
    as_json: Json = False,
) -> None:
    """Score a drill against its targets and the earlier drills of the plan or the team.

    Times are measured from the start; for an unplanned drill, from the planned time.

    incidentctl drill score q1-tokens
    """
    from incidentctl.app.drill.score import as_json as score_as_json
    from incidentctl.app.drill.score import scored

    found = scored(open_catalog(ctx), name, incident)
    this, before = found.score, found.before
    if as_json:
        earlier = [score_as_json(each) for each in before]
        console.print_json("drill-score", {**score_as_json(this), "earlier": earlier})
        return
    console.say(f"{this.incident}  {this.drill or 'without a plan'}  {this.status}", "bold")
    if this.real:
        console.say("It was broken off because something real came up, so the times say little.")
    elif this.cancelled:
        console.say(
            "It was cancelled, so it does not count as played, and no drill is compared with it."
        )
    console.table(
        ("Time", "This drill", "Target", "", "The drill before"),
        (
            (
                _WORDS[each.name],
                _span(each.took),
                _span(each.target),
                _MET[each.met],
                _span(before[0].took(each.name)) if before else "",
            )
            for each in this.measures
        ),
    )
    for each in this.measures:
        if each.why and (each.target is not None or each.name != "declare"):
            console.out(f"{_WORDS[each.name]}: not known, because {one_line(each.why)}", indent=2)
    console.out(f"steps skipped: {len(this.skipped)}{_titles(this.skipped)}", indent=2)
    console.out(f"steps left open: {len(this.undone)}{_titles(this.undone)}", indent=2)


def _span(seconds: float | None) -> str:
    return "-" if seconds is None else format_duration(seconds)


def _titles(titles: tuple[str, ...]) -> str:
    return f" ({'; '.join(titles)})" if titles else ""
