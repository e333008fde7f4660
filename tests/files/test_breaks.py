"""U+0085, U+2028 and U+2029 end no line: not for an editor, nor for YAML 1.2."""

from __future__ import annotations

import pytest

from incidentctl.domain.catalog.model import Source
from incidentctl.files.yaml.positions import Positions
from incidentctl.files.yaml.strict import parse

BREAKS = ("\x85", "\u2028", "\u2029")


@pytest.mark.parametrize("char", BREAKS, ids=ascii)
def test_they_are_characters_of_a_text(char):
    lines = ("name: x", f"title: 'one{char}two'", f"k{char}: [a{char}b]", "c: |", f"  d{char}e")
    data = "\n".join([*lines, "owner: cor", ""])
    documents, problems = parse(data.encode(), "services/x.yaml")
    assert problems == []
    assert documents[0]["title"] == f"one{char}two"
    assert documents[0][f"k{char}"] == (f"a{char}b",)
    assert documents[0]["c"] == f"d{char}e\n"
    assert Positions(data.encode()).value(Source("x"), ("owner",)) == (6, 8)


@pytest.mark.parametrize("char", BREAKS, ids=ascii)
def test_they_do_not_end_a_comment(char):
    documents, problems = parse(f"name: y\n# caf{char}e: [\nowner: core\n".encode(), "x.yaml")
    assert (documents, problems) == (({"name": "y", "owner": "core"},), [])


@pytest.mark.parametrize("char", BREAKS, ids=ascii)
def test_a_fault_behind_them_is_on_its_line(char):
    _, problems = parse(f"name: '{char}'\nowner: [\n".encode(), "x.yaml")
    assert problems[0].line == 2
    _, problems = parse(f"name: '{char}'\nowner: &a b\n".encode(), "x.yaml")
    assert (problems[0].code, problems[0].line) == ("IC003", 2)


def test_a_character_that_could_stand_for_them_stays():
    every = "".join(map(chr, range(0xE000, 0xE010)))
    documents, _ = parse(f'a: "{every}\u2028"\n'.encode(), "x.yaml")
    assert documents[0]["a"] == f"{every}\u2028"
