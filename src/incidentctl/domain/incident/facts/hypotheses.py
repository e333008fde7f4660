"""Hypotheses: possible causes, confirmed or ruled out."""

from typing import NamedTuple

from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined
from incidentctl.domain.incident.state import CONFIRMED, OPEN, RULED_OUT, Hypothesis


class HypothesisProposed(NamedTuple):
    """What we think it is; the event's id names the hypothesis."""

    text: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        number = len(draft.hypotheses) + 1
        draft.hypotheses[event.id] = Hypothesis(number, event.id, self.text, event.at, event.by)

    def sentence(self, names: Names) -> str:
        return f"Hypothesis: {self.text}"


class HypothesisRuledOut(NamedTuple):
    """It is not that."""

    hypothesis: str
    reason: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        _judge(draft, event, self.hypothesis, RULED_OUT, self.reason)

    def sentence(self, names: Names) -> str:
        return joined(f"Ruled out: {names.hypothesis(self.hypothesis)}", self.reason, by=" · ")


class HypothesisConfirmed(NamedTuple):
    """It is that."""

    hypothesis: str
    reason: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        _judge(draft, event, self.hypothesis, CONFIRMED, self.reason)

    def sentence(self, names: Names) -> str:
        return joined(f"Confirmed: {names.hypothesis(self.hypothesis)}", self.reason, by=" · ")


def _judge(draft: Draft, event: EffectiveEvent, ident: str, state: str, reason: str | None) -> None:
    """Let the newest judgement stand; a problem where an earlier one of others was another."""
    hypothesis = draft.hypotheses.get(ident)
    if hypothesis is None:
        draft.problem(f"{event.by} judged a hypothesis that is not in the record.")
        return
    if hypothesis.state not in (OPEN, state) and hypothesis.decided_by != event.by:
        draft.problem(
            f"Hypothesis {hypothesis.number} was {hypothesis.state} by {hypothesis.decided_by} "
            f"and then {state} by {event.by}, which stands."
        )
    draft.hypotheses[ident] = hypothesis._replace(state=state, decided_by=event.by, reason=reason)
