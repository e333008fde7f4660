"""The figures of a period month by month, by severity and by team: what changes, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from incidentctl.domain.incident.head import Incident
from incidentctl.domain.learn.metrics import Scope, happened
from incidentctl.domain.learn.parts import Part, Trend, grouped, part


def trend(incidents: Iterable[Incident], scope: Scope, local: tzinfo, *, now: datetime) -> Trend:
    """Return the parts of a scope; its months are those of the zone `local`."""
    every = tuple(incidents)
    return Trend(
        monthly(every, scope, local, now=now),
        grouped(every, scope, lambda one: one.severity, now=now),
        grouped(every, scope, lambda one: one.owner, now=now),
    )


def monthly(
    incidents: Iterable[Incident], scope: Scope, local: tzinfo, *, now: datetime
) -> tuple[Part, ...]:
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
        part_of = scope._replace(
            since=max(scope.since, _begin(month, local)),
            until=min(scope.until, _begin(after, local)),
        )
        name = f"{month[0]:04}-{month[1]:02}"
        months.append(part(name, found.get(month, ()), part_of, now=now))
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
