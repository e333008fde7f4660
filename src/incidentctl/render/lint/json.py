"""The report of `catalog lint` as JSON, for programs."""

from __future__ import annotations

from incidentctl.domain.lint.report import LintReport
from incidentctl.render.json_text import json_text
from incidentctl.render.lint.hint import hint_of
from incidentctl.render.lint.output import Style


def output(report: LintReport, _style: Style) -> str:
    """Return one JSON object with the problems and their numbers."""
    payload = {
        "problems": [
            problem._replace(hint=hint_of(problem))._asdict() for problem in report.problems
        ],
        "root": report.root,
        "files": report.files,
        "excluded": report.excluded,
        "errors": report.errors,
        "warnings": report.warnings,
    }
    return json_text("catalog-lint", payload)
