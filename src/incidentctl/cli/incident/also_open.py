"""Other open incidents that may be the same: told before there is a second one, and of one."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from incidentctl.app.incident.similar import similar_open
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.cli.terminal import console
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.head import Head, titled
from incidentctl.domain.incident.state import Incident


def say_open(
    workspace: Workspace, title: str, affects: Sequence[str], *, but: str | None = None
) -> list[Head]:
    """Say which open incidents may be the same as one to declare, or as `but`; return them."""
    now = workspace.now()
    found, hidden = list[Head](), frozenset[str]()
    with contextlib.suppress(Exception):  # nothing may keep a declaration from being recorded
        found = similar_open(workspace, title, affects, but=but)
        hidden = frozenset(workspace.record.restricted_ids() if found else ())
    for head in found:
        age = rough_duration(now - head.declared)
        console.say(
            f"also open  {head.id}  {head.severity or '-'}, declared {age} ago, {head.commands} "
            f"commands: {one_line(titled(head, restricted=head.id in hidden))}",
            "warning",
            indent=11,
        )
    return found


def say_how_to_cancel(ident: str, alike: Sequence[Head]) -> None:
    """Say how to cancel what was declared, if it is one of the open incidents that were named."""
    for head in alike:
        cancel = f"incidentctl cancel -i {ident} --duplicate-of {head.id}"
        console.say(f"note: If it is the same as {head.id}: {cancel}", "warning")


def say_others_open(workspace: Workspace, incident: Incident) -> None:
    """Say which other open incidents may be the same as one."""
    if incident.kind == "incident":
        say_open(workspace, incident.title, incident.services, but=incident.id)
