"""The incidents of a report as CSV, one row each, safe for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import iso
from incidentctl.domain.drill.score import COMMAND, DECLARE, FIRST_UPDATE, Score
from incidentctl.domain.incident.due import durations
from incidentctl.domain.incident.state import DONE, OPEN, SKIPPED, Incident
from incidentctl.domain.learn.metrics import due_gaps

_MOMENTS = (
    "declared", "started", "detected", "acknowledged", "mitigated", "resolved", "cancelled",
    "closed",
)  # fmt: skip
_DRILL = (DECLARE, COMMAND, FIRST_UPDATE)
_TOOK = ("detect", "acknowledge", "mitigate", "resolve")
COLUMNS = (
    "id", "kind", "title", "severity", "critical", "status", "owner", "services", "product_areas",
    "category", "reported_by", "commander", *_MOMENTS, *(f"{name}_seconds" for name in _TOOK),
    "updates_due", "updates_in_time", "longest_wait_seconds", "steps_done", "steps_skipped",
    "steps_open", "drill", *(f"drill_{name}_seconds" for name in _DRILL),
    *(f"drill_{name}_target_seconds" for name in _DRILL),
)  # fmt: skip
# What a spreadsheet takes for a formula at the start of a cell, also if it splits at semicolons
# (owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = re.compile(r"(^|[;\"])(\s*)(?=[=+\-@＝＋－＠|%])")


def report_csv(
    incidents: Iterable[Incident], *, now: datetime, scores: Iterable[Score] = ()
) -> str:
    """Write a head and one row per incident: moments in UTC, spans in seconds, "" for unknown."""
    of_drills = {score.incident: score for score in scores}
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for incident in incidents:
        values = [*_values(incident, now), *_scored(of_drills.get(incident.id))]
        writer.writerow([safe_cell(value) for value in values])
    return text.getvalue()


def safe_cell(value: str) -> str:
    """Return a text as a cell that no spreadsheet computes: formulas get a quote in front."""
    return _FORMULA.sub(r"\1'\2", one_line(value))


def _values(incident: Incident, now: datetime) -> list[str]:
    took, gaps = durations(incident), due_gaps(incident, now)
    longest = max(((gap.until - gap.since).total_seconds() for gap in gaps), default=None)
    moments: list[datetime | None] = [getattr(incident, name) for name in _MOMENTS]
    spans = [getattr(took, name) for name in _TOOK]
    states = [step.state for step in incident.steps]
    return [
        incident.id,
        incident.kind,
        incident.title,
        incident.severity or "",
        "yes" if incident.critical else "no",
        incident.status,
        incident.owner or "",
        " ".join(incident.services),
        " ".join(incident.product_areas),
        incident.category or "",
        incident.reported_by or "",
        incident.commander,
        *("" if moment is None else iso(moment) for moment in moments),
        *("" if span is None else _number(span.total_seconds()) for span in spans),
        str(len(gaps)),
        str(sum(gap.late_by is None for gap in gaps)),
        "" if longest is None else _number(longest),
        *(str(states.count(state)) for state in (DONE, SKIPPED, OPEN)),
    ]


def _scored(score: Score | None) -> list[str]:
    """Return the cells of drills."""
    if score is None:
        return [""] * (1 + 2 * len(_DRILL))
    spans = [*(each.took for each in score.measures), *(each.target for each in score.measures)]
    return [score.drill or "", *("" if span is None else _number(span) for span in spans)]


def _number(seconds: float) -> str:
    return f"{seconds:.3f}".removesuffix(".000")
