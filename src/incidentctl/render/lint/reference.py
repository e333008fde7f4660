"""docs/reference/lint-rules.md, made from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from incidentctl.domain.lint.rule_text import RuleText

_HEAD = """\
# Lint rules

What `incidentctl catalog lint` can report. This page is made from the rules themselves.

Set the level of a rule from IC101 on in `incidentctl.yaml`; `off` silences it:

```yaml
lint: {IC203: error, IC301: off}
```

A comment silences rules on its line, which is the one that the finding names:

```yaml
owner: legacy   # incidentctl: ignore[IC101]
```

IC0xx: a file that cannot be read as it is (always an error, never silenced). IC1xx: errors.
IC2xx: warnings, red only with `--strict`. IC3xx: information."""


def rules_reference(texts: Iterable[RuleText], examples: Mapping[str, str]) -> str:
    """Return the page: each code with level, reason, fix, and what lint says of an example."""
    ordered = sorted(texts, key=lambda text: text.code)
    return "\n\n".join([_HEAD, *(_section(text, examples[text.code]) for text in ordered)]) + "\n"


def _section(text: RuleText, example: str) -> str:
    return (
        f"## {text.code}: {text.title}\n\n{text.level.capitalize()}. {text.reason}\n\n"
        f"**Fix:** {text.fix}\n\n```text\n{example.strip()}\n```"
    )
