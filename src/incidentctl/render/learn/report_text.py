"""The report of a period for people: text of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from incidentctl.domain.catalog.score import NO, UNKNOWN, TeamScore
from incidentctl.domain.common.text import count, one_line
from incidentctl.domain.common.times import rough_duration, show
from incidentctl.domain.drill.score import Measure, Score
from incidentctl.domain.learn.metrics import Counted, Drills, Metrics, TeamPractice
from incidentctl.domain.learn.parts import Part, Trend
from incidentctl.domain.learn.statistics import Figure

_WIDTH = 80
_LABEL, _WIDE = 16, 26
#: How many people, services and steps are shown; JSON has them all.
_MAX_ROWS = 10
_NO_TREND = Trend()


def report_text(
    metrics: Metrics,
    local: tzinfo,
    *,
    scores: Sequence[Score] = (),
    practice: Sequence[TeamPractice] = (),
    trend: Trend = _NO_TREND,
    readiness: Sequence[TeamScore] = (),
) -> str:
    """Write the figures for a terminal, times in the zone `local`.

    `scores` are of drills, `practice` says which team played them, `trend` has the same figures in
    parts.
    """
    parts = [_head(metrics, local)]
    if metrics.incidents or metrics.cancelled:
        parts += [_counts(metrics), _took(metrics), _updates(metrics)]
        parts += [_load(metrics), _returning(metrics), _steps(metrics)]
        parts += [_trend(trend.months), _by("severity", trend.severities)]
        hit = sorted(trend.teams, key=lambda each: (-len(each.incidents), each.name))
        parts.append(_by("team", hit))
    parts.append([*_drills(metrics, local), *_practice(practice, local), *_scores(scores)])
    parts.append(_readiness(readiness))
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _row(label: str, value: str, room: int = _LABEL) -> list[str]:
    """Write a label and its value on as many lines as needed; `room` is the label's width."""
    wrapped = textwrap.wrap(one_line(value), _WIDTH - room, break_on_hyphens=False)
    alone = len(label) >= room
    head = [label if len(label) <= _WIDTH else f"{label[: _WIDTH - 1]}…"] if alone else []
    lefts = ["" if alone else label, *[""] * len(wrapped)]
    return [
        *head,
        *(f"{left:<{room}}{right}" for left, right in zip(lefts, wrapped, strict=False)),
    ]


def _head(metrics: Metrics, local: tzinfo) -> list[str]:
    scope = metrics.scope
    kinds = " and ".join(f"{kind}s" for kind in scope.kinds)
    filters = [
        f"{name} {value}"
        for name, value in (
            ("severity", scope.severity), ("area", scope.area), ("service", scope.service),
            ("team", scope.team),
        )
        if value
    ]  # fmt: skip
    return [
        *_row("declared from", show(scope.since, local)),
        *_row("and before", show(scope.until, local)),
        *_row("which", ", ".join([kinds, *filters])),
    ]


def _counts(metrics: Metrics) -> list[str]:
    total = str(metrics.incidents)
    if metrics.still_open:
        total += f", of these {metrics.still_open} still open"
    if metrics.cancelled:
        total += f"; besides {metrics.cancelled} cancelled"
    customers = metrics.by_customers
    of = f"{customers.part} of {customers.whole} where this is known"
    how = _percent(customers.share) or customers.reason
    return [
        *_row("incidents", total),
        *_row("by severity", _listed(metrics.by_severity)),
        *_row("by status", _listed(metrics.by_status)),
        *_row("by area", _listed(metrics.by_area)),
        *_row(
            "by customers",
            f"{of} ({how})" if customers.whole else "no incident says who reported it",
        ),
    ]


def _listed(counts: Iterable[Counted]) -> str:
    return ", ".join(f"{name or '(none)'} {count}" for name, count in counts) or "-"


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _took(metrics: Metrics) -> list[str]:
    lines = [f"{'time to':<{_LABEL}}{'median':>9}{'p90':>9}{'of':>6}"]
    for name in ("detect", "acknowledge", "mitigate", "resolve"):
        figure: Figure = getattr(metrics, name)
        line = f"  {name:<{_LABEL - 2}}{_span(figure.median):>9}{_span(figure.p90):>9}{figure.n:>6}"
        lines.append(f"{line}  {figure.reason or ''}".rstrip())
    return lines


def _span(seconds: float | None) -> str:
    return "-" if seconds is None else rough_duration(seconds)


def _updates(metrics: Metrics) -> list[str]:
    updates = metrics.updates
    if not updates.due:
        return _row("updates", "none due")
    how = _percent(updates.share) or updates.reason
    lines = _row("updates", f"{updates.in_time} in time of {updates.due} due ({how})")
    return lines + _row("longest wait", f"{_span(updates.longest)}, in {updates.longest_in}")


def _load(metrics: Metrics) -> list[str]:
    def lines() -> Iterator[str]:
        for load in metrics.load[:_MAX_ROWS]:
            roles = ", ".join(f"{role} {_span(seconds)}" for role, seconds in load.roles)
            held = f"{_span(load.seconds)} in {count(load.incidents, 'incident')}: {roles}"
            yield from _row(f"  {one_line(load.person)}", held)

    return _section("held roles", lines(), len(metrics.load))


