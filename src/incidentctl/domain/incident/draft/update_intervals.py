"""How often an update is due while an incident is folded; no step of it looks at every step."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from incidentctl.domain.incident.state import StepPlan


class _Spans:
    """Spans in seconds, some of them several times, of which the shortest is known."""

    def __init__(self) -> None:
        self._count: dict[int, int] = {}
        self._heap: list[int] = []

    def add(self, span: int) -> None:
        if span not in self._count:
            self._count[span] = 0
            heapq.heappush(self._heap, span)
        self._count[span] += 1

    def discard(self, span: int) -> None:
        self._count[span] -= 1

    def shortest(self) -> int | None:
        while self._heap and not self._count[self._heap[0]]:
            del self._count[heapq.heappop(self._heap)]
        return self._heap[0] if self._heap else None


class Repeats:
    """The steps that the attached runbooks repeat; a step that is skipped does not count."""

    def __init__(self) -> None:
        """Begin without any runbook."""
        self._of_step: dict[str, _Spans] = {}
        self._skipped: set[str] = set()
        self._counted = _Spans()

    def attach(self, plans: Iterable[StepPlan]) -> None:
        """Ask for the steps of a runbook."""
        for plan in plans:
            if plan.every and plan.every > 0:
                self._change(plan.id, plan.every, added=True)

    def detach(self, plans: Iterable[StepPlan]) -> None:
        """Ask no longer for the steps of a runbook that was attached."""
        for plan in plans:
            if plan.every and plan.every > 0:
                self._change(plan.id, plan.every, added=False)

    def skip(self, step: str, *, skipped: bool) -> None:
        """Say whether a step is skipped."""
        if skipped == (step in self._skipped):
            return
        spans = self._of_step.get(step)
        span = spans.shortest() if spans else None
        if skipped:
            self._skipped.add(step)
            if span is not None:
                self._counted.discard(span)
        else:
            self._skipped.discard(step)
            if span is not None:
                self._counted.add(span)

    def shortest(self) -> int | None:
        """Return how often the most frequent step repeats, in seconds; None where none does."""
        return self._counted.shortest()

    def _change(self, step: str, span: int, *, added: bool) -> None:
        spans = self._of_step.setdefault(step, _Spans())
        before = spans.shortest()
        if added:
            spans.add(span)
        else:
            spans.discard(span)
        after = spans.shortest()
        if before != after and step not in self._skipped:
            if before is not None:
                self._counted.discard(before)
            if after is not None:
                self._counted.add(after)
