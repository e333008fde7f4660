"""How a drill is played: started, surprises told, held up, over."""

from typing import NamedTuple

from incidentctl.domain.incident.facts.spans import Seconds


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


class InjectPlayed(NamedTuple):
    """A scripted surprise was told to the responders."""

    number: int
    """Its place in the plan, from 1, in the order of time."""
    text: str


class DrillPaused(NamedTuple):
    """The clock of the surprises stands still."""


class DrillResumed(NamedTuple):
    """The clock of the surprises goes on."""


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
