"""What each fact about the course of an incident and its people does, for the fold."""

from __future__ import annotations

from incidentctl.domain.common.role_names import COMMANDER, OTHER_ROLES, SINGLE
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.checklist import ASSIGN_ROLES, ticked_by
from incidentctl.domain.incident.fold.corrections import Standing
from incidentctl.domain.incident.fold.draft import AT_ONCE, Draft
from incidentctl.domain.incident.state import CANCELLED, CLOSED, MOMENTS, PHASES, RESOLVED, Held

#: The tier of one process for all incidents.
TIER_FOR_ALL = "single"


def declared(draft: Draft, standing: Standing, fact: facts.Declared) -> None:
    """The first one that comes here stands, which the fold chose; its author commands."""
    by = standing.event.by
    if draft.declared is not None:
        first = draft.declared.event.by
        draft.problem(f"It was declared twice: by {first}, which stands, and by {by}.")
        return
    draft.declared = standing
    draft.title = fact.title
    draft.held.begin(Held(COMMANDER, by, standing.event.name, standing.at))


def title_set(draft: Draft, standing: Standing, fact: facts.TitleSet) -> None:
    """The newest title stands."""
    draft.title = fact.title


def severity_set(draft: Draft, standing: Standing, fact: facts.SeveritySet) -> None:
    """The newest severity stands."""
    draft.severity = fact
    draft.severities.add(fact.severity)
    draft.new_cadence(standing.at)


def affected_set(draft: Draft, standing: Standing, fact: facts.AffectedSet) -> None:
    """The newest answer stands."""
    draft.affected = fact


def process_resolved(draft: Draft, standing: Standing, fact: facts.ProcessResolved) -> None:
    """The newest answer stands."""
    draft.process = fact
    draft.process_at = standing.at
    if severity := _answered(fact):
        draft.answers[severity] = fact


def _answered(fact: facts.ProcessResolved) -> str | None:
    """Return the severity that a process was chosen for: its reason begins with that."""
    words = fact.reason.split(maxsplit=1)
    return words[0].removesuffix(":") if words else None


def other_severity(draft: Draft) -> None:
    """Tell where the process that answers was chosen for another severity than the one that stands.

    Two people changed them at once, or one took a change back that the other had relied on. It is
    none where both severities have the same runbooks.
    """
    process, severity = draft.process, draft.severity
    if process is None or severity is None:
        return
    before, stands = _answered(process), severity.severity
    if before == stands or before not in draft.severities:
        return
    known = draft.answers.get(stands)
    if known is None:
        same = process.tier == TIER_FOR_ALL
    else:
        same = set(known.runbooks or ()) == set(process.runbooks or ())
    if not same:
        advice = f": `incidentctl severity {stands}` takes the one that fits"
        draft.problem(
            f"The process that answers was chosen for {before}, and {stands} stands"
            f"{advice if draft.end is None else ''}."
        )


def status_set(draft: Draft, standing: Standing, fact: facts.StatusSet) -> None:
    """The newest status stands, as long as the incident is open."""
    if fact.status not in PHASES:
        draft.problem(f"{standing.event.by} set the status {fact.status}, which is none.")
        return
    if draft.end is not None:
        draft.problem(f"The status {fact.status} came after it was {draft.end}, which stands.")
    draft.phase = fact.status


def moment_marked(draft: Draft, standing: Standing, fact: facts.MomentMarked) -> None:
    """The newest mark of a moment stands."""
    if fact.moment in MOMENTS:
        draft.moments[fact.moment] = standing.at
    else:
        draft.problem(f"{standing.event.by} marked the moment {fact.moment}, which is none.")


def _end(draft: Draft, standing: Standing, state: str, why: str | None) -> bool:
    if draft.end in (state, CLOSED) or (draft.end and state != CLOSED):
        draft.problem(
            f"{standing.event.by} set it {state} though it was {draft.end}; the first stands."
        )
        return False
    before = draft.reopened
    if before is not None and _at_once(before, standing):
        draft.problem(
            f"{before.event.by} reopened it and {standing.event.by} set it {state} within one "
            f"minute: {state} stands."
        )
    draft.end = state
    draft.ends[state] = standing.at
    draft.ended_why = draft.ended_why or why
    return True


