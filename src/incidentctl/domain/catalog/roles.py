"""The four roles of an incident and what they answer for (after FEMA's Incident Command System)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from incidentctl.domain.common.fields import CONFIG, Flag, Name, Text
from incidentctl.domain.common.role_names import COMMANDER


@dataclass(frozen=True, slots=True, kw_only=True)
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


STANDARD = (
    Role(
        name=COMMANDER,
        title="Commander",
        responsibilities=(
            "Lead, with a bias for action",
            "Note important events, such as a rollback or more resources",
            "Assign the other roles",
        ),
    ),
    Role(
        name="mitigator",
        title="Mitigator",
        many=True,
        responsibilities=(
            "Mitigate first; look for causes later",
            "Say what you are doing, and why",
        ),
    ),
    Role(
        name="planning",
        title="Planning",
        responsibilities=(
            "Observe, and write down follow-up action items",
            "Get responders what they need, from food to cleared calendars",
        ),
    ),
    Role(
        name="communication",
        title="Communication",
        responsibilities=(
            "Post regular updates, inside and outside, even when there is nothing new",
        ),
    ),
)
