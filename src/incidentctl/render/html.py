"""HTML pages: one environment, one look, and a policy under which nothing is loaded or run."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from incidentctl.domain.common.text import lines, one_line


def page(template: str, **values: Any) -> str:
    """Render a template that extends `page.html.j2`; every value is text, never markup.

    Filters: `line` shows a text as one line, `lines` as it is, both without control characters.
    """
    return environment().get_template(template).render(**values)


@cache
def environment() -> Environment:
    """Return the environment of all pages; a value that is missing is an error."""
    found = Environment(
        loader=PackageLoader("incidentctl.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["line"] = one_line
    found.filters["lines"] = lines
    return found
