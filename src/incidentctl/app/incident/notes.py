"""Notes in the log, output of commands, the head of the log, links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from incidentctl.app.incident.find import ensure_nameable, find_incident
from incidentctl.app.incident.respond import Recorded, Response
from incidentctl.domain.incident.decide import notes as decide
from incidentctl.errors import IncidentctlError


class Output(NamedTuple):
    """What was recorded of a command, and its exit code."""

    recorded: Recorded
    exit_code: int


def log(response: Response, text: str, *, pinned: bool = False) -> Recorded:
    """Write a text into the log."""
    return response.record(decide.log(response.incident, text, pinned=pinned), "log")


def log_output(
    response: Response, command: Sequence[str], *, pinned: bool = False, quiet: bool = False
) -> Output:
    """Run a command, and write its output into the log; with `quiet` stdout stays free.

    It refuses before the command runs if the incident does not allow it.
    """
    import shlex

    from incidentctl.app.incident.run_command import run_command

    line = shlex.join(command)
    decide.log(response.incident, "", command=line)
    ran = run_command(command, response.workspace.environment, quiet=quiet)
    try:
        stated = decide.log(
            response.look_again(), ran.output, pinned=pinned, command=line, exit_code=ran.exit_code
        )
        recorded = response.record(stated, f"log output of {command[0]}")
    except IncidentctlError as refusal:
        refusal.echo = refusal.echo or ran.output
        raise
    return Output(recorded, ran.exit_code)


def summary(response: Response, text: str) -> Recorded:
    """Set the summary at the head of the log: what happened."""
    return response.record(decide.summary(response.incident, text), "summary set")


def impact(response: Response, text: str) -> Recorded:
    """Set the impact at the head of the log: who is affected."""
    return response.record(decide.impact(response.incident, text), "impact set")


def link(response: Response, label: str, url: str) -> Recorded:
    """Save an address."""
    return response.record(decide.link(response.incident, label, url), f"{label} linked")


def relate(response: Response, other: str, *, relation: str = "related") -> Recorded:
    """Link another incident, by any part of its id."""
    named = find_incident(response.workspace, other)
    ensure_nameable(response.workspace, response.ident, named)
    stated = decide.relate(response.incident, named, relation=relation)
    return response.record(stated, f"related to {named}")
