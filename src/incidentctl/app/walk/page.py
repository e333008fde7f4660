"""Whom the step "Page the on-call engineer" means now, and how they are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from incidentctl.app.catalog.who import OnCallNow, called, next_turn, on_call_now, reached
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import format_duration, show, span_in_words, zone
from incidentctl.domain.incident.state import Incident

#: The step that says to page somebody, in every runbook that has it.
PAGE = "page-on-call"


class Place(NamedTuple):
    """Where it is read: how a contact is told there, and what people can do there."""

    contact: Callable[[str], str]
    no_owner: str
    escalate: str


def whom_to_page(
    workspace: Workspace,
    incident: Incident,
    place: Place | None = None,
    *,
    by: str | None = None,
) -> tuple[str, ...]:
    """Return lines that name who is on call now, how to reach them, and who comes after them.

    None without a team's catalog. They are for a terminal, if for no other place. `by` reads them,
    and is told to be on call.
    """
    place = place or _terminal(workspace)
    if workspace.root is None:
        return ()
    name = incident.team or incident.owner
    if name is None:
        return (f"On call: unknown, because nobody has said {place.no_owner}",)
    catalog = workspace.catalog
    team = catalog.teams.get(name)
    if team is None:
        return (f"On call: unknown. The catalog has no team {one_line(name)}.",)
    duty = on_call_now(catalog, team, workspace.now())
    if duty is None:
        who = f"On call for {name}: nobody."
    else:
        who = _on_call(name, duty, by)
        if duty.until:
            who += f", until {show(duty.until, zone(duty.timezone))}; next turn: {next_turn(duty)}"
    contacts = [
        f"  {one_line(kind)}: {one_line(_contact(place, team, kind, value))}"
        for kind, value in team.reached_at.items()
    ]
    if not contacts:
        contacts = ["  The catalog has no contact of this team."]
    after = _afterwards(duty, place) if duty else ()
    return (one_line(who), *contacts, *map(one_line, after))


def _on_call(team: str, duty: OnCallNow, by: str | None) -> str:
    """Say who is called first for a team, to `by`, who may be one of them."""
    others = [str(each) for each in duty.first if each.handle != by]
    if len(others) == len(duty.first):
        return f"On call for {team}: {called(duty)}"
    beside = f", with {' and '.join(others)}" if others else ""
    return f"You are on call for {team}{beside}"


def _terminal(workspace: Workspace) -> Place:
    return Place(
        lambda value: reached(value, workspace.environment),
        "what is affected (w), or no team owns it. `incidentctl catalog who WORDS` searches.",
        "`incidentctl escalate`",
    )


def _contact(place: Place, team: Team, kind: str, value: str) -> str:
    purpose = team.purposes.get(kind)
    return place.contact(value) + (f" ({purpose})" if purpose else "")


def _afterwards(duty: OnCallNow, place: Place) -> Iterator[str]:
    """Yield who is called when nobody answers: the next layers, then the next team."""
    after = duty.escalate_after
    for layer in duty.then:
        people = " and ".join(map(str, layer.people))
        yield f"No answer within {span_in_words(format_duration(after))}: {layer.layer} {people}"
        after = layer.escalate_after
    if duty.escalate_to:
        wait = span_in_words(format_duration(after))
        yield f"No answer within {wait}: {place.escalate} ({duty.escalate_to} is next)"
