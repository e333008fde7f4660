"""Whether the fold of an incident takes steps in the number of its events, and not in its square.

Steps are counted, not timed: lines of Python that run, and comparisons of texts.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.ids import ulid
from incidentctl.render.incident.log import render_log

_BEGAN = datetime(2026, 11, 24, 10, tzinfo=UTC)
_FEW = 100
#: Twice as many events may take so many times the steps: in the square it is four times.
_MAX_RATIO = 3.0


class _Text(str):
    """A text that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        _Text.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def _ident(number: int) -> str:
    moment = _BEGAN + timedelta(seconds=number)
    return ulid(int(moment.timestamp() * 1000), number)


#: What many events of one kind say, by their number.
_KINDS: tuple[Callable[[int], Any], ...] = (
    lambda i: facts.Noted(_Text(f"note {i}")),
    lambda i: facts.RoleAssigned(_Text(f"role-{i}"), _Text(f"person-{i}")),
    lambda i: facts.RoleAssigned(_Text("mitigator"), _Text(f"person-{i}")),
    lambda i: facts.Amended(_ident(0), text=_Text(f"text {i}")),
    lambda i: facts.Amended(_ident(i), text=_Text(f"text {i}")),
    lambda i: facts.Retracted(_ident(i)),
    lambda i: facts.HypothesisProposed(_Text(f"it is {i}")),
    lambda i: facts.Linked(_Text(f"link {i}"), _Text(f"https://example.org/{i}")),
    lambda i: facts.SeveritySet(_Text(f"SEV{i % 3}")),
    lambda i: facts.StepDone(_Text(f"step-{i}")),
    lambda i: facts.TaskAdded(_Text(f"task {i}")),
    lambda i: facts.UpdatePosted(_Text(f"update {i}")),
    lambda i: facts.Resolved(_Text("done")) if i % 2 else facts.Reopened(_Text("again")),
    lambda i: facts.MomentMarked(_Text(f"moment-{i}")),
)


def unlike_lines(dice: random.Random) -> Iterator[str]:
    """Say of some kinds of events, drawn, where twice as many take far more than twice the steps.

    All are one part in the hands of one, another has a part by each of many.
    """
    for number in dice.sample(range(len(_KINDS)), 3):
        many = dice.random() < 0.5
        once, twice = (_count(_events(_KINDS[number], count, many=many))
                       for count in (_FEW, 2 * _FEW))  # fmt: skip
        if twice > _MAX_RATIO * once:
            yield f"kind {number}: {once} for {_FEW} events, {twice} for {2 * _FEW}"


def _events(fact: Callable[[int], Any], count: int, *, many: bool) -> list[Event]:
    events = [Event(_ident(0), _BEGAN, _BEGAN, "m", facts.Declared("It is down"))]
    for number in range(1, count + 1):
        moment = _BEGAN + timedelta(seconds=number)
        by = f"person-{number}" if many else "m"
        events.append(Event(_ident(number), moment, moment, by, fact(number)))
    return events


def _count(events: Iterable[Event]) -> int:
    counted = 0

    def traced(_: FrameType, what: str, __: Any) -> Any:
        nonlocal counted
        counted += what == "line"
        return traced

    _Text.compared = 0
    before = sys.gettrace()
    sys.settrace(traced)
    try:
        render_log(fold("inc-20261124-1000-abc", events))
    finally:
        sys.settrace(before)
    return counted + _Text.compared
