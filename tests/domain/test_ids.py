"""What looks like an incident's id, and what is a word."""

import pytest

from incidentctl.domain.incident.ids import is_clear_part, may_be_in_end, may_end_id


@pytest.mark.parametrize(
    "text", ["inc-20261124-1401-k7f", "20261124-1401-k7f", "1401-k7f", " DRL-20261124-1401-K7F "]
)
def test_an_id_from_its_time_on_is_no_text(text):
    assert is_clear_part(text)


@pytest.mark.parametrize("text", ["k7f", "it is k7f", "1401", "a 1401-k7f", "1401-k7f is it", ""])
def test_what_may_be_a_text(text):
    assert not is_clear_part(text)


def test_only_three_characters_of_ids_may_end_one():
    assert all(map(may_end_id, ("k7f", "K7F", "235")))
    assert not any(map(may_end_id, ("the", "k7", "k7fx", "50x")))


def test_a_part_of_eight_letters_has_three_or_more_and_is_no_number():
    assert all(map(may_be_in_end, ("gzg", "GZGC", "k7fx", "gzgcchnz")))
    assert not any(map(may_be_in_end, ("the", "k7", "235", "2345", "gzgcchnzz", "gz gc")))
