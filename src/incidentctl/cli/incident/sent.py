"""What came of an action, as a command or the walk says it."""

from __future__ import annotations

from incidentctl.app.actions.run import Ran
from incidentctl.cli.terminal import console


def print_ran(ran: Ran) -> None:
    """Say what came of a run, and what to do about it."""
    whom = f" for {ran.prepared.whom}" if ran.prepared.whom else ""
    where = f"{ran.prepared.to}{whom}"
    if ran.done:
        console.say(f"Sent to {where}{f': {ran.outcome.link}' if ran.outcome.link else '.'}", "ok")
        return
    again = f"`incidentctl action retry {ran.target.name}`"
    by_hand = f"do it by hand and run `incidentctl step done {ran.target.name}`"
    if ran.outcome.state == "unknown":
        console.say(f"PERHAPS SENT to {where}: {ran.outcome.reason}", "warning")
        console.say(f"Look there; if it did not arrive, run {again}, or {by_hand}.")
    else:
        console.say(f"NOT SENT to {where}: {ran.outcome.reason}", "error")
        console.say(f"Run {again}, or {by_hand}.")
