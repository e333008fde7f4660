"""The four roles of an incident, their responsibilities (after FEMA's Incident Command System)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from incidentctl.domain.common.fields import CONFIG, Flag, Name, Text
from incidentctl.domain.common.frozen import frozen
from incidentctl.domain.common.role_names import RESPONSIBILITIES

#: So much of what roles answer for is recorded with an incident.
_MAX_DUTIES, _LONGEST = 40, 300


@frozen
class Role:
    """A role that somebody holds during an incident."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """What commands and runbooks call the role."""
    title: Text
    """What people call it."""
    responsibilities: tuple[Text, ...]
    """What the holder answers for, shown to the person who takes the role."""
    many: Flag = False
    """Whether several people may hold it at once."""


STANDARD = tuple(
    Role(name=name, title=name.capitalize(), responsibilities=duties, many=name == "mitigator")
    for name, duties in RESPONSIBILITIES.items()
)


def unusual_duties(roles: Iterable[Role]) -> tuple[str, ...]:
    """Return as `role: duty` what roles answer for that differ from the standard ones."""
    return tuple(
        f"{role.name}: {duty}"[:_LONGEST]
        for role in roles
        if role.responsibilities != RESPONSIBILITIES.get(role.name)
        for duty in role.responsibilities
    )[:_MAX_DUTIES]
