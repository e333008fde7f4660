"""The course of a drill: started, injects delivered, paused, resumed, ended."""

from typing import NamedTuple

from incidentctl.domain.common.times import Seconds, from_iso
from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names
from incidentctl.domain.incident.state import DrillPlay, Inject


class DrillStarted(NamedTuple):
    """A plan is played in this incident; the event's `at` is the start.

    It holds what everybody may know. What is private of an unplanned drill comes when it is over.
    """

    drill: str
    planned: bool = True
    team: str | None = None
    """The team that responds; of an unplanned drill None."""
    conducted: bool = False
    """Whether who started it conducts it, and hands command to those who respond."""
    attached: bool = False
    """Whether the plan came to a drill that those who respond had declared themselves."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The first start applies."""
        if draft.drill is None:
            draft.drill = DrillPlay(
                self.drill,
                self.planned,
                event.at,
                self.team,
                self.conducted,
                attached=self.attached,
            )
        else:
            draft.problem(f"{event.by} started the drill again; the first start stands.")

    def sentence(self, names: Names) -> str:
        return f"Drill {self.drill} begins"


class InjectPlayed(NamedTuple):
    """A scheduled inject was delivered to the responders."""

    number: int
    """Its place in the plan, from 1, in the order of time."""
    text: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """Each inject counts once: two people may deliver it at the same moment."""
        if _running(draft, event, "told an inject of"):
            draft.injects.setdefault(self.number, Inject(self.number, self.text, event.at))

    def sentence(self, names: Names) -> str:
        return f"Inject {self.number}: {self.text}"


class DrillPaused(NamedTuple):
    """The clock of the injects is paused."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The clock stops, unless it is paused already."""
        play = _running(draft, event, "paused")
        if play and play.paused is None:
            draft.drill = play._replace(paused=event.at)

    def sentence(self, names: Names) -> str:
        return "The drill is paused"


class DrillResumed(NamedTuple):
    """The clock of the injects goes on."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The clock goes on where it stopped."""
        play = _running(draft, event, "resumed")
        if play and play.paused is not None:
            stood = max((event.at - play.paused).total_seconds(), 0)
            draft.drill = play._replace(paused=None, stood=play.stood + stood)

    def sentence(self, names: Names) -> str:
        return "The drill goes on"


class DrillEnded(NamedTuple):
    """The drill is over; from here on everybody may know what it was measured by.

    Targets are in seconds, counted from the begin.
    """

    real: bool = False
    """Whether it was broken off, since something real came up."""
    begins: str | None = None
    """The planned moment, where the response counts from that."""
    team: str | None = None
    target_declare: Seconds | None = None
    target_commander: Seconds | None = None
    target_first_update: Seconds | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The first end applies."""
        play = _running(draft, event, "ended")
        if play and play.ended is None:
            draft.drill = play._replace(
                ended=event.at,
                real=self.real,
                begins=from_iso(self.begins) if self.begins else None,
                team=play.team or self.team,
                targets=(self.target_declare, self.target_commander, self.target_first_update),
            )

    def sentence(self, names: Names) -> str:
        return f"The drill is over{': it turned real' if self.real else ''}"


def _running(draft: Draft, event: EffectiveEvent, what: str) -> DrillPlay | None:
    """Return the drill in play; where there is none, keep that as a problem."""
    if draft.drill is None:
        draft.problem(f"{event.by} {what} a drill that was not started.")
    return draft.drill
