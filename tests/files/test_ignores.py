"""Comments that silence lint rules: where they stand, and what is none."""

from __future__ import annotations

import pytest
from tests.steps import steps

from incidentctl.files.yaml.ignores import ignores

G = "# incidentctl: ignore"


def found(text):
    return [(each.line, each.codes) for each in ignores(text.encode())]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        (f"{G}[IC101]", [("IC101",)]),
        (f"{G}[IC101, IC204]", [("IC101", "IC204")]),
        (f"{G}[IC204] {G}[IC101]", [("IC204",), ("IC101",)]),
        (f"# legacy {G}[IC101]", [("IC101",)]),
        (f"{G}[ic101]", [("IC101",)]),
        ("#IncidentCTL:ignore [ IC101 , ]", [("IC101",)]),
        (f"{G}", [()]),
        (f"{G}d[IC101]", [()]),
        (f"{G}[]", [()]),
    ],
)
def test_how_it_may_be_written(comment, codes):
    assert found(f"name: x\nowner: gone {comment}\n") == [(2, each) for each in codes]


@pytest.mark.parametrize(
    "text",
    [
        f'title: "write {G}[IC101]"\n',
        f"title: 'write {G}[IC101]'\n",
        f"text: |\n  {G}[IC101]\n  x {G}[IC101]\n",
        f"text: >-\n  x\n\n  {G}[IC101]\n",
        f"title: x{G}[IC101]\n",
        f'title: "two\n  {G}[IC101]\n  lines"\n',
        "title: x # incidentctl/ignore[IC101]\n",
    ],
)
def test_what_is_none(text):
    assert found(text) == []


def test_a_comment_behind_a_text_is_one():
    text = f'a: "# no" {G}[IC101]\nb: |  {G}[IC102]\n  x {G}[IC103]\n{G}[IC104]\nc: d {G}[IC105]\n'
    assert found(text) == [(1, ("IC101",)), (2, ("IC102",)), (4, ("IC104",)), (5, ("IC105",))]


def test_lines_are_those_of_an_editor():
    assert found(f"a: 'x\u2028y\x85z'\nb: c {G}[IC101]\r\nd: e {G}[IC102]\n") == [
        (2, ("IC101",)),
        (3, ("IC102",)),
    ]


def test_behind_a_fault_nothing_is_read():
    assert found(f'a: b {G}[IC101]\nc: "d {G}[IC102]\n') == [(1, ("IC101",))]


@pytest.mark.parametrize("end", ["\n", " "])
def test_many_of_them_take_steps_in_proportion(end):
    def taken(count):
        data = (f"{G}[IC101]{end}" * count).encode()
        assert len(ignores(data)) == count
        return steps(lambda: ignores(data))

    assert taken(600) < 2.1 * taken(300)


def test_each_has_its_place():
    text = f"name: x {G}[IC101] {G}[IC102]\n\n  {G}[IC103]\n"
    assert [(each.line, each.column) for each in ignores(text.encode())] == [
        (1, 9), (1, 38), (3, 3),
    ]  # fmt: skip
