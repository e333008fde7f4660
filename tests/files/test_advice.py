"""Advice on a fault is made of what was written, and following it leads to no other fault."""

import re

import pytest

from incidentctl.files.catalog.loader import load

SERVICE = "name: a\nowner: t\n"


@pytest.fixture
def fault(tmp_path):
    def call(path, text):
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        (problem,) = load(tmp_path)[1]
        return problem

    return call


@pytest.mark.parametrize(
    "number",
    ["0301234567", "+49301234567", "1.10", "007", "0x1F", "1e3", "-0", ".5", "1.0", "True", "~0"],
)
def test_a_number_is_quoted_as_it_was_written(fault, number, tmp_path):
    text = f"name: t\ncontacts: {{phone: {number}}}\n"
    if number == "~0":  # is a text already
        (tmp_path / "teams").mkdir()
        (tmp_path / "teams/t.yaml").write_text(text)
        assert load(tmp_path)[1] == []
        return
    problem = fault("teams/t.yaml", text)
    assert number.lower() in problem.message.lower()
    assert problem.hint == f'Write it in quotes: "{number}".'


def test_a_key_that_is_a_number_is_quoted_as_it_was_written(fault):
    problem = fault("services/a.yaml", SERVICE + "identifiers: {007: x}\n")
    assert problem.message == "The key '007' is not text."
    assert problem.hint == 'Write it in quotes: "007".'


@pytest.mark.parametrize(
    ("path", "text", "hint"),
    [
        (
            "teams/t.yaml",
            "name: t\non_call: {rota: [b], shift: 604800, starts: 2026-01-05T09:00}\n",
            "Write it as 30m, 1h30m, 2d or 1w.",
        ),
        ("incidentctl.yaml", "timezone: 1\n", "Use an IANA name such as Europe/Berlin."),
        ("services/a.yaml", SERVICE + "reviewed: 20260901\n", "Write it as 2026-03-29."),
        ("services/a.yaml", SERVICE + "depends_on: [-1]\n", "A name has 1 to 63 letters a-z"),
    ],
)
def test_a_number_that_would_be_wrong_in_quotes_too_is_told_the_form(fault, path, text, hint):
    assert fault(path, text).hint.startswith(hint)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("#core", 'What follows # is a comment. Write it in quotes: "#core".'),
        ("# the channel", "Write a text here."),
        ("", "Write a text here."),
    ],
)
def test_a_value_that_became_a_comment_is_told(fault, value, hint):
    problem = fault("teams/t.yaml", f"name: t\ncontacts:\n  channel: {value}\n")
    assert problem.message == "`contacts.channel` must be text, not empty."
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("key", "shown", "odd"),
    [
        ('"owner "', "'owner '", "a space at its end"),
        ("owner\u00a0", "'owner\ufffd'", "U+00A0 NO-BREAK SPACE at its end"),
        ("\u043ewner", "'\u043ewner'", "U+043E CYRILLIC SMALL LETTER O at its beginning"),
        ("own\u200ber", "'own\\u{200b}er'", "U+200B ZERO WIDTH SPACE"),
    ],
)
def test_a_character_that_is_not_seen_is_named(fault, key, shown, odd):
    problem = fault("services/a.yaml", f"name: a\n{key}: t\n")
    assert problem.message == f"Unknown key {shown}."
    assert problem.hint == f"Did you mean 'owner'? This one has {odd}."


@pytest.mark.parametrize(
    ("value", "odd"),
    [
        ("c\u043ere", "'c\u043ere' has U+043E CYRILLIC SMALL LETTER O"),
        ("|\n  core", "'core' has a line break at its end"),
        ("core team", "'core team' has a space"),
    ],
)
def test_a_name_with_such_a_character_says_so(fault, value, odd):
    problem = fault("services/a.yaml", f"name: a\nowner: {value}\n")
    assert problem.message.startswith(f"`owner`: {odd}: a name has 1 to 63 letters")


@pytest.mark.parametrize(
    ("path", "text", "meant"),
    [
        ("services/a.yaml", SERVICE + "tier: 1\n", "importance"),
        ("services/a.yaml", SERVICE + "alias: x\n", "identifiers"),
        ("services/a.yaml", "name: a\nteam: t\n", "owner"),
        ("services/a.yaml", SERVICE + "dependencies: [b]\n", "depends_on"),
        ("teams/t.yaml", "name: t\nslack: x\n", "contacts"),
        ("services/a.yaml", SERVICE + "phone: 1\n", "Known keys"),
        ("product_areas/a.yaml", SERVICE + "functions: []\n", "functionalities"),
    ],
)
def test_a_key_of_another_catalog_is_told_its_name_here(tmp_path, path, text, meant):
    file = tmp_path / path
    file.parent.mkdir()
    file.write_text(text)
    problem = next(p for p in load(tmp_path)[1] if p.code == "IC010")
    assert meant in re.sub(r"Known keys: (.*)", "Known keys", problem.hint)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("customer_facing: yes", "Write `true`, without quotes."),
        ("customer_facing: 'Off'", "Write `false`, without quotes."),
        ("customer_facing: maybe", "Write `true` or `false`, without quotes."),
        ("depends_on: a-b, c", "Write a list: `[a-b, c]`."),
        ("tags: two words", "Write a list: `[one, two]`."),
        ("tags: 'true'", "Write a list: `[one, two]`."),
        ("tags:", "Write a list: `[one, two]`."),
    ],
)
def test_a_text_that_means_a_flag_or_a_list_is_told_as_one(fault, line, hint):
    assert fault("services/a.yaml", f"{SERVICE}{line}\n").hint == hint