def resolved(draft: Draft, standing: Standing, fact: facts.Resolved) -> None:
    """An open incident is resolved."""
    _end(draft, standing, RESOLVED, fact.text)


def cancelled(draft: Draft, standing: Standing, fact: facts.Cancelled) -> None:
    """An open incident is cancelled."""
    if _end(draft, standing, CANCELLED, fact.reason):
        draft.duplicate_of = fact.duplicate_of


def closed(draft: Draft, standing: Standing, fact: facts.Closed) -> None:
    """Nothing is left to do; an incident that was open is told as a problem."""
    if draft.end is None:
        draft.problem(f"{standing.event.by} closed it while it was open.")
    if _end(draft, standing, CLOSED, fact.reason):
        draft.retrospective_at = fact.retrospective


def reopened(draft: Draft, standing: Standing, fact: facts.Reopened) -> None:
    """It is being investigated again."""
    if draft.end is not None:
        draft.phase = PHASES[1]
        draft.reopened = standing
    draft.end = draft.ended_why = draft.duplicate_of = None
    draft.ends.clear()


def role_assigned(draft: Draft, standing: Standing, fact: facts.RoleAssigned) -> None:
    """Another holder of a role; commanders replace each other."""
    if fact.role == COMMANDER:
        _two_commanders(draft, standing, fact.person)
        draft.commander = (standing, fact.person)
        draft.offer = None
        draft.held.end_others(COMMANDER, fact.person, standing.at)
    elif fact.role in SINGLE if fact.many is None else not fact.many:
        _two_holders(draft, standing, fact)
    draft.held.begin(Held(fact.role, fact.person, fact.person_name, standing.at))
    if all(draft.held.first(role) is not None for role in OTHER_ROLES):
        draft.tick(ASSIGN_ROLES, standing)


def _two_commanders(draft: Draft, standing: Standing, person: str) -> None:
    """Tell of two who got command at once.

    Who accepted or took command has said from whom, and so whom they did not know of. Anybody else
    gave away what they held, as far as they knew, or what they themselves had given before.
    """
    holder, before = draft.commands, draft.commander
    known = draft.takes_from.get(standing.event.group)
    if holder == person:
        return
    if known is not None and holder not in (None, known):
        draft.clash(
            COMMANDER,
            "Two people took command without knowing of each other: "
            f"{person} stands, {holder} was first.",
        )
    elif (
        known is None
        and before is not None
        and standing.event.by not in (holder, before[0].event.by)
    ):
        draft.clash(
            COMMANDER,
            f"{standing.event.by} assigned a commander while {holder} commanded: "
            f"{person} stands, {holder} was first.",
        )
    elif holder in (known, standing.event.by):
        draft.settled(COMMANDER)


def _two_holders(draft: Draft, standing: Standing, fact: facts.RoleAssigned) -> None:
    """End what others hold of a role with one holder; who knew of them had released them."""
    others = draft.held.end_others(fact.role, fact.person, standing.at)
    if others:
        draft.clash(
            fact.role,
            f"Two people were assigned as {fact.role} without knowing of each other: "
            f"{fact.person} stands, {', '.join(others)} was first.",
        )


def _at_once(before: Standing, after: Standing) -> bool:
    """Say whether two people did two things so near that neither may have known of the other."""
    return before.event.by != after.event.by and abs(after.at - before.at) < AT_ONCE


def role_released(draft: Draft, standing: Standing, fact: facts.RoleReleased) -> None:
    """Somebody lets a role go; command is only handed on."""
    if fact.role == COMMANDER:
        draft.problem(f"{standing.event.by} released the commander; somebody always commands.")
    elif draft.held.end(fact.role, fact.person, standing.at):
        draft.settled(fact.role)


def roles_kept(draft: Draft, standing: Standing, fact: facts.RolesKept) -> None:
    """The commander holds every role, on purpose."""
    draft.roles_kept = True
    draft.tick(ASSIGN_ROLES, standing)


def team_assigned(draft: Draft, standing: Standing, fact: facts.TeamAssigned) -> None:
    """The newest team responds."""
    draft.team = fact.team
    for step in ticked_by(fact):
        draft.tick(step, standing)


def individual_assigned(draft: Draft, standing: Standing, fact: facts.IndividualAssigned) -> None:
    """The newest individual has it."""
    draft.individual = fact.person
    for step in ticked_by(fact):
        draft.tick(step, standing)
