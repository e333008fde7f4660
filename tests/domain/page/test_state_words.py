"""The words for a state, in the forms that people know."""

from __future__ import annotations

import pytest

from incidentctl.domain.page.public import State
from incidentctl.domain.page.state_words import read_states

AREAS = {"pay": "Paying by card", "login": "Signing in"}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("operational", State.OPERATIONAL),
        ("Degraded", State.DEGRADED),
        ("partial-outage", State.PARTIAL),
        ("major outage", State.MAJOR),
        ("major_outage", State.MAJOR),
    ],
)
def test_short_and_long_words(word, state):
    assert read_states([f"paying by CARD={word}"], AREAS) == {"pay": state}


def test_of_one_area_the_last_word_counts():
    said = ["pay=major", "login=partial", "Pay=degraded"]
    assert read_states(said, AREAS) == {"pay": State.DEGRADED, "login": State.PARTIAL}
