import pytest

from incidentctl.domain.drill.secrets import tells


@pytest.mark.parametrize(
    ("text", "secret", "told"),
    [
        ("we drop the token database today", "Dropping the token database", None),
        ("we fear dropping   the\nTOKEN-database!", "Dropping the token database", True),
        ("the token database of login", "first we are dropping the token database of all", True),
        ("the token database", "first we are dropping the token database of all", None),
        ("ask bob", "bob", True),
        ("ask bobby", "bob", None),
        ("core services", "core-services", True),
        ("our core and our services", "core-services", None),
        ("anything", "", None),
        ("anything", "…", None),
        ("", "bob", None),
    ],
)
def test_the_whole_or_four_words_of_it(text, secret, told):
    assert bool(tells(text, secret)) is bool(told)


def test_it_says_what_was_told():
    assert tells("Dropping the Token database, at ten", "dropping the token database") == (
        "dropping the token database"
    )
