"""Write what is generated from the code: `make docs`. Tests fail when it is not fresh."""

from pathlib import Path

from tools.commands import commands_reference

from incidentctl.app.catalog.schema import write_schemas
from incidentctl.domain.lint.rules.registry import RULES
from incidentctl.domain.lint.rules.syntax import SYNTAX
from incidentctl.render.catalog.reference import reference
from incidentctl.render.lint.reference import rules_reference

ROOT = Path(__file__).parent.parent


def lint_rules() -> str:
    """Return the page of lint rules: what lint says of the smallest bad repository of each."""
    texts = [*SYNTAX, *(rule.text for rule in RULES.values())]
    examples = {}
    for text in texts:
        printed = (ROOT / "tests" / "cases" / text.code / "expected.txt").read_text("utf-8")
        examples[text.code] = "\n".join(printed.splitlines()[:-1])  # not the summary
    return rules_reference(texts, examples)


def pages() -> dict[str, str]:
    """Return each generated page by its path."""
    return {
        "docs/reference/yaml.md": reference(),
        "docs/reference/lint-rules.md": lint_rules(),
        "docs/reference/commands.md": commands_reference(),
    }


if __name__ == "__main__":
    write_schemas(ROOT / "schemas")
    for path, page in pages().items():
        (ROOT / path).write_text(page, encoding="utf-8")
