"""How long somebody commands, and when a handover is suggested and urged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.domain.telling import START, incident

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.handover_advice import commands_since, handover_advice

ALONE = [facts.Declared("x")]
TWO = [facts.Declared("x"), ("bob", facts.Noted("here"))]


@pytest.mark.parametrize(
    ("told", "known", "minutes", "level"),
    [
        (TWO, 0, 59, None),
        (TWO, 0, 60, "suggested"),
        (TWO, 0, 179, "suggested"),
        (TWO, 0, 180, "urged"),
        (ALONE, 0, 600, None),
        (ALONE, 1, 600, None),
        (ALONE, 2, 600, "urged"),
        ([*TWO, facts.Resolved()], 5, 600, None),
        ([facts.Declared("x", "backfill")], 5, 600, None),
        ([facts.Declared("x", "drill")], 5, 61, "suggested"),
    ],
)
def test_a_handover_is_suggested_then_urged_and_never_in_a_team_of_one(told, known, minutes, level):
    advice = handover_advice(incident(*told), START + timedelta(minutes=minutes), known=known)
    assert (advice.level if advice else None) == level


def test_the_clock_starts_anew_with_a_new_commander():
    found = incident(*TWO, facts.RoleAssigned("commander", "bob"))
    assert commands_since(found) == START + timedelta(seconds=2)
    assert handover_advice(found, START + timedelta(hours=1)) is None
    advice = handover_advice(found, START + timedelta(hours=3, seconds=2))
    assert advice is not None
    assert advice.text == "bob has commanded for 3h and must hand over"
    assert advice.urged_at == START + timedelta(hours=3, seconds=2)


def test_whoever_commands_again_is_counted_from_then():
    back = [facts.RoleAssigned("commander", who) for who in ("bob", "alice")]
    assert commands_since(incident(*TWO, *back)) == START + timedelta(seconds=3)
