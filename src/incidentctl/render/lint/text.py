"""The report of `catalog lint` as text, for people."""

from __future__ import annotations

from incidentctl.domain.common.text import one_line
from incidentctl.domain.lint.report import LintReport
from incidentctl.errors import Problem
from incidentctl.render.lint.hint import hint_of
from incidentctl.render.lint.output import Style


def output(report: LintReport, style: Style) -> str:
    """Return one line for each problem, its hint indented below, and a line that sums up."""
    paint, fit, path = style
    lines = []
    for problem in report.problems:
        level = problem.severity
        word = paint(level, level) if level != "info" else level
        place = _place(problem, path(report.root, problem.path) if problem.path else None)
        start = f"{place}: {level} " if place else f"{level} "
        painted = f"{paint(place, 'bold')}: {word} " if place else f"{word} "
        line = fit(f"{start}{problem.code} {one_line(problem.message)}", 8)
        # Wrapped without colours, painted afterwards; the line may break even in the place.
        lines.append(painted + line.removeprefix(start) if line.startswith(start) else line)
        if hint := hint_of(problem):
            lines.append(paint(fit(f"    {one_line(hint)}", 4), "dim"))
    lines.append(_summary(report))
    return "\n".join(lines)


def _place(problem: Problem, path: str | None) -> str:
    parts = [one_line(path)] if path else []
    if problem.line is not None:
        parts += [str(problem.line), str(problem.column or 1)]
    return ":".join(parts)


def _summary(report: LintReport) -> str:
    files = f"{_count(report.files, 'file')} checked"
    if report.excluded:
        files += f", {report.excluded} excluded"
    if not report.problems:
        return f"{files}, no problems."
    parts = [_count(report.errors, "error"), _count(report.warnings, "warning")]
    notes = len(report.problems) - report.errors - report.warnings
    if notes:
        parts.append(_count(notes, "note"))
    return f"{files}: {', '.join(parts)}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
