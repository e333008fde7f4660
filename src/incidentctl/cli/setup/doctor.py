"""`doctor`: check the set-up, and say how to fix it."""

from __future__ import annotations

import typer

from incidentctl.app.doctor.doctor import doctor
from incidentctl.cli.hints import worded
from incidentctl.cli.session import workspace_of
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.options import Json
from incidentctl.domain.common.text import count
from incidentctl.domain.doctor.checks import fails

_STYLES = {"warn": "warning", "bad": "error"}


def doctor_command(ctx: typer.Context, *, json: Json = False) -> None:
    """Check the set-up, and say what to do; exit 1 if something is bad.

    It changes and sends nothing, and waits at most 10 seconds for the remote.

    incidentctl doctor
    """
    workspace = workspace_of(ctx, must=False)
    if console.is_terminal() and workspace.basics.remote:
        console.say(f"Checking, and asking {workspace.basics.remote} ...", "dim")
    checks = [check._replace(hint=worded(check.hint)) for check in doctor(workspace)]
    if json:
        console.print_json("doctor", {"checks": [check._asdict() for check in checks]})
    else:
        for check in checks:
            hint = f"  - {check.hint}" if check.hint else ""
            line = f"{check.state:<5} {check.name:<10} {check.message}{hint}"
            console.out(line, _STYLES.get(check.state), indent=6)
        bad = sum(check.state == "bad" for check in checks)
        warned = sum(check.state == "warn" for check in checks)
        if bad or warned:
            console.say(f"{bad} bad, {count(warned, 'warning')}.")
    if fails(checks):
        raise typer.Exit(1)
