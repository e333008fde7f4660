"""`incidentctl drill seal` and `unseal`: the private half, for its readers only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from incidentctl.cli.drill.common import open_drills
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The drill.")]


def seal(ctx: typer.Context, name: _Name, *, as_json: Json = False) -> None:
    """Encrypt the private half for its readers, so that it may lie in the repository.

    Its readers are those that it names, else the lead of the team that responds. Each needs an
    age_key in teams/*.yaml: an age or SSH public key. It is sealed again only if it or they
    changed. Needs the extra `seal`; the program age opens the file, too.

    incidentctl drill seal q2-login
    """
    from incidentctl.app.drill.seal import memory_of
    from incidentctl.app.drill.seal import seal as seal_half
    from incidentctl.cli.drill.common import folder_of

    workspace = open_drills(ctx)
    root = folder_of(workspace)
    memory = memory_of(root, workspace.environment)
    done = seal_half(root, workspace.catalog, name, memory=memory)
    if as_json:
        console.print_json("drill-seal", {**done._asdict(), "readers": list(done.readers)})
        return
    console.out(done.path)
    who = ", ".join(done.readers)
    if done.outcome == "unchanged":
        console.say(f"As it was: neither the private half nor its readers ({who}) changed.")
        return
    console.say(f"Sealed for {who}. Next: commit the file.", "ok")
    console.say("Whoever could open an earlier one still can: git keeps it in the history.")


def unseal(
    ctx: typer.Context,
    name: _Name,
    *,
    identity: Annotated[
        list[Path] | None,
        typer.Option(
            "--identity",
            metavar="FILE",
            help="Your secret key; absent: ~/.config/incidentctl/age.txt, ~/.ssh/id_ed25519, "
            "~/.ssh/id_rsa.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Open the sealed private half with your age or SSH key; git ignores what is written.

    incidentctl drill unseal q2-login --identity ~/keys/age.txt
    """
    from incidentctl.app.drill.seal import memory_of
    from incidentctl.app.drill.seal import unseal as unseal_half
    from incidentctl.app.workspace.places import config_file
    from incidentctl.cli.drill.common import folder_of

    workspace = open_drills(ctx)
    root = folder_of(workspace)
    ssh = Path(workspace.environment.get("HOME", "/")) / ".ssh"
    own = config_file(workspace.environment).parent / "age.txt"
    usual = (own, ssh / "id_ed25519", ssh / "id_rsa")
    keys = identity or [each for each in usual if each.is_file()]
    memory = memory_of(root, workspace.environment)
    done = unseal_half(root, workspace.catalog, name, memory=memory, identities=keys)
    if as_json:
        console.print_json("drill-unseal", done._asdict())
        return
    console.out(done.path)
    console.say("As it was." if done.outcome == "unchanged" else "Opened: keep it to yourself.")
