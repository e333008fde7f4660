"""What an output of `catalog lint` is: a function from what was found to text."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from incidentctl.domain.lint.report import LintReport


def _unpainted(text: str, _style: str) -> str:
    return text


def _whole(text: str, _indent: int) -> str:
    return text


class Style(NamedTuple):
    """How a terminal shows text; as it is given here it does nothing."""

    paint: Callable[[str, str], str] = _unpainted
    """Gets a piece of text and `error`, `warning`, `ok`, `bold` or `dim`."""
    fit: Callable[[str, int], str] = _whole
    """Gets a line, and how far in it goes on where it does not fit."""


#: Returns the whole text, without a line break at its end.
Output = Callable[[LintReport, Style], str]
