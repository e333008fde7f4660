"""An output of `catalog lint`: a function from a report to text."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from incidentctl.domain.lint.report import LintReport


def _unpainted(text: str, _style: str) -> str:
    return text


def _whole(text: str, _indent: int) -> str:
    return text


def _from_root(_root: str | None, path: str) -> str:
    return path


class Style(NamedTuple):
    """How a terminal shows text; the defaults change nothing."""

    paint: Callable[[str, str], str] = _unpainted
    """Takes a piece of text and `error`, `warning`, `ok`, `bold` or `dim`."""
    fit: Callable[[str, int], str] = _whole
    """Takes a line, and the indent of its other lines when wrapped."""
    path: Callable[[str | None, str], str] = _from_root
    """Takes the report's root and a path from there; returns it as the reader can open it."""


#: Returns the whole text, without a line break at the end.
Output = Callable[[LintReport, Style], str]
