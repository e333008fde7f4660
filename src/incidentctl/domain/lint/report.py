"""What `catalog lint` found, for its outputs."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.errors import Problem

#: The code of what could not be looked at.
NOT_LOOKED = "IC230"


class LintReport(NamedTuple):
    """The problems, sorted by path and line, and how many files were read."""

    problems: tuple[Problem, ...]
    files: int
    excluded: int = 0
    """How many files of the catalog's folders the settings exclude."""
    root: str | None = None
    """The folder that paths are relative to; None for the files of a commit."""

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many problems are warnings."""
        return sum(problem.severity == "warning" for problem in self.problems)

    def fails(self, *, strict: bool) -> bool:
        """Say whether a check is red: on errors; with `strict` on warnings, too."""
        return self.errors > 0 or (strict and self.warnings > 0)
