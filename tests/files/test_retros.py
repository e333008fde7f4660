"""Retrospectives: front matter is read strictly, and nobody's words are ever changed."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.learn.retrospective import (
    BEGIN,
    END,
    ActionItem,
    FrontMatter,
    Retrospective,
    items,
)
from incidentctl.errors import InvalidDataError
from incidentctl.files.learn.actions import with_done
from incidentctl.files.learn.retros import head_of, markers, read_all, read_front, with_facts
from incidentctl.files.yaml.dump import to_yaml

PATH = "retros/inc-20261124-1401-k7f.md"
WHOLE = """\
---
incident: inc-20261124-1401-k7f
participants: [alice, bob]
meeting: 2026-11-26T10:00+01:00
actions:
  - {id: k7f-1, title: Alert on age, owner: alice, due: 2026-12-01}
x-ours: anything
---
# Words: *of* &people
"""


def test_front_matter_is_read():
    front, problems = read_front(WHOLE.encode(), PATH)
    assert problems == []
    assert front == FrontMatter(
        incident="inc-20261124-1401-k7f",
        participants=("alice", "bob"),
        meeting=datetime.fromisoformat("2026-11-26T10:00+01:00"),
        actions=(
            ActionItem(id="k7f-1", title="Alert on age", owner="alice", due=date(2026, 12, 1)),
        ),
    )


@pytest.mark.parametrize("data", [b"", b"# A page\n", b"\n---\na: b\n---\n", b"----\n"])
def test_a_page_without_front_matter_is_none_of_ours(data):
    assert read_front(data, PATH) == (None, [])


@pytest.mark.parametrize(
    "data", [b"---\n---\n", b"---\nactions:\n  # none yet\n---", b"---\r\n---\r\n"]
)
def test_front_matter_may_be_empty(data):
    assert read_front(data, PATH) == (FrontMatter(), [])


@pytest.mark.parametrize(
    ("front", "code", "line", "column", "words"),
    [
        ("incident: [", "IC001", 2, 11, "Not YAML"),
        ("- a", "IC012", 1, 1, "one mapping"),
        ("incident: x\nincident: y", "IC002", 3, 1, "twice"),
        ("incident: x\nparticpants: [a]", "IC010", 3, 1, "particpants"),
        ("participants: alice", "IC012", 2, 15, "list"),
        ("actions:\n  - {id: a-1, title: t, owner: o}", "IC011", 3, 5, "due"),
        ("actions:\n  - {id: a-1, title: t, owner: o, due: soon}", "IC014", 3, 40, "soon"),
        ("actions:\n  - {id: a-1, title: t, owner: o, due: 2026-12-01, done: no}",
         "IC012", 3, 58, "true or false"),
        ("actions:\n  - {id: 'a 1', title: t, owner: o, due: 2026-12-01}", "IC014", 3, 10, "name"),
        ("meeting: tomorrow", "IC014", 2, 10, "tomorrow"),
        ("participants: &a [*a]", "IC003", 2, 15, "anchor"),
    ],
)  # fmt: skip
def test_a_fault_in_front_matter_has_its_place(front, code, line, column, words):
    _, problems = read_front(f"---\n{front}\n---\nwords\n".encode(), PATH)
    first = problems[0]
    assert (first.code, first.path, first.line, first.column) == (code, PATH, line, column)
    assert words in first.message


def test_front_matter_without_an_end_is_told():
    front, (problem,) = read_front(b"---\nincident: x\n# Words\n", PATH)
    assert front is None
    assert "no end" in problem.message
    assert (problem.path, problem.line) == (PATH, 1)


def test_a_faulty_item_leaves_the_others_usable(tmp_path):
    (tmp_path / "retros").mkdir()
    (tmp_path / "retros/README.md").write_text("# What lies here\n")
    (tmp_path / "retros/a.md").write_text(
        "---\nactions:\n- {id: a-1, title: t, owner: o}\n"
        "- {id: a-2, title: t, owner: o, due: 2026-12-01}\n---\n"
    )
    (tmp_path / "retros/b.md").write_bytes(b"---\n\xff\n---\n")
    found, problems = read_all(tmp_path)
    assert [item.action.id for item in items(found)] == ["a-2"]
    assert [(p.path, p.code) for p in problems] == [
        ("retros/a.md", "IC011"),
        ("retros/b.md", "IC007"),
    ]


def test_no_folder_is_no_problem(tmp_path):
    assert read_all(tmp_path) == ([], [])


# --- the facts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("words\n", 4, "first"),
        (f"{BEGIN}\nfacts\n", 4, "second"),
        (f"facts\n{END}\n", 5, "first"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", 5, "twice"),
        (f"{BEGIN}\n{END}\n{END}\n", 6, "twice"),
        (f"{END}\n{BEGIN}\n", 4, "before"),
        (f" {BEGIN}\n{END}\n", 5, "first"),
    ],
)
def test_markers_that_are_missing_or_twice_are_told(body, line, words):
    place, problems = markers(f"---\na: b\n---\n{body}".encode(), PATH)
    assert place is None
    (problem,) = problems
    assert words in problem.message
    assert (problem.path, problem.line) == (PATH, line)


no_marker = st.binary(max_size=200).filter(lambda data: b"<!-- incidentctl:" not in data)
line_end = st.sampled_from([b"\n", b"\r\n"])
texts = st.text(st.characters(codec="utf-8"), max_size=60)


@st.composite
def documents(draw):
    """A file that people edited in any way but at the marker lines, in three parts."""
    end = draw(line_end)
    people = draw(st.lists(texts.filter(str.strip), max_size=4))
    front = to_yaml({"incident": "inc-1", "participants": people}).encode() if people else b"a: 1\n"
    before = b"---" + end + front + b"---" + end + draw(no_marker) + end + BEGIN.encode() + end
    after = END.encode() + draw(st.just(b"") | no_marker.map(lambda data: end + data))
    return before, draw(no_marker) + end, after


@given(documents(), texts, texts)
def test_new_facts_change_no_byte_outside_of_the_markers(parts, first, second):
    before, facts, after = parts
    data = before + facts + after
    for text in (first, second, second):
        place, problems = markers(data, PATH)
        assert problems == []
        data = with_facts(data, place, text.replace("<!--", ""))
        assert data.startswith(before)
        assert data.endswith(after)
    assert with_facts(data, markers(data, PATH)[0], second.replace("<!--", "")) == data


def test_facts_have_the_line_ends_of_the_file():
    data = f"{BEGIN}\r\n{END}\r\n".encode()
    assert with_facts(data, markers(data, PATH)[0], "a\nb\n") == (
        f"{BEGIN}\r\na\r\nb\r\n{END}\r\n".encode()
    )


# --- ticking an item -----------------------------------------------------------------------------


def item_in(data, place=0):
    front, problems = read_front(data, PATH)
    assert problems == []
    return list(items([Retrospective(PATH, front)]))[place]


@pytest.mark.parametrize(
    ("written", "ticked"),
    [
        ("- {id: a, title: t, owner: o, due: 2026-12-01, done: false}",
         "- {id: a, title: t, owner: o, due: 2026-12-01, done: true}"),
        ("- {id: a, title: t, owner: o, due: 2026-12-01}",
         "- {done: true, id: a, title: t, owner: o, due: 2026-12-01}"),
        ("- id: a\n  title: t\n  owner: o\n  done:   False   # not yet\n  due: 2026-12-01",
         "- id: a\n  title: t\n  owner: o\n  done:   true   # not yet\n  due: 2026-12-01"),
        ("-   id: a\n    owner: o\n    due: 2026-12-01\n    title: |\n      a",
         "-   done: true\n    id: a\n    owner: o\n    due: 2026-12-01\n    title: |\n      a"),
        ("- {id: a, title: 'ü, 日本 🔥: {done: false}', owner: o, due: 2026-12-01, done: false}",
         "- {id: a, title: 'ü, 日本 🔥: {done: false}', owner: o, due: 2026-12-01, done: true}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_item_is_ticked_where_it_stands(written, ticked, end, mark):
    head, rest = "---\n# é\nactions:\n", "\n---\n\nWords: done: false\n"
    data = mark + f"{head}{written}{rest}".replace("\n", end).encode()
    expected = mark + f"{head}{ticked}{rest}".replace("\n", end).encode()
    assert with_done(data, item_in(data)) == expected


def test_an_item_written_oddly_is_left_alone():
    data = b"---\nactions:\n- ? id\n  : a\n  title: t\n  owner: o\n  due: 2026-12-01\n---\n"
    with pytest.raises(InvalidDataError, match="cannot be changed here") as refusal:
        with_done(data, item_in(data))
    assert "yourself" in refusal.value.hint


item_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
actions = st.builds(
    dict,
    title=item_texts.filter(str.strip),
    owner=item_texts.filter(str.strip),
    due=st.dates().map(str),
    done=st.sampled_from([None, False]),
)


@given(st.lists(actions, min_size=1, max_size=4), st.data(), no_marker)
def test_ticking_one_of_any_items_changes_only_it(written, data, words):
    entries = [
        {"id": f"a-{n}", **{k: v for k, v in action.items() if v is not None}}
        for n, action in enumerate(written)
    ]
    place = data.draw(st.integers(0, len(entries) - 1))
    file = f"---\n{to_yaml({'actions': entries})}---\n".encode() + words
    made = with_done(file, item_in(file, place))
    before, after = read_front(file, PATH)[0].actions, read_front(made, PATH)[0].actions
    assert [a.done for a in after] == [n == place for n in range(len(entries))]
    assert [a.title for a in after] == [a.title for a in before]
    assert made.endswith(b"---\n" + words)
    assert abs(len(made) - len(file)) < 30
    assert head_of(made) != head_of(file)
