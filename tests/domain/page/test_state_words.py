"""The words for a state, in the forms that people know."""

from __future__ import annotations

import pytest

from incidentctl.domain.page.public import State
from incidentctl.domain.page.state_words import read_states
from incidentctl.errors import NotFoundError

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


@pytest.mark.parametrize(
    ("of", "says", "hint"),
    [
        (["pay"], "kiosks is a service of the area pay.", "Give the state of an area: pay=major."),
        (["pay", "login"], "kiosks is a service of the areas pay, login.", "pay=major"),
        ([], "kiosks is a service of no product area.", ""),
    ],
)
def test_who_names_a_service_is_told_its_area(of, says, hint):
    with pytest.raises(NotFoundError) as refused:
        read_states(["Kiosks=major"], AREAS, {"kiosks": of})
    assert refused.value.message == says
    assert hint in (refused.value.hint or "")


def test_an_area_that_is_called_as_a_service_is_the_area():
    assert read_states(["login=major"], AREAS, {"login": ["pay"]}) == {"login": State.MAJOR}