def _returning(metrics: Metrics) -> list[str]:
    def lines() -> Iterator[str]:
        for each in metrics.returning[:_MAX_ROWS]:
            newest = ", ".join(each.incidents[:-4:-1])
            more = ", ..." if len(each.incidents) > 3 else ""
            yield from _row(
                f"  {one_line(each.service)}", f"{len(each.incidents)}: {newest}{more}", _WIDE
            )

    return _section("services that came back", lines(), len(metrics.returning))


def _steps(metrics: Metrics) -> list[str]:
    def lines() -> Iterator[str]:
        for step in metrics.steps[:_MAX_ROWS]:
            missed = f"{step.skipped} skipped, {step.left_open} left open, of {step.asked}"
            yield from _row(f"  {one_line(step.step)}", missed, _WIDE)

    return _section("steps not done", lines(), len(metrics.steps))


def _section(title: str, lines: Iterable[str], count: int) -> list[str]:
    """Return lines below a title; nothing without lines."""
    if not count:
        return []
    more = [f"  ... and {count - _MAX_ROWS} more, see --json"] if count > _MAX_ROWS else []
    return [title, *lines, *more]


def _drills(metrics: Metrics, local: tzinfo) -> list[str]:
    drills = metrics.drills
    if drills.last_at is None:
        return _row("drills", "no drill yet")
    last = f"the last {before_its_end(drills)}, {show(drills.last_at, local)}"
    return _row("drills", f"{drills.in_period} in the period; {last} ({drills.last})")


def before_its_end(drills: Drills) -> str:
    """Say how long before the end of the period the last drill was."""
    if not drills.days_since:
        return "on the last day of the period"
    return f"{count(drills.days_since, 'day')} before its end"


def _practice(practice: Sequence[TeamPractice], local: tzinfo) -> Iterator[str]:
    """Write which team played drills, and when last."""
    for each in practice[:_MAX_ROWS]:
        last = f"{each.last_at.astimezone(local):%Y-%m-%d}"
        yield from _row(f"  {one_line(each.team or '(no team)')}", f"{each.drills}, last {last}")


def _trend(months: Sequence[Part]) -> list[str]:
    """Write a line for each month; nothing for a single one."""
    if len(months) < 2:
        return []
    most = max(len(each.incidents) for each in months) or 1
    lines = [f"{'by month':<{_LABEL}}{'incidents':>9}{'ack':>9}{'mitigate':>9}{'resolve':>9}"]
    for each in months[-_TREND:]:
        took = (each.metrics.acknowledge, each.metrics.mitigate, each.metrics.resolve)
        figures = "".join(f"{_span(figure.median):>9}" for figure in took)
        bar = "#" * round(len(each.incidents) / most * _BAR)
        lines.append(
            f"  {each.name:<{_LABEL - 2}}{len(each.incidents):>9}{figures}  {bar}".rstrip()
        )
    return lines


def _by(of: str, parts: Sequence[Part]) -> list[str]:
    """Write a line for each of the severities or teams; nothing for a single one."""
    if len(parts) < 2:
        return []
    head = f"{f'by {of}':<{_WIDE}}{'incidents':>9}{'ack':>9}{'mitigate':>9}{'resolve':>9}"

    def lines() -> Iterator[str]:
        for each in parts[:_MAX_ROWS]:
            took = (each.metrics.acknowledge, each.metrics.mitigate, each.metrics.resolve)
            figures = "".join(f"{_span(figure.median):>9}" for figure in took)
            name = f"  {one_line(each.name)}"
            name = name if len(name) < _WIDE else f"{name[: _WIDE - 2]}…"
            yield f"{name:<{_WIDE}}{len(each.incidents):>9}{figures}"

    return _section(head, lines(), len(parts))


def _readiness(found: Sequence[TeamScore]) -> list[str]:
    """Write how ready each team is, the least first."""
    ordered = sorted(found, key=lambda each: (each.percent is None, each.percent or 0, each.team))

    def lines() -> Iterator[str]:
        for each in ordered[:_MAX_ROWS]:
            parts = (("missing", each.named(NO)), ("not known", each.named(UNKNOWN)))
            lacks = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)
            percent = "-" if each.percent is None else f"{each.percent}%"
            said = f"{percent}, {lacks}" if lacks else percent
            yield from _row(f"  {one_line(each.team)}", said, _WIDE)

    return _section("teams ready today", lines(), len(found))


#: So many months are shown, and so long is the longest bar.
_TREND, _BAR = 12, 20
_MEASURES = {"declare": "declared", "commander": "commander", "first_update": "first update"}


def _scores(scores: Sequence[Score]) -> Iterator[str]:
    """Write a line for each drill of the period, the newest first, with its times."""
    for each in scores[: -_MAX_ROWS - 1 : -1]:
        known = [_measure(one) for one in each.measures if (one.took, one.target) != (None, None)]
        said = "; ".join([one_line(each.drill or "no plan"), *known])
        yield from _row(f"  {each.incident}", said, _WIDE)
    if len(scores) > _MAX_ROWS:
        yield f"  ... and {len(scores) - _MAX_ROWS} more, see --json"


def _measure(one: Measure) -> str:
    took = "not known" if one.took is None else f"after {_span(one.took)}"
    of = " of" if one.took is not None else ", target"
    target = "" if one.target is None else f"{of} {_span(one.target)}"
    return f"{_MEASURES[one.name]} {took}{target}{' (missed)' if one.met is False else ''}"
