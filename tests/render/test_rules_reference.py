"""The page of lint rules is fresh. Made by: python tests/render/test_rules_reference.py."""

from pathlib import Path

from incidentctl.domain.rules.registry import RULES
from incidentctl.domain.rules.syntax import SYNTAX
from incidentctl.render.rules_reference import rules_reference

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "reference" / "lint-rules.md"


def page():
    texts = [*SYNTAX, *(rule.text for rule in RULES.values())]
    cases = REPOSITORY / "tests" / "cases"
    examples = {
        text.code: "\n".join(
            (cases / text.code / "expected.txt").read_text().splitlines()[:-1]  # not the summary
        )
        for text in texts
    }
    return rules_reference(texts, examples)


def test_the_page_says_what_the_rules_say():
    assert PAGE.read_text() == page()


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
