"""A document about a drill as Markdown, HTML or plain text; user text is inert."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from incidentctl.domain.common.text import clean, one_line
from incidentctl.domain.drill.documents import Document
from incidentctl.render.inert import inert

Format = Literal["markdown", "html", "text"]
_ENDINGS: dict[str, str] = {"markdown": "md", "html": "html", "text": "txt"}


def render_document(document: Document, output: Format) -> str:
    """Return the document in a format, as the text of a file."""
    template = _environment(output).get_template(f"document.{_ENDINGS[output]}.j2")
    return template.render(
        title=document.title,
        paragraphs=document.paragraphs,
        answers=document.answers,
        more=document.more,
    )


def template_data(document: Document) -> dict[str, Any]:
    """Return the data for an organisation's own Markdown template: plain values, inert texts."""
    return {
        "title": _markdown(document.title),
        "paragraphs": [_markdown(paragraph) for paragraph in document.paragraphs],
        "answers": [
            {"question": each.question, "answer": _markdown(each.answer)}
            for each in document.answers
        ],
        "more": [
            {"question": each.question, "answer": _markdown(each.answer)} for each in document.more
        ],
    }


@cache
def _environment(output: Format) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("incidentctl.render", "templates"),
        autoescape=output == "html",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = _SHOWN[output]
    environment.filters["line"] = one_line
    return environment


def _markdown(text: str) -> str:
    """Show each line as it is; the first must follow text of our own on its line."""
    return "<br>".join(inert(line) for line in _lines(text))


def _html(text: str) -> str:
    return "\n".join(clean(line) for line in _lines(text))


def _text(text: str) -> str:
    """Indent every line but the first."""
    return "\n   ".join(clean(line) for line in _lines(text))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


_SHOWN: dict[str, Any] = {"markdown": _markdown, "html": _html, "text": _text}
