"""The lines above the menu of the walk."""

from __future__ import annotations

from datetime import UTC, datetime

from incidentctl.domain.incident.reminders import Reminder
from incidentctl.domain.incident.state import Incident
from incidentctl.render.incident.walk import status_lines

T = datetime(2026, 11, 24, 13, 1, tzinfo=UTC)


def test_no_key_is_named_that_the_screen_below_refuses():
    found = Incident("inc-20261124-1301-k7f", "incident", declared=T, commander="alice")
    late = [Reminder(found.id, what, 1, T, f"{what} is late") for what in ("update", "roles")]
    shown = status_lines(found, T, late, by="bob", keys={"u", "s"})
    assert [line.text for line in shown[1:]] == ["! update is late: u", "! roles is late"]
    shown = status_lines(found, T, late, by="bob", keys={"u", "a"})
    assert shown[2].text == "! roles is late: a"
