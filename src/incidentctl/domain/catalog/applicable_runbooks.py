"""Which runbooks apply to a case: indexed once, since a large catalog asks thousands of times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from incidentctl.domain.catalog.runbook import Runbook

# How specific a runbook is. The order is the rule: the higher one wins.
EVERYTHING, CRITICAL, SEVERITY, AREA, SEVERITY_AND_AREA, CATEGORY = range(6)


def specificity(runbook: Runbook) -> tuple[int, int]:
    """Return how specific a runbook is; the greater wins, equals are ambiguous.

    Category, severity × area, area, severity, critical or not, everything; two runbooks for a
    category are compared by the rest.
    """
    applies = runbook.applies_to
    if applies.product_areas:
        rest = SEVERITY_AND_AREA if applies.severities else AREA
    elif applies.severities:
        rest = SEVERITY
    else:
        rest = EVERYTHING if applies.critical is None else CRITICAL
    return (CATEGORY, rest) if applies.categories else (rest, rest)


class Best(NamedTuple):
    """The most specific runbooks that apply, by name: the first answers, the others are rivals."""

    most: tuple[int, int]
    runbooks: tuple[Runbook, ...]
    rivals: tuple[str, ...]


class _Known(NamedTuple):
    """A runbook, and what it applies to as it is compared."""

    runbook: Runbook
    severities: frozenset[str]
    categories: frozenset[str]

    def applies(self, severity: str, *, critical: bool, category: str | None) -> bool:
        return (
            self.runbook.applies_to.critical in (None, critical)
            and (not self.severities or severity in self.severities)
            and (not self.categories or (category is not None and category in self.categories))
        )


class Applying:
    """The runbooks of a catalog, by the product areas that they name."""

    def __init__(self, runbooks: Iterable[Runbook]) -> None:
        """Take the runbooks."""
        self._anywhere: list[_Known] = []
        self._in_area: dict[str, list[_Known]] = {}
        self._found: dict[tuple[str, bool, str | None], Best | None] = {}
        for runbook in runbooks:
            applies = runbook.applies_to
            known = _Known(runbook, _folded(applies.severities), _folded(applies.categories))
            if not applies.product_areas:
                self._anywhere.append(known)
            for area in _folded(applies.product_areas):
                self._in_area.setdefault(area, []).append(known)

    def best(
        self, severity: str, *, critical: bool, area: str | None, category: str | None
    ) -> Best | None:
        """Return what answers, or None where nothing applies."""
        # Names that differ in case only are one name (lint refuses two), also at night.
        severity = severity.casefold()
        category = category.casefold() if category is not None else None
        key = (severity, critical, category)
        if key not in self._found:
            self._found[key] = _best(
                k
                for k in self._anywhere
                if k.applies(severity, critical=critical, category=category)
            )
        anywhere = self._found[key]
        in_area = self._in_area.get(area.casefold(), []) if area is not None else []
        here = _best(
            k for k in in_area if k.applies(severity, critical=critical, category=category)
        )
        # One that names the area is never as specific as one that names none.
        return max((each for each in (here, anywhere) if each), key=_most, default=None)


def _most(best: Best) -> tuple[int, int]:
    return best.most


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(str.casefold, names))


def _best(fitting: Iterable[_Known]) -> Best | None:
    ranked = [(specificity(known.runbook), known.runbook) for known in fitting]
    if not ranked:
        return None
    most = max(rank for rank, _ in ranked)
    chosen = sorted((r for rank, r in ranked if rank == most), key=lambda runbook: runbook.name)
    return Best(most, tuple(chosen), tuple(runbook.name for runbook in chosen[1:]))
