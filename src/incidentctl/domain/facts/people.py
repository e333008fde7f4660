"""Who holds which role, and who responds."""

from typing import NamedTuple


class RoleAssigned(NamedTuple):
    """Somebody holds a role from here on."""

    role: str
    person: str
    person_name: str | None = None


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
