"""Runbooks as the team writes them: ordered steps, tasks for roles, and what they apply to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from incidentctl.domain.catalog.by_uses import ByUses
from incidentctl.domain.common.fields import CONFIG, Duration, Flag, Name, Text
from incidentctl.domain.common.role_names import COMMANDER

if TYPE_CHECKING:
    from incidentctl.domain.catalog.action_settings import Settings
else:
    Settings = Any  # `ByUses` imports the classes where such settings are read

ActionKind = Literal[
    "notify", "pagerduty", "slack", "github", "jira", "shortcut", "webhook", "command"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a step can do by itself, such as paging; it runs only from a trusted repository."""

    __pydantic_config__: ClassVar = CONFIG

    uses: ActionKind
    """The kind of action."""
    with_: Annotated[Settings, ByUses()]
    """The settings of the action, by its kind; secrets only as `env:NAME`."""
    on_call: Literal["owner", "lead", "escalation"] | None = None
    """Who is reached: whoever is on call for the owner, its lead, or whoever is on call for the
    team that is called next. A contact `pagerduty`, `notify` or `slack` of that team takes the
    place of the address above."""
    automatic: Flag = False
    """Whether it runs without being asked: by the receiver, and by a walk that is told so."""
    drills: Flag = False
    """Whether drills may use it; its target must be one where nobody is alarmed."""
    restricted: Flag = False
    """Whether restricted incidents may use it; its target must be one that only those read who
    may know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One instruction of a runbook."""

    __pydantic_config__: ClassVar = CONFIG

    id: Name
    """Names the step in every runbook that has it, so that runbooks can be merged."""
    title: Text
    """What to do."""
    purpose: Text | None = None
    """Why; shown during the walk."""
    role: Name = COMMANDER
    """Who does it."""
    every: Duration | None = None
    """How often it repeats; so often an update is due, whatever the severity's `update_every` says.
    An update does the step `updates` alone: what else repeats somebody marks as done."""
    action: Action | None = None
    """What the step can do by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Known work for a role, on the responders' list from the start."""

    __pydantic_config__: ClassVar = CONFIG

    title: Text
    """What to do."""
    role: Name | None = None
    """Who does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo:
    """What a runbook answers. Nothing set: everything. Several set: all must hold."""

    __pydantic_config__: ClassVar = CONFIG

    critical: Flag | None = None
    """Only critical severities (true), or only the others (false)."""
    severities: tuple[Name, ...] = ()
    """Only these severities."""
    product_areas: tuple[Name, ...] = ()
    """Only incidents that affect one of these product areas."""
    categories: tuple[Name, ...] = ()
    """Only incidents of one of these sorts, such as security, data-loss or vendor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """Ordered instructions for a kind of incident."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """What commands and logs call the runbook."""
    title: Text | None = None
    """What people call it."""
    description: Text | None = None
    """When it is used, and what to know about it."""
    owner: Name | None = None
    """The team that keeps it current."""
    applies_to: AppliesTo = AppliesTo()
    """What it answers; nothing set means everything."""
    steps: tuple[Step, ...]
    """What to do, in this order."""
    tasks: tuple[Task, ...] = ()
    """Known work for the roles."""
