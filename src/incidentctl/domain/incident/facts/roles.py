"""Who holds which role, and who responds."""

from typing import NamedTuple


class RoleAssigned(NamedTuple):
    """Somebody holds a role from here on."""

    role: str
    person: str
    person_name: str | None = None
    many: bool | None = None
    """Whether several may hold it; None where it is as the standard roles have it."""


class RoleReleased(NamedTuple):
    """Somebody no longer holds a role; the commander holds it until it is assigned."""

    role: str
    person: str


class RolesKept(NamedTuple):
    """The commander holds every role, on purpose."""


class TeamAssigned(NamedTuple):
    """The team that responds; may be another than the owner."""

    team: str


class IndividualAssigned(NamedTuple):
    """The one person that a small incident is assigned to."""

    person: str
    person_name: str | None = None


class HandoverOffered(NamedTuple):
    """The commander offers command to somebody; they command once they have accepted."""

    person: str
    person_name: str | None = None


class HandoverAccepted(NamedTuple):
    """Its author takes command that was offered; the same action assigns the role."""

    offer: str
    """The event that offered it."""


class CommandTaken(NamedTuple):
    """Its author takes command unasked; the same action assigns the role."""

    before: str
    """Who commanded, as far as the author knew."""
    reason: str


class Escalated(NamedTuple):
    """Another team is to be brought in; nobody is paged by that."""

    team: str
    person: str | None = None
    """Who was on call there."""
    person_name: str | None = None
