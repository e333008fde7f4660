"""A secret is found however it is spelled, on its line, and only in whole words."""

from __future__ import annotations

import tracemalloc

import pytest
from tests.test_linear import steps

from incidentctl.domain.drill.secrets import tells
from incidentctl.domain.drill.spelling import Spelled, letters

SECRET = "Dropping the token database"

SPELLED = {
    "snake": "dropping_the_token_database.md",
    "kebab": "feature/dropping-the-token-database",
    "camel": "DroppingTheTokenDatabase",
    "constant": "DROPPING_THE_TOKEN_DATABASE=1",
    "a path": "dropping/the/token/database",
    "hyphenated": "drop-\nping the token data-\n  base",
    "soft hyphen": "Drop\u00adping the token data\u00adbase",
    "zero width": "Dropping\u200b the token data\u200bbase",
    "joiners": "Dro\u200d\u2060pping the token database",
    "bidi": "\u202edrop\u202cping the token database",
    "emphasis within": "Drop**ping** the token database",
    "emphasis of each": "_Dropping_ _the_ __token__ ~~database~~",
    "entities": "Dropping&nbsp;the&#32;token&#x20;d&#97;tabase",
    "entities twice": "Dropping&amp;nbsp;the token database",
    "tags": "Dropping<br>the <b>token</b> database",
    "tags within": "Drop<b>ping</b> the tok<!-- x -->en database",
    "in a tag": '<img alt="Dropping the token database">',
    "a URL": "?q=Dropping%20the%20token%20d%61tabase",
    "form": "q=Dropping+the+token+database",
    "mail": "Dropping=20the=20token=\n database",
    "JSON": r"Dropping\nthe\ttoken\u0020d\u0061tabase",
    "JSON in JSON": r"Dropping\\nthe\\ntoken\\ndatabase",
    "full width": "ＤＲＯＰＰＩＮＧ　the token database",
    "styled": "𝐃𝐫𝐨𝐩𝐩𝐢𝐧𝐠 the token database",
    "ligature and case": "dropping THE ToKeN dataBASE",
    "spaced": "D r o p p i n g the token database",
    "a table": "| Dropping | the |\n|---|---|\n| token | database |",
}


@pytest.mark.parametrize("text", SPELLED.values(), ids=SPELLED)
def test_it_is_found(text):
    assert Spelled(f"one\n{text}\n").line(letters(SECRET)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "dropping the token databases",
        "airdropping the token database",
        "dropping the token",
        "the token database, dropping",
        "dropping the tokens database",
        "dropping the token\n\nand the database",
    ],
)
def test_other_words_are_not(text):
    assert tells(text, SECRET) is None


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("score", "core", False),
        ("SCORE", "core", False),
        ("encore", "core", False),
        ("core_team", "core", True),
        ("teamCore", "core", True),
        ("Die TÜR schliesst", "Die Tür schließt", True),
        ("DIE TÜR SCHLIESST", "die Tür schliesst", True),
        ("Die Tu\u0308r schließt", "die Tür schliesst", True),
        ("STRASSE", "Straße", True),
    ],
)
def test_words_are_whole(text, name, told):
    assert (Spelled(text).line(letters(name)) is not None) is told


def test_the_line_is_that_of_its_first_word():
    for spelled in ("dropping the\n\ntoken database", "Drop<br>ping%20the\ntoken database"):
        text = f"<p>\n</p>&#10;\n%0A\\n\n{spelled}\n"
        assert Spelled(text).line(letters(SECRET)) == 4


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", "%20", "\\", "&amp;", "&", "=", "aB", "dropping the token ", "\u200b", "d r "],
)
def test_it_takes_time_in_proportion(piece):
    def look(count):
        Spelled(piece * count).line(letters(SECRET))

    look(10)
    assert steps(look, 4000) < 2.3 * steps(look, 2000)


def test_it_takes_room_in_proportion():
    tracemalloc.start()
    Spelled("&nbsp;<b>\\n%20 dropping the token " * 20_000).line(letters(SECRET))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200 << 20
