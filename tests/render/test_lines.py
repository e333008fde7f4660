"""Lines on a screen: wrapped between words, cut where they must be, by the columns they take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.render.lines import shortened, width, wrapped

ADDRESS = "https://meet.example/" + "1" * 40


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("می\u200cخ", 3), ("👩\u200d🚒!", 3), ("", 0)],
)
def test_a_text_takes_the_columns_of_its_characters(text, columns):
    assert width(text) == columns


def test_lines_break_between_words_and_go_on_indented():
    assert wrapped("status      one two three four five six", 30, 12) == [
        "status      one two three four", "            five six",
    ]  # fmt: skip
    assert wrapped("日本語 日本語 日本語 日本語", 21) == ["日本語 日本語 日本語", "日本語"]


def test_an_address_stays_whole_beside_its_label():
    assert wrapped(f"bridge      {ADDRESS}", 40, 12) == [f"bridge      {ADDRESS}"]
    assert wrapped(f"see {ADDRESS} now", 40, 2) == ["see", f"  {ADDRESS}", "  now"]


def test_what_is_too_long_is_cut_between_words_and_keeps_its_end():
    assert shortened("note        it is the database of the north", 30, 12) == [
        "note        it is the ..."
    ]
    assert shortened("note        it is the database", 30, 12, more=", and 2") == [
        "note        it is ..., and 2"
    ]
    assert shortened("note        it is the database " * 3, 40, 12, most=2)[1].endswith(" ...")


def test_a_word_too_long_for_the_line_is_cut_inside():
    assert shortened("note        " + "x" * 99, 40, 12) == [f"note        {'x' * 24}..."]
    assert shortened("x" * 99, 30) == [f"{'x' * 26}..."]
    two = shortened("note        " + "x" * 99, 40, 12, most=2)
    assert two == [f"note        {'x' * 28}", f"            {'x' * 24}..."]


@given(st.text(st.sampled_from("ab 日é👩\u200d\u0301")), st.integers(20, 60), st.integers(1, 4))
def test_nothing_is_wider_than_the_screen_and_little_is_lost(text, columns, most):
    text = f"x{text}x"
    lines = shortened(text, columns, most=most)
    assert len(lines) <= most
    assert max(map(width, lines)) <= columns
    words = " ".join(wrapped(text, columns)).split()
    assert words == text.split()
