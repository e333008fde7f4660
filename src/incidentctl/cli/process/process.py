"""`incidentctl process`: how much process, which runbook applies, and the built-in runbooks."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.cli.session import open_catalog, warn_of_faults, workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import PLAIN, Json
from incidentctl.cli.terminal.places import from_here
from incidentctl.domain.catalog.settings import TierName

_SHOWN = 10

app = typer.Typer(
    help="How much process you need, which runbooks apply, and the runbooks of a tier.",
    no_args_is_help=True,
    **PLAIN,
)


@app.command()
def recommend(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Count the production services, and recommend how much process they need.

    incidentctl process recommend
    """
    from incidentctl.app.process.process import advise

    catalog = open_catalog(ctx).catalog
    advice = advise(catalog)
    found = advice.recommendation
    if as_json:
        payload = {
            "services": found.services,
            "complexity": found.complexity,
            "tier": found.tier,
            "configured_tier": advice.configured_tier,
            "reason": found.reason,
            "next": found.next,
            "missing": advice.missing,
        }
        console.print_json("process-recommend", payload)
        return
    console.out(f"{found.tier} ({found.complexity} complexity)")
    console.out(found.reason, indent=0)
    if advice.note:
        console.out(advice.note, indent=0)
    console.out(found.next, indent=0)
    if not catalog.runbooks:
        console.say("`incidentctl process scaffold` writes them, to be made your own.")
    elif not advice.missing:
        console.out(f"The runbooks cover everything in tier {found.tier}.")
    if not advice.missing:
        return
    console.out(f"Missing for {found.tier}:")
    for sentence in advice.missing[:_SHOWN]:
        console.out(f"  - {sentence}", indent=4)
    if len(advice.missing) > _SHOWN:
        console.out(f"  - and {len(advice.missing) - _SHOWN} more (--json has all)")
    console.say(f"`incidentctl process scaffold --tier {found.tier}` writes what is missing.")


@app.command()
def show(
    ctx: typer.Context,
    *,
    revision: Annotated[
        str | None, typer.Option("--at", metavar="REV", help="As of this commit.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show which runbook each severity (× product area) uses: its own, a fallback or none.

    incidentctl process show --at HEAD~10
    """
    from incidentctl.app.process.process import shown

    workspace = open_catalog(ctx) if revision is None else workspace_of(ctx)
    found = shown(workspace, revision)
    if revision is not None:
        warn_of_faults(found.problems)
    tier, rows, commit = found.tier, found.rows, found.commit
    if as_json:
        cases = [
            {
                "severity": row.severity,
                "product_area": row.answer.product_area,
                "runbook": row.answer.runbook.name if row.answer.runbook else None,
                "own": row.answer.own,
                "reason": row.answer.reason,
                "equally_specific": list(row.answer.rivals),
            }
            for row in rows
        ]
        console.print_json("process-show", {"tier": tier, "commit": commit, "cases": cases})
        return
    console.say(f"Tier {tier}" + (f", as of {commit[:12]}" if commit else ""))
    console.table(
        ("Severity", "Product area", "Runbook", "", "Why"),
        (
            (
                row.severity,
                row.answer.product_area or "-",
                row.answer.runbook.name if row.answer.runbook else "-",
                "own" if row.answer.own else "fallback" if row.answer.runbook else "none",
                row.answer.reason,
            )
            for row in rows
        ),
    )


@app.command()
def scaffold(
    ctx: typer.Context,
    *,
    tier: Annotated[
        TierName | None, typer.Option(help="The tier; by default the one in force.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the built-in runbooks of a tier; existing files are kept.

    incidentctl process scaffold --tier critical-split
    """
    from incidentctl.app.process.process import scaffold as write_runbooks

    workspace = open_catalog(ctx, team=True)
    done = write_runbooks(workspace.team_root(), workspace.catalog, tier=tier)
    if as_json:
        payload = {
            "tier": done.tier,
            "written": list(done.written),
            "kept": list(done.kept),
            "answered": [{"runbook": name, "by": other} for name, other in done.answered],
            "overruled": list(done.overruled),
            "superseded": list(done.superseded),
        }
        console.print_json("process-scaffold", payload)
        return
    for path in done.written:
        console.out(from_here(workspace.root, path))
    for path in done.kept:
        console.say(f"kept: {from_here(workspace.root, path)}")
    for name, other in done.answered:
        console.say(f"not written: {name}; {other} already covers the same incidents")
    for name in done.overruled:
        console.say(
            f"not written: {name}; it could never apply, because more specific runbooks answer"
        )
    for name in done.superseded:
        console.say(
            f"The runbook {name} can never apply any more: more specific ones always answer. "
            "Remove it.",
            "warning",
        )
    if done.tier == "per-severity-and-area" and not workspace.catalog.product_areas:
        console.say("There are no product areas yet: write them, and run this again.", "warning")
    if not done.written and not done.overruled:
        console.say(f"Nothing to write: everything in tier {done.tier} is there.")
