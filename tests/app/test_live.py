"""A group of alerts in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidentctl.app.alerts.live import Live
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.group import ACKNOWLEDGED, FIRING, RESOLVED, state_of
from incidentctl.domain.common.times import iso

START = datetime(2026, 11, 1, tzinfo=UTC)
FIRINGS = st.tuples(st.sampled_from("abc"), st.integers(0, 3))
STATES = st.sampled_from([FIRING, ACKNOWLEDGED, RESOLVED])


@given(st.lists(st.tuples(FIRINGS, STATES)))
def test_its_state_is_that_of_its_members(marks):
    live = Live(
        "alr-1",
        "own",
        Alert("own", "k", "g", "firing", "k is down"),
        START,
        Decision(None, "inbox"),
    )
    for (condition, minutes), state in marks:
        live.mark(f"{condition}/{iso(START + timedelta(minutes=minutes))}", state)
        assert live.state == state_of(live.members)
