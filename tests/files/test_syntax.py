"""What is said of a file that is not YAML: the cause, where it begins, and what to write."""

import time

import pytest

from incidentctl.files.yaml.strict import parse


def fault(text):
    _, problems = parse(text.encode(), "f.yaml")
    assert len(problems) == 1
    return problems[0]


@pytest.mark.parametrize(
    ("text", "place", "said", "advice"),
    [
        ('name: a\ntitle: "The login\nb: c\nd: e\n', (2, 8), "quote", 'Close it with "'),
        ("name: a\r\ntitle: 'The login\r\nb: c\r\n", (2, 8), "quote", "Close it with '"),
        ('name: a\ntitle: "The login\nb: "c"\n', (2, 8), "quote", 'Close it with "'),
        ("a: [1, 2\nb: [3]\nc: 4\n", (1, 4), "bracket [", "Close it with ]"),
        ("a: {b: 1\nc: 2\n", (1, 4), "bracket {", "Close it with }"),
        ("a: [b\n---\nc: 1\n", (1, 4), "bracket [", "Close it with ]"),
        ("a: {channel: #flow}\n", (1, 14), "comment", '"#flow"'),
        ("a: {channel: #flow}\nb: 1\n", (1, 14), "comment", '"#flow"'),
        ("a: [x, #y]\nb: 1\n", (1, 8), "comment", '"#y"'),
        ("a: [#y]\nb: 1\n", (1, 5), "comment", '"#y"'),
        ("\u00e4: \u00f6\r\n\u00fc: @core\r\n", (2, 4), "@", '"@core"'),
        ("a: 1\n'b", (2, 1), "quote", "Close it with '"),
        ("owner: @core\n", (1, 8), "@", '"@core"'),
        ("owner: {a: @core, b: c}\n", (1, 12), "@", '"@core"'),
        ("owner: `core` [x]\n", (1, 8), "`", '"`core` [x]"'),
        ("tags: [*]\n", (1, 8), "*", '"*"'),
        ("a: *.example.com\n", (1, 4), "*", '"*.example.com"'),
        ("a: > 5 minutes\n", (1, 4), ">", '"> 5 minutes"'),
        ("a: %x\n", (1, 4), "%", '"%x"'),
        ("- title: b: c\n", (1, 11), "colon", '"b: c"'),
        ('a: "x" y\n', (1, 8), 'after its "', "'\"x\" y'"),
        ("a: 'it's'\n", (1, 8), "after its '", '"it\'s"'),
        ("a: [prod] Login\n", (1, 11), "after its ]", '"[prod] Login"'),
        ('a: "C:\\path"\n', (1, 6), "backslash", "single quotes"),
        ("a: 1\nb 2\nc: 3\n", (2, 1), "no colon", "`key: value`"),
        ("a 1\nb: 2\n", (1, 1), "no colon", "`key: value`"),
        ("a:1\nb: 2\n", (1, 2), "space is missing", "Add it"),
        ("a: 1\n b: 2\n", (2, 2), "indented further", "one column"),
        ("a: 1\n- b\n", (2, 1), "does not belong", "one column"),
        ("a: - b\n", (1, 4), "list", "next line"),
        ("a:\n\t- b\n", (2, 1), "tab", "spaces"),
        ("a: [\n  b: c: d,\n  e]\n", (2, 7), "expected", "Check"),
    ],
)
def test_a_fault_is_told_where_it_begins_with_what_to_write(text, place, said, advice):
    problem = fault(text)
    assert problem.code == "IC001"
    assert (problem.line, problem.column) == place
    assert said in problem.message
    assert advice in problem.hint


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: x\n<<<<<<< HEAD\nowner: a\n=======\nowner: b\n>>>>>>> branch\n", 2),
        ("a: [b,\n<<<<<<< HEAD\nc,\n=======\nd,\n>>>>>>> branch\ne]\n", 2),
        ("<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> branch\n", 1),
        ("a: 1\r\n<<<<<<< HEAD\r\nb: 1\r\n=======\r\nb: 2\r\n>>>>>>> branch\r\n", 2),
    ],
)
def test_a_merge_that_is_not_resolved_is_named_where_it_begins(text, line):
    problem = fault(text)
    assert (problem.code, problem.line) == ("IC001", line)
    assert "merge" in problem.message
    assert parse(text.encode(), "f.yaml")[0] == ()


def test_a_text_about_a_merge_is_none():
    text = "a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> b\n"
    assert parse(text.encode(), "f.yaml")[1] == []


def test_a_pointer_of_git_lfs_is_named():
    problem = fault("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n")
    assert (problem.code, problem.line) == ("IC007", 1)
    assert "git lfs pull" in problem.hint


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (" name: x\nowner: core\n", 0),
        ("name: p\n---\n name: x\nowner: core\n", 1),
        ("name: p\n---\n\ufeffname: q\nowner: core\n", 1),
        ("name: p\n...\nb: [\n", 1),
        ("\ufeffname: p\n---\nb: [\n", 1),
    ],
)
def test_half_a_document_is_not_given(text, left):
    documents, problems = parse(text.encode(), "f.yaml")
    assert documents == ({"name": "p"},) * left
    assert len(problems) == 1


def test_a_byte_order_mark_inside_says_that_two_files_were_joined():
    problem = fault("name: p\n---\n\ufeffname: q\nowner: c\n")
    assert (problem.code, problem.line, problem.column) == ("IC009", 3, 1)
    assert "joined" in problem.hint


def test_a_key_in_braces_was_meant_as_a_text():
    problem = fault("a: {{ b }}\n")
    assert problem.code == "IC008"
    assert "needs quotes" in problem.hint


def test_a_comment_behind_a_text_is_no_part_of_it():
    assert fault("title: a: b # why\n").hint == 'Write it in quotes: "a: b".'


@pytest.mark.parametrize("text", ["title: it is: \u200bso\n", f"title: @{'x' * 200}\n"])
def test_a_text_that_is_not_shown_as_it_is_is_not_advised(text):
    assert fault(text).hint == "Write it in quotes."


HOSTILE = [
    "<<<<<<< x\n" * 100_000,
    "<<<<<<< x\n=======\n" * 50_000,
    "a: b:" + " " * 900_000 + "c\n",
    'a: "\n' + ' : "' * 200_000 + '\nb: "c"\n',
    "a: {b: " + ": #" * 300_000,
    "- " * 19 + "a: 'it's'" + " " * 900_000 + "\n",
    "a: b\n" + " " * 900_000 + "c: d\n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_told_at_once(text):
    began = time.process_time()
    parse(text.encode(), "f.yaml")
    assert time.process_time() - began < 5
