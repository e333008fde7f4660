"""What people say: notes, hypotheses, updates, the head of the log."""

from typing import NamedTuple


class Noted(NamedTuple):
    """Something that people should know; `command` and `exit_code` when it is a command's output.

    A long text comes as several events of one action, numbered `part` of `parts` from 1.
    """

    text: str
    pinned: bool = False
    command: str | None = None
    exit_code: int | None = None
    part: int | None = None
    parts: int | None = None


class HypothesisProposed(NamedTuple):
    """What we think it is; the event's id names the hypothesis."""

    text: str


class HypothesisRuledOut(NamedTuple):
    """It is not that."""

    hypothesis: str
    reason: str | None = None


class HypothesisConfirmed(NamedTuple):
    """It is that."""

    hypothesis: str
    reason: str | None = None


class UpdatePosted(NamedTuple):
    """A status update; restarts the cadence clock."""

    text: str
    public: bool = False
    next_at: str | None = None


class UpdateSnoozed(NamedTuple):
    """The next update is due only then."""

    until: str


class SummarySet(NamedTuple):
    """What happened, in a sentence or two."""

    text: str


class ImpactSet(NamedTuple):
    """Who is hit, and how."""

    text: str


class Linked(NamedTuple):
    """An address that responders need: channel, bridge, ticket, dashboard, ..."""

    label: str
    url: str


class Related(NamedTuple):
    """Another incident that has to do with this one."""

    incident: str
    relation: str = "related"
