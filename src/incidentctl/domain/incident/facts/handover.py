"""Command handed over or taken, and other teams brought in."""

from typing import NamedTuple

from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, joined, with_handle
from incidentctl.domain.incident.state import Offer


class HandoverOffered(NamedTuple):
    """The commander offers command to somebody; they command once they have accepted."""

    person: str
    person_name: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """The newest offer of the commander applies; the commander stays the same."""
        offer = Offer(event.id, self.person, self.person_name, event.at, event.by)
        draft.offers[event.id] = offer
        holder = draft.commands
        if holder in (None, event.by):
            draft.offer = offer
        else:
            draft.problem(
                f"{event.by} offered command that {holder} had by then; the offer is void."
            )

    def sentence(self, names: Names) -> str:
        return f"Command offered to {with_handle(self.person, self.person_name)}"


class HandoverAccepted(NamedTuple):
    """Its author takes command that was offered; the same action assigns the role."""

    offer: str
    """The event that offered it."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """Remember from whom; the role that the same action assigns is what moves command."""
        offer = draft.offers.get(self.offer)
        if offer is not None:
            draft.takes_from[event.group] = offer.by
        void = offer is None or (offer != draft.offer and draft.commands == offer.by)
        if void and draft.commands != event.by:
            draft.problem(
                f"{event.by} accepted command that was no longer offered; {event.by} stands."
            )

    def sentence(self, names: Names) -> str:
        return "Command accepted"


class CommandTaken(NamedTuple):
    """Its author takes command unasked; the same action assigns the role."""

    before: str
    """Who commanded, as far as the author knew."""
    reason: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """Remember from whom; the role that the same action assigns is what moves command."""
        draft.takes_from[event.group] = self.before

    def sentence(self, names: Names) -> str:
        return joined(f"Command taken from {self.before}", self.reason)


class Escalated(NamedTuple):
    """Another team is to be brought in; nobody is paged by that."""

    team: str
    person: str | None = None
    """Who was on call there."""
    person_name: str | None = None

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.escalated.setdefault(self.team)

    def sentence(self, names: Names) -> str:
        on_call = f", on call {with_handle(self.person, self.person_name)}" if self.person else ""
        return f"Escalated to {self.team}{on_call}; not paged by this"
