"""The figures of a period month by month: what changes, for a page with plots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from incidentctl.domain.incident.head import Incident
from incidentctl.domain.learn.metrics import Metrics, Scope, happened, measure


class Month(NamedTuple):
    """A calendar month, or what of it lies in the period: the incidents declared in it."""

    name: str
    """Such as `2026-11`."""
    since: datetime
    until: datetime
    incidents: tuple[Incident, ...]
    """Those that count, the oldest first: cancelled ones were none."""
    metrics: Metrics


def monthly(
    incidents: Iterable[Incident], scope: Scope, local: tzinfo, *, now: datetime
) -> tuple[Month, ...]:
    """Return the months of the zone `local` from the first incident of a scope to its end.

    None of them where no incident counts.
    """
    found: dict[tuple[int, int], list[Incident]] = defaultdict(list)
    for one in incidents:
        if scope.covers(one):
            found[_month(one.declared, local)].append(one)
    counted = [month for month, each in found.items() if any(map(happened, each))]
    if not counted:
        return ()
    months = []
    month, last = min(counted), _month(scope.until - timedelta(microseconds=1), local)
    while month <= last:
        after = _next(month)
        part = scope._replace(
            since=max(scope.since, _begin(month, local)),
            until=min(scope.until, _begin(after, local)),
        )
        inside = sorted(found.get(month, ()), key=lambda one: (one.declared, one.id))
        name = f"{month[0]:04}-{month[1]:02}"
        real = tuple(filter(happened, inside))
        figures = measure(inside, (), part, now=now)
        months.append(Month(name, part.since, part.until, real, figures))
        month = after
    return tuple(months)


def _month(moment: datetime, local: tzinfo) -> tuple[int, int]:
    here = moment.astimezone(local)
    return here.year, here.month


def _next(month: tuple[int, int]) -> tuple[int, int]:
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def _begin(month: tuple[int, int], local: tzinfo) -> datetime:
    return datetime(*month, 1, tzinfo=local)
