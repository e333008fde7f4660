"""What a calendar shows of drills: moments or windows, when to send the plan, proposed drills.

Only the public half of an unplanned drill is shown: the window, never the moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Literal

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.calendar import CalendarEntry
from incidentctl.domain.common.times import zone
from incidentctl.domain.drill.documents import time_text, window_text
from incidentctl.domain.drill.plan import LEAD_DAYS, Drill, PlannedDrill, combine
from incidentctl.errors import Hint

Series = Literal["monthly", "quarterly", "half-yearly"]
_MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6}
_HOUR = timedelta(hours=1)
_REMIND = timedelta(minutes=30)
_TUESDAY = 1


def entries(
    catalog: Catalog,
    *,
    until: date | None,
    series: Series | None,
    today: date,
    changed: Mapping[str, datetime] = MappingProxyType({}),
) -> list[CalendarEntry]:
    """Return what is planned, to `until` included, and what is proposed: a year if `until` is None.

    `changed` is when each drill's file was, by the drill's name: a calendar sees what moved.

    `today` is the day in the organisation's zone; a series is proposed from the day on that leaves
    time to send a plan.
    """
    default = catalog.settings.timezone
    drills = [combine(each, None, default_zone=default) for each in catalog.drills.values()]
    wanted = [drill for drill in drills if until is None or drill.begins.date() <= until]
    found = [
        entry._replace(changed=changed.get(drill.name))
        for drill in wanted
        for entry in _drill(drill)
    ]
    if series:
        held = [drill.begins.astimezone(zone(default)).date() for drill in drills]
        last = until or today + timedelta(days=365)
        found += _proposed(series, held, today + timedelta(days=LEAD_DAYS), last)
    return sorted(found, key=lambda entry: (_utc(entry.begins), entry.key))


def _drill(drill: Drill) -> Iterator[CalendarEntry]:
    known = drill.announced
    if isinstance(known, PlannedDrill):
        begins = _utc(drill.begins)
        ends = _utc(drill.window.ends) if drill.window else begins + _HOUR
        ends = ends if ends > begins else begins + _HOUR
        text = f"{time_text(drill.begins, drill.zone)}\nTeam: {known.team}\nWhy: {known.why}"
        yield CalendarEntry(
            f"drill/{drill.name}", f"Drill: {drill.name}", text, begins, ends, busy=True
        )
        document = "plan"
    else:
        begins, ends = (_utc(each) for each in drill.window or (drill.begins, drill.begins))
        when = window_text(drill.window, drill.zone) if drill.window else ""
        text = (
            f"Something will happen in this window: {when}. It is safe to fail.\nWhy: {known.why}"
        )
        title = f"Window of the unplanned drill: {drill.name}"
        yield CalendarEntry(
            f"drill/{drill.name}", title, text, begins, max(begins, ends), busy=False
        )
        document = "note"
    if drill.sent is None:
        # The same time on the clock a week before, whatever summer time does in between.
        due = _utc(drill.begins - timedelta(days=LEAD_DAYS))
        yield CalendarEntry(
            f"send/{drill.name}",
            f"Send the {document} of the drill: {drill.name}",
            Hint("send-document", {"document": document, "drill": drill.name}),
            due,
            due + _REMIND,
            busy=False,
            alarm=True,
        )


def _proposed(series: Series, held: list[date], first: date, last: date) -> Iterator[CalendarEntry]:
    """Propose the second Tuesday of each month, quarter or half-year to come that has no drill."""
    step = _MONTHS[series]
    month = first.year * 12 + (first.month - 1) // step * step
    periods = {(day.year * 12 + day.month - 1) // step for day in held}
    while (day := _second_tuesday(month)) <= last:
        period, month = month // step, month + step
        if day < first or period in periods:
            continue
        key = f"{series}/{day:%Y-%m}"
        plan = Hint("plan-drill")
        yield CalendarEntry(f"proposed/{key}", "Proposed: a drill", plan, day, None, busy=False)
        due = day - timedelta(days=LEAD_DAYS)
        text = "A plan goes out a week ahead."
        title = "Send the plan of the proposed drill"
        yield CalendarEntry(f"send-proposed/{key}", title, text, due, None, busy=False, alarm=True)


def _second_tuesday(month: int) -> date:
    first = date(month // 12, month % 12 + 1, 1)
    return first + timedelta(days=7 + (_TUESDAY - first.weekday()) % 7)


def _utc(moment: datetime | date) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
