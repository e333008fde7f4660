import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from incidentctl.files.yaml import strict as strict_yaml
from incidentctl.files.yaml.strict import parse


def read(text):
    documents, problems = parse(text.encode(), "f.yaml")
    assert problems == []
    return documents[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("22:30", "22:30"),
        ("010", 10),
        ("0o17", 15),
        ("0xff", 255),
        ("1_000", "1_000"),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("-.5", -0.5),
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05T09:00", "2026-01-05T09:00"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("-", None),
        ("1" * 5000, "1" * 5000),
        ("R&D *is* fun!", "R&D *is* fun!"),
        ("https://example.com/?a=1&b=!x", "https://example.com/?a=1&b=!x"),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(text, value):
    got = read(f"key: {text}\n")["key"] if text != "-" else read("key:\n")["key"]
    assert (got, type(got)) == (value, type(value))


REFUSED = [
    ("a: [1", "IC001", None, None),
    ("a: b: c", "IC001", 1, 5),
    ("a: 1\n\tb: 2", "IC001", 2, 1),
    ('a: "\\q"', "IC001", 1, None),
    ("a: 1\nb: 2\na: 3", "IC002", 3, 1),
    ("l:\n  - {k: 1, k: 2}", "IC002", 2, 12),
    ("x-mine: {k: 1, k: 2}", "IC002", 1, 16),
    ("a: &x 1", "IC003", 1, 4),
    ("a: *x", "IC003", 1, 4),
    ("[&x a]", "IC003", 1, 2),
    ("a: !!str 1", "IC004", 1, 4),
    ("a: ! 1", "IC004", 1, 4),
    ("- !Ref x", "IC004", 1, 3),
    ("[" * 21 + "]" * 21, "IC005", 1, 21),
    ("[" * 100_000, "IC005", 1, None),
    ("- " * 100_000, "IC005", 1, None),
    ("{a: " * 5_000, "IC005", 1, None),
    ("true: 1", "IC008", 1, 1),
    ("1.5: 1", "IC008", 1, 1),
    ("~: 1", "IC008", 1, 1),
    ("? [a]\n: 1", "IC008", 1, 3),
    ("a: b\x07", "IC009", 1, 5),
    ("ä: ö\x9b", "IC009", 1, 5),
    ('a: "\\e[31m"', "IC009", 1, 4),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED)
def test_what_is_refused_is_told_once_with_its_place(text, code, line, column):
    _, problems = parse(text.encode(), "f.yaml")
    assert [(p.code, p.path) for p in problems] == [(code, "f.yaml")]
    assert line in (None, problems[0].line)
    assert column in (None, problems[0].column)
    assert problems[0].message
    assert problems[0].hint


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED)
def test_the_pure_parser_refuses_the_same(text, code, line, column, monkeypatch):
    use_the_pure_parser(monkeypatch)
    _, problems = parse(text.encode(), "f.yaml")
    assert code in {problem.code for problem in problems}


def use_the_pure_parser(monkeypatch):
    class Pure(yaml.BaseLoader):
        resolve = strict_yaml._Composer.resolve
        descend_resolver = strict_yaml._Composer.descend_resolver
        ascend_resolver = strict_yaml._Composer.ascend_resolver

    monkeypatch.setattr(strict_yaml, "_Composer", Pure)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)


@pytest.mark.parametrize("text", ["a: no\nb: [1, {c: 010}]\n", "- x\n- y: {x-z: 1}\n", "", "---\n"])
def test_the_pure_parser_reads_the_same(text, monkeypatch):
    fast = parse(text.encode(), "f.yaml")
    use_the_pure_parser(monkeypatch)
    assert parse(text.encode(), "f.yaml") == fast


def test_bytes_that_are_not_utf_8_are_told_with_their_place():
    _, problems = parse("a: ä\nb: ".encode() + b"\xff", "f.yaml")
    assert [(p.code, p.line, p.column) for p in problems] == [("IC007", 2, 4)]


def test_a_byte_order_mark_is_no_fault():
    assert parse(b"\xef\xbb\xbfa: 1", "f.yaml") == (({"a": 1},), [])


def test_own_keys_are_left_out_but_not_from_the_settings_of_an_action():
    text = "x-a: 1\nb: {x-c: 1, with: {headers: {x-token: t}}}\n"
    assert read(text) == {"b": {"with": {"headers": {"x-token": "t"}}}}


def test_empty_documents_keep_the_place_of_the_others():
    assert parse(b"---\n# nothing\n---\na: 1\n", "f.yaml") == ((None, {"a": 1}), [])


def test_the_documents_before_a_fault_are_given():
    documents, problems = parse(b"a: 1\n---\nb: [\n", "f.yaml")
    assert documents == ({"a": 1},)
    assert [p.code for p in problems] == ["IC001"]


def test_twenty_levels_are_not_too_deep():
    assert parse(b"[" * 20 + b"]" * 20, "f.yaml")[1] == []


@given(st.binary(max_size=200))
@example(b'a: "\\ud800"')
@example(b"\xff\xfea\0")
@example(b"%TAG ! tag:x,2000:\n--- !a b")
@example(b"\xe2\x80\xa8&a b")
def test_no_bytes_make_it_raise(data):
    documents, problems = parse(data, "f.yaml")
    assert isinstance(documents, tuple)
    assert all(p.path == "f.yaml" and p.line for p in problems)


@given(st.text("ab:-[]{}&*!#'\"\\?|>%@ \n\t,0.~x", max_size=60))
def test_no_yaml_like_text_makes_it_raise(text):
    parse(text.encode(), "f.yaml")


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"),
    max_size=20,
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(WORDS.filter(lambda key: not key.startswith("x-")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(PLAIN)
@example("0E0")
def test_what_is_written_is_read_back(value):
    def listed(part):
        if isinstance(part, tuple):
            return [listed(item) for item in part]
        if isinstance(part, dict):
            return {key: listed(item) for key, item in part.items()}
        return part

    class Plain(yaml.SafeDumper):
        ignore_aliases = staticmethod(lambda _: True)

    # Text always in quotes: PyYAML writes by YAML 1.1, where `0E0` is a text and needs none.
    Plain.add_representer(
        str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    )

    text = yaml.dump(listed(value), Dumper=Plain, default_style=None, allow_unicode=True)
    documents, problems = parse(text.encode(), "f.yaml")
    assert problems == []
    assert documents[0] == value
