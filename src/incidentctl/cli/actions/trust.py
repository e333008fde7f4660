"""`trust`: what this repository would send where, and whether you let it."""

from __future__ import annotations

from typing import Annotated

import typer

from incidentctl.app.actions.trust import Target, TrustStatus, revoke, trust, trust_status
from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso
from incidentctl.errors import RefusedError

_STATES = {
    "nothing": "This repository sends nothing.",
    "never": "Not trusted: nothing is sent. Once you trust it, it sends",
    "changed": "Changed since you trusted it: nothing is sent. Once you trust it again, it sends",
    "trusted": "Trusted. When a step or an announcement runs, it sends",
}


def trust_command(
    ctx: typer.Context,
    hash_: Annotated[
        str | None,
        typer.Argument(metavar="[HASH]", help="The hash that it shows, where nobody can type."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Show all that is sent, and ask nothing.")
    ] = False,
    revoke_: Annotated[bool, typer.Option("--revoke", help="Trust it no longer.")] = False,
    json: Json = False,
) -> None:
    """Read what this repository sends and where, and allow it by typing its hash.

    What you trust is kept in your own configuration, for this clone. Any change asks again.

    incidentctl trust
    """
    workspace = open_catalog(ctx, team=True)
    if revoke_:
        was = revoke(workspace)
        console.say("No longer trusted: nothing is sent." if was else "It was not trusted.")
        return
    found = trust_status(workspace)
    if hash_ is None and not show and not json and found.state in ("never", "changed"):
        _print(found, whole=found.state == "never")
        if not console.is_terminal():
            raise RefusedError(
                "This is not a terminal, so nobody can be asked: nothing was trusted.",
                hint=f"Once somebody has read it, run `incidentctl trust {found.hash}`.",
            )
        from incidentctl.cli.terminal.prompts import ask_text

        hash_ = ask_text(f"Type {found.hash} to trust it, or Enter for no:", optional=True)
        if not hash_:
            raise RefusedError("Nothing is trusted.")
    if hash_ is not None:
        found = trust(workspace, hash_)
        console.say(f"Trusted: {found.repository}.")
        if workspace.catalog.announcements:
            console.say(
                "Announcements go out for what happens from now on: by themselves while "
                "`incidentctl serve` runs, else with `incidentctl announce send`."
            )
    elif not json:
        _print(found, whole=True)
    if json:
        console.print_json("trust", _as_json(found))


def _print(found: TrustStatus, *, whole: bool) -> None:
    console.out(_STATES[found.state], "bold")
    for target in found.targets:
        console.out(_line(target), indent=4)
    if found.changed:
        console.out()
        console.out("Changes", "bold")
        console.page("\n".join(f"  {line}" for line in found.changed))
    for item in found.items if whole else ():
        console.out()
        console.out(item.name, "bold")
        console.page("\n".join(f"  {line}" for line in item.text.splitlines()))


def _line(target: Target) -> str:
    near = " (on this machine or in your network)" if target.near else ""
    names = f", with the value of {', '.join(target.names)}" if target.names else ""
    return f"  to {one_line(target.to)}{near}{one_line(names)}"


def _as_json(found: TrustStatus) -> dict[str, object]:
    return {
        "state": found.state,
        "repository": found.repository,
        "hash": found.hash,
        "trusted_hash": found.before,
        "trusted_at": iso(found.since) if found.since else None,
        "targets": [each._asdict() | {"names": list(each.names)} for each in found.targets],
        "items": {item.name: item.text for item in found.items},
        "changes": list(found.changed),
    }
