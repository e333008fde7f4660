"""The lines above the menu of the walk: the clock of the updates, who commands, what is due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.reminders import Reminder
from incidentctl.domain.incident.state import Incident, is_alert
from incidentctl.render.incident.board import clock

#: What to press, or to type elsewhere, for what a reminder is about.
_KEYS = {
    "update": "u",
    "silent": "n",
    "commander": "y",
    "roles": "a",
    "command": "h",
    "severity": "v",
}


class Line(NamedTuple):
    """A line of the screen, with its style."""

    text: str
    style: str | None = None


def status_lines(
    incident: Incident,
    now: datetime,
    reminders: Sequence[Reminder],
    *,
    by: str,
    keys: Collection[str],
    unshared: Sequence[str] = (),
) -> list[Line]:
    """Return the state of an open incident for the person who walks, and what they are told of.

    `keys` are those of the screen below: no other is named. `unshared` are sentences on what
    others do not see.
    """
    if not incident.open:
        return []
    accepts = ": y accepts" if "y" in keys else ""
    commands = f"{incident.commander} commands"
    if is_alert(incident.commander):
        commands = f"nobody commands yet{accepts}"
    elif incident.commander == by:
        commands = "you command"
    parts = [incident.status, _next_update(incident, now), commands]
    lines = [Line(one_line(" · ".join(filter(None, parts))), "dim")]
    lines += [Line(f"! {one_line(each)}", "warning") for each in unshared]
    if (offer := incident.offer) is not None:
        mine = offer.person.casefold() == by.casefold()
        whom = f"you by {offer.by}{accepts}" if mine else f"{offer.person} by {offer.by}"
        lines.append(Line(f"! Command is offered to {one_line(whom)}", "warning"))
    for reminder in reminders:
        if reminder.what != "offer":
            key = _KEYS.get(reminder.what)
            text = one_line(reminder.text) + (f": {key}" if key in keys else "")
            lines.append(Line(f"! {text}", "error" if reminder.what == "update" else "warning"))
    return lines


def _next_update(incident: Incident, now: datetime) -> str | None:
    due = incident.next_update
    if due is None or due <= now:
        return None  # what is due is a reminder
    return f"next update in {rough_duration(due - now)} ({clock(incident, due)})"
