"""Who holds which role, and who responds."""

from typing import NamedTuple

from incidentctl.domain.common.role_names import COMMANDER, OTHER_ROLES, SINGLE
from incidentctl.domain.incident.checklist import ASSIGN_ROLES
from incidentctl.domain.incident.draft.draft import Draft
from incidentctl.domain.incident.events import EffectiveEvent
from incidentctl.domain.incident.names import Names, with_handle
from incidentctl.domain.incident.state import Held


class RoleAssigned(NamedTuple):
    """Somebody holds a role from here on."""

    role: str
    person: str
    person_name: str | None = None
    many: bool | None = None
    """Whether several may hold it; None where it is as the standard roles have it."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """Another holder of a role; commanders replace each other."""
        if self.role == COMMANDER:
            _two_commanders(draft, event, self.person)
            draft.commander = (event, self.person)
            draft.offer = None
            draft.held.end_others(COMMANDER, self.person, event.at)
        elif self.role in SINGLE if self.many is None else not self.many:
            _two_holders(draft, event, self.role, self.person)
        draft.held.begin(Held(self.role, self.person, self.person_name, event.at))
        if all(draft.held.first(role) is not None for role in OTHER_ROLES):
            draft.tick(ASSIGN_ROLES, event)

    def sentence(self, names: Names) -> str:
        return f"{self.role}: {with_handle(self.person, self.person_name)}"


class RoleReleased(NamedTuple):
    """Somebody no longer holds a role; the commander holds it until it is assigned."""

    role: str
    person: str

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        """Somebody lets a role go; command is only handed on."""
        if self.role == COMMANDER:
            draft.problem(f"{event.by} released the commander; somebody always commands.")
        elif draft.held.end(self.role, self.person, event.at):
            draft.settled(self.role)

    def sentence(self, names: Names) -> str:
        return f"{self.role}: no longer {names.person(self.person)}"


class RolesKept(NamedTuple):
    """The commander holds the roles that nobody else has, on purpose."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(roles_kept=True)
        draft.tick(ASSIGN_ROLES, event)

    def sentence(self, names: Names) -> str:
        return "The commander keeps the other roles"


class RolesDeferred(NamedTuple):
    """The other roles are assigned later: nobody is asked for them first again."""

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(roles_deferred=True)

    def sentence(self, names: Names) -> str:
        return "The other roles are assigned later"


class TeamAssigned(NamedTuple):
    """The team that responds; may be another than the owner."""

    team: str

    @property
    def ticks(self) -> tuple[str, ...]:
        return ("assign-team",)

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(team=self.team)
        for step in self.ticks:
            draft.tick(step, event)

    def sentence(self, names: Names) -> str:
        return f"Responding team: {self.team}"


class IndividualAssigned(NamedTuple):
    """The one person that a small incident is assigned to."""

    person: str
    person_name: str | None = None

    @property
    def ticks(self) -> tuple[str, ...]:
        return ("assign-individual",)

    def apply(self, draft: Draft, event: EffectiveEvent) -> None:
        draft.set(individual=self.person)
        for step in self.ticks:
            draft.tick(step, event)

    def sentence(self, names: Names) -> str:
        return f"Assigned to {with_handle(self.person, self.person_name)}"


def _two_commanders(draft: Draft, event: EffectiveEvent, person: str) -> None:
    """Keep as a problem that two got command at once.

    Who accepted or took command has said from whom, and so whom they did not know of. Anybody else
    gave away what they held, as far as they knew, or what they themselves had given before.
    """
    holder, before = draft.commands, draft.commander
    known = draft.takes_from.get(event.group)
    if holder == person:
        return
    if known is not None and holder not in (None, known):
        draft.clash(
            COMMANDER,
            "Two people took command without knowing of each other: "
            f"{person} stands, {holder} was first.",
        )
    elif known is None and before is not None and event.by not in (holder, before[0].by):
        draft.clash(
            COMMANDER,
            f"{event.by} assigned a commander while {holder} commanded: "
            f"{person} stands, {holder} was first.",
        )
    elif holder in (known, event.by):
        draft.settled(COMMANDER)


def _two_holders(draft: Draft, event: EffectiveEvent, role: str, person: str) -> None:
    """End what others hold of a role with one holder; who knew of them had released them."""
    others = draft.held.end_others(role, person, event.at)
    if others:
        draft.clash(
            role,
            f"Two people were assigned as {role} without knowing of each other: "
            f"{person} stands, {', '.join(others)} was first.",
        )
