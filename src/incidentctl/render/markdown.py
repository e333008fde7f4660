"""Markdown as people write it, as HTML that loads nothing and runs nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markupsafe import Markup

from incidentctl.domain.common.text import clean
from incidentctl.domain.learn.retrospective import without_comments
from incidentctl.render.inert import is_address


def to_html(text: str, *, first: int = 1) -> Markup:
    """Return a text as HTML: headings, lists, tables, code, links; no image, and no other markup.

    HTML in it is shown as it was written, its comments are left out. Only a plain http or https
    address becomes a link. `first` numbers its tables, whose names have to differ on a page.
    """
    parser = _parser()
    environment: dict[str, Any] = {}
    tokens = parser.parse(clean(text, keep_lines=True), environment)
    number = first
    for token in tokens:
        _made_plain(token)
        for child in token.children or ():
            _made_plain(child)
        if token.type == "table_open":
            token.meta["number"] = number
            number += 1
    return Markup(parser.renderer.render(tokens, parser.options, environment))  # noqa: S704 (it escapes)


def has_heading(text: str) -> bool:
    """Say whether a text begins with a heading of the first level."""
    first = next(iter(_parser().parse(without_comments(text))), None)
    return first is not None and first.type == "heading_open" and first.tag == "h1"


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("image")
    parser.validateLink = is_address  # type: ignore[method-assign]
    parser.add_render_rule("html_block", _html)
    parser.add_render_rule("html_inline", _html)
    parser.add_render_rule("table_open", _table)
    parser.add_render_rule("table_close", _table)
    return parser


def _made_plain(token: Token) -> None:
    """Take from a token what would be style, or a name that somebody chose."""
    token.info = ""
    align = token.attrs.pop("style", None)
    if align and str(align).endswith("right"):
        token.attrs["class"] = "number"
    if token.type == "link_open":
        token.attrs = {"href": token.attrs["href"], "rel": "noreferrer"}


def _html(_self: Any, tokens: list[Token], index: int, _options: Any, _environment: Any) -> str:
    return escapeHtml(without_comments(tokens[index].content))


def _table(self: Any, tokens: list[Token], index: int, options: Any, _environment: Any) -> str:
    token = tokens[index]
    drawn: str = self.renderToken(tokens, index, options, {})
    if token.type == "table_close":
        return f"{drawn}</div>\n"
    name = f"Table {token.meta['number']}"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{name}">\n{drawn}'
