"""The incidents of a report in parts: of a month, of a severity, of a team; with their figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from incidentctl.domain.incident.head import Incident
from incidentctl.domain.learn.metrics import Metrics, Scope, happened, measure

#: What a part is called whose incidents have no severity or no team.
NONE = "(none)"


class Part(NamedTuple):
    """Some of the incidents of a period, and what they say about the response."""

    name: str
    """A month such as `2026-11`, a severity, a team, or `NONE`."""
    since: datetime
    until: datetime
    incidents: tuple[Incident, ...]
    """Those that count, the oldest first: cancelled ones were none."""
    metrics: Metrics


class Trend(NamedTuple):
    """The same incidents in parts of three sorts."""

    months: tuple[Part, ...] = ()
    severities: tuple[Part, ...] = ()
    teams: tuple[Part, ...] = ()


def part(name: str, inside: Iterable[Incident], scope: Scope, *, now: datetime) -> Part:
    """Measure a part."""
    ordered = sorted(inside, key=lambda one: (one.declared, one.id))
    figures = measure(ordered, (), scope, now=now)
    return Part(name, scope.since, scope.until, tuple(filter(happened, ordered)), figures)


def grouped(
    incidents: Iterable[Incident],
    scope: Scope,
    of: Callable[[Incident], str | None],
    *,
    now: datetime,
) -> tuple[Part, ...]:
    """Return the parts of a scope by what `of` says, in the order of names, `NONE` last."""
    found: dict[str | None, list[Incident]] = defaultdict(list)
    for one in incidents:
        if scope.covers(one) and happened(one):
            found[of(one)].append(one)
    names = sorted(found, key=lambda name: (name is None, name or ""))
    return tuple(part(name or NONE, found[name], scope, now=now) for name in names)
