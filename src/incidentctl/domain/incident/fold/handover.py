"""What each fact about handing command over and bringing others in does, for the fold."""

from __future__ import annotations

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.fold.corrections import Standing
from incidentctl.domain.incident.fold.draft import Draft
from incidentctl.domain.incident.state import Offer


def handover_offered(draft: Draft, standing: Standing, fact: facts.HandoverOffered) -> None:
    """The newest offer of whoever commands stands; command stays where it is."""
    event = standing.event
    offer = Offer(event.id, fact.person, fact.person_name, standing.at, event.by)
    draft.offers[event.id] = offer
    holder = draft.commands
    if holder in (None, event.by):
        draft.offer = offer
    else:
        draft.problem(f"{event.by} offered command that {holder} had by then; the offer is void.")


def handover_accepted(draft: Draft, standing: Standing, fact: facts.HandoverAccepted) -> None:
    """Remember from whom; the role that the same action assigns is what moves command."""
    by, offer = standing.event.by, draft.offers.get(fact.offer)
    if offer is not None:
        draft.takes_from[standing.event.group] = offer.by
    void = offer is None or (offer != draft.offer and draft.commands == offer.by)
    if void and draft.commands != by:
        draft.problem(f"{by} accepted command that was no longer offered; {by} stands.")


def command_taken(draft: Draft, standing: Standing, fact: facts.CommandTaken) -> None:
    """Remember from whom; the role that the same action assigns is what moves command."""
    draft.takes_from[standing.event.group] = fact.before


def escalated(draft: Draft, standing: Standing, fact: facts.Escalated) -> None:
    """Another team is to be brought in."""
    draft.escalated.setdefault(fact.team)
