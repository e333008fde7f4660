"""Hints at a page: sentences without commands, and with no value that is not given."""

from __future__ import annotations

from string import Formatter

from incidentctl.cli.hints import SENTENCES
from incidentctl.errors import Hint
from incidentctl.serve.room.hints import _SENTENCES, worded


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_each_sentence_is_of_a_hint_and_names_what_that_has():
    for name, sentence in _SENTENCES.items():
        assert fields(sentence) <= fields(SENTENCES[name]), name
        assert "incidentctl" not in sentence
        assert sentence.endswith(".")


def test_what_helps_only_at_a_terminal_is_left_out():
    assert worded(Hint("number-entries")) is None
    assert worded("Run `incidentctl show`.") is None
    assert worded("Give more of the id.") == "Give more of the id."
    assert worded(Hint("accept", {"person": "an\x1bn"})) == "Ask an\\u{1b}n to accept command."
