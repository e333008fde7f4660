"""The hint of a problem as it is shown: what the rule says, and the command that does it."""

from __future__ import annotations

from incidentctl.errors import Problem

#: By the code of a rule; the rules themselves know no commands.
COMMANDS = {
    "IC208": "incidentctl process scaffold",
    "IC211": "incidentctl drill sent NAME",
    "IC212": "incidentctl drill new",
    "IC213": "incidentctl drill new",
    "IC214": "incidentctl drill run NAME --severity SEVERITY",
    "IC220": "incidentctl actions done ID",
    "IC223": "incidentctl retro INCIDENT",
    "IC301": "incidentctl process recommend",
}


def hint_of(problem: Problem) -> str | None:
    """Return what to do about a problem, or None."""
    command = COMMANDS.get(problem.code)
    if problem.hint is None or command is None:
        return problem.hint
    return f"{problem.hint.removesuffix('.')}: `{command}`."
