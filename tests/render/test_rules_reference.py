"""The page of lint rules is fresh; `make docs` writes it."""

from pathlib import Path

from tools.generate import lint_rules

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "lint-rules.md"


def test_the_page_says_what_the_rules_say():
    assert PAGE.read_text() == lint_rules(), "run `make docs`"
