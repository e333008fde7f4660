"""`demo`: a whole incident of the OpenTelemetry demo shop, played in a temporary repository."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from incidentctl.cli.terminal import console

#: The command lines, and the input of each.
_WALK = """\
a mitigator sanne
a planning greta
a communication omar
d paged joelle
d https://chat.example.com/c/checkout
d https://status.example.com/checkout
d https://tickets.example.com/SHOP-4711
d support and warehouse know
n flagd shows paymentUnreachable switched on since 13:52
d the flag is joelle's, the lag of the orders topic is sanne's
u Payments fail at the checkout since 13:52. We are switching the flag back.
l
"""
_DECLARE = (
    'declare "nobody can pay at the checkout" --severity SEV1 --affects checkout '
    "--affects payment --reported-by customer --as joelle --no-walk"
)
_SCRIPT: tuple[tuple[str, str], ...] = (
    ("catalog lint", ""),
    ("process recommend", ""),
    ("catalog who checkout", ""),
    (_DECLARE, ""),
    ("run --as joelle", _WALK),
    ('hypothesis "the flag paymentUnreachable is on" --as joelle', ""),
    ("hypothesis 1 --confirmed --as joelle", ""),
    ('log "switched the flag off in flagd" --as joelle', ""),
    ("mark mitigated --as joelle", ""),
    ('resolve "payments succeed again for ten minutes" --as joelle', ""),
)


def demo_command(
    ctx: typer.Context,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Use this new folder and keep it."),
    ] = None,
) -> None:
    """Play a whole incident on a packaged example: lint, declare, walk, resolve, the log.

    It reads and writes nothing of yours.

    incidentctl demo
    """
    import tempfile

    from incidentctl.app.setup.demo import incident_ids, log_of_branch, prepare

    with tempfile.TemporaryDirectory(prefix="incidentctl-demo-") as scratch:
        root = prepare(keep or Path(scratch) / "shop", state=Path(scratch))
        for line, typed in _SCRIPT:
            _play(root, line, typed)
        for ident in incident_ids(root):
            _play(root, f"log -i {ident}")
        console.out()
        console.out("$ git log --format='%h %an: %s' incident-log", "bold")
        console.page(log_of_branch(root))
    end = f"The repository is in {root}." if keep else "That was a temporary repository."
    console.say("")
    console.say(f"{end} Create your own with: incidentctl init")


def _play(root: Path, line: str, typed: str = "") -> None:
    """Print a command as a user would type it, and run it."""
    from incidentctl.cli.boundary import run
    from incidentctl.cli.main import app

    console.out()
    console.out(f"$ incidentctl {line}", "bold")
    sys.stdout.flush()
    before = sys.stdin
    sys.stdin = io.StringIO(typed)
    try:
        code = run(app, ["-C", str(root), *shlex.split(line)])
    finally:
        sys.stdin = before
    if code:
        raise typer.Exit(code)
