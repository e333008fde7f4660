"""Hints at a page: sentences without commands, and with no value that is not given."""

from __future__ import annotations

from string import Formatter

import pytest

from incidentctl.cli.hints import SENTENCES
from incidentctl.errors import Hint
from incidentctl.serve.room.hints import _SENTENCES, worded


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_each_sentence_is_of_a_hint_and_names_what_that_has():
    for name, sentence in _SENTENCES.items():
        assert fields(sentence) <= fields(SENTENCES[name]), name
        assert "incidentctl" not in sentence
        assert "--" not in sentence
        assert sentence.endswith(".")


def test_what_helps_only_at_a_terminal_is_left_out():
    assert worded(Hint("number-entries")) is None
    assert worded("Run `incidentctl show`.") is None
    assert worded("Give more of the id.") == "Give more of the id."
    assert worded(Hint("accept", {"person": "an\x1bn"})) == "Ask an\\u{1b}n to accept command."


@pytest.mark.parametrize(
    ("hint", "on_a_page", "in_a_chat"),
    [
        ("Name it with --team.", None, ...),
        ("Use `--mode unplanned`, or leave it out.", None, ...),
        ("`incidentctl update --yes` sends it.", None, None),
        ("One of: a, b. A source is named with `--source`.", "One of: a, b.", ...),
        ("Continue there. Then run `incidentctl sync`.", "Continue there.", "Continue there."),
        ("Run `incidentctl sync`. Or wait.", None, None),
        ("Is it well-known -- or not? Ask a--b.", ..., ...),
        ("", None, None),
    ],
)
def test_a_sentence_with_a_command_or_an_option_is_no_help_on_a_page(hint, on_a_page, in_a_chat):
    assert worded(hint) == (hint if on_a_page is ... else on_a_page)
    assert worded(hint, options=True) == (hint if in_a_chat is ... else in_a_chat)
