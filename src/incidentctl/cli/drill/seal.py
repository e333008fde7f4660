"""`incidentctl drill seal` and `unseal`: the private half, for its readers only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from incidentctl.cli.session import open_catalog
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json
from incidentctl.cli.terminal.places import from_here

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The drill.")]


def seal(ctx: typer.Context, name: _Name, *, as_json: Json = False) -> None:
    """Encrypt the private half for its readers; the sealed file may be committed.

    Its readers are those that it names, else the lead of the team that responds, the saboteur,
    and you. Each needs an age_key in teams/*.yaml: an age or SSH public key. It is sealed
    again only if it or its readers changed. Needs the extra `seal`; the program age opens the
    file, too.

    incidentctl drill seal q2-login
    """
    from incidentctl.app.drill.seal import seal as seal_half

    workspace = open_catalog(ctx, team=True)
    done = seal_half(workspace, name)
    if as_json:
        console.print_json(
            "drill-seal",
            {**done._asdict(), "readers": list(done.readers), "without": list(done.without)},
        )
        return
    if done.without:
        console.say(f"Cannot read it, without an `age_key`: {', '.join(done.without)}.", "warning")
    console.out(from_here(workspace.root, done.path))
    who = ", ".join(done.readers)
    if done.outcome == "unchanged":
        console.say(f"Unchanged: neither the private half nor its readers ({who}) changed.")
        return
    console.say(f"Sealed for {who}. Next: commit the file.", "ok")
    if done.replaced:
        console.say("Earlier readers can still open the old version in git's history.")


def unseal(
    ctx: typer.Context,
    name: _Name,
    *,
    identity: Annotated[
        list[Path] | None,
        typer.Option(
            "--identity",
            metavar="FILE",
            help="Your secret key; by default ~/.config/incidentctl/age.txt, ~/.ssh/id_ed25519, "
            "~/.ssh/id_rsa.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Open the sealed private half with your age or SSH key; git ignores what is written.

    incidentctl drill unseal q2-login --identity ~/keys/age.txt
    """
    from incidentctl.app.drill.seal import unseal as unseal_half

    workspace = open_catalog(ctx, team=True)
    done = unseal_half(workspace, name, identity or ())
    if as_json:
        console.print_json("drill-unseal", done._asdict())
        return
    console.out(from_here(workspace.root, done.path))
    console.say("Unchanged." if done.outcome == "unchanged" else "Opened. Do not share it.")
