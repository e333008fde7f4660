"""Figures over a few incidents: median, p90 and shares, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

#: Over fewer than these a figure would tell about single incidents, and not about the response.
FEWEST = 5
#: Over fewer than these the nearest rank of the p90 is just the longest.
FEWEST_P90 = 10


class Figure(NamedTuple):
    """The middle of `n` values in seconds; `reason` says why something is None."""

    n: int
    median: float | None = None
    p90: float | None = None
    reason: str | None = None


class Share(NamedTuple):
    """So many of how many; `share`, from 0 to 1, is None over too few, and `reason` says so."""

    part: int
    whole: int
    share: float | None = None
    reason: str | None = None


def figure(values: Sequence[float]) -> Figure:
    """Return median and p90 of values.

    The median of an even number is the mean of the middle two. The p90 is by nearest rank: the
    smallest value that at least nine in ten do not exceed, so always one that was measured.
    """
    n = len(values)
    if n < FEWEST:
        return Figure(n, reason=_too_few(n))
    ordered = sorted(values)
    if n < FEWEST_P90:
        reason = f"a p90 needs {FEWEST_P90}: of {n} it would be the longest"
        return Figure(n, median(ordered), reason=reason)
    return Figure(n, median(ordered), ordered[-(-9 * n // 10) - 1])


def share(part: int, whole: int) -> Share:
    """Return what part of a whole it is."""
    if whole < FEWEST:
        return Share(part, whole, reason=_too_few(whole))
    return Share(part, whole, part / whole)


def _too_few(n: int) -> str:
    return f"fewer than {FEWEST} are not averaged" if n else "there are none"
