"""Runbooks as the team writes them: ordered steps, tasks for roles, and what they apply to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from incidentctl.domain.catalog.by_uses import ByUses
from incidentctl.domain.common.fields import CONFIG, Duration, Flag, Name, Text
from incidentctl.domain.common.frozen import frozen
from incidentctl.domain.common.role_names import COMMANDER

if TYPE_CHECKING:
    from incidentctl.domain.catalog.action_settings import Settings
else:
    Settings = Any  # `ByUses` imports the classes where such settings are read

ActionKind = Literal[
    "notify", "pagerduty", "slack", "github", "jira", "shortcut", "webhook", "command"
]


@frozen
class Action:
    """What a step sends or runs, such as a page; only from a trusted repository."""

    __pydantic_config__: ClassVar = CONFIG

    uses: ActionKind
    """The kind of action."""
    with_: Annotated[Settings, ByUses()]
    """The settings of the action, by its kind; secrets only as `env:NAME`."""
    on_call: Literal["owner", "lead", "escalation"] | None = None
    """Who gets it: the person on call for the owner, its lead, or the person on call for the team
    that is called next. A contact `pagerduty`, `notify` or `slack` of that team replaces the
    address in `with`."""
    automatic: Flag = False
    """Whether the receiver and `run --auto` run it without asking."""
    drills: Flag = False
    """Whether drills may use it; its target must be one where nobody is alarmed."""
    restricted: Flag = False
    """Whether restricted incidents may use it; only people who may know of them should read its
    target."""


@frozen
class Step:
    """One instruction of a runbook."""

    __pydantic_config__: ClassVar = CONFIG

    id: Name
    """The same id in several runbooks means the same step, so that they can be merged."""
    title: Text
    """What to do."""
    purpose: Text | None = None
    """Why; shown during the walk."""
    role: Name = COMMANDER
    """Who does it."""
    every: Duration | None = None
    """How often it repeats, and so how often an update is due; it overrides the severity's
    `update_every`. An update ticks only the step `updates`; somebody marks any other step as
    done."""
    action: Action | None = None
    """What the step sends or runs."""


@frozen
class Task:
    """Known work for a role, on the responders' list from the start."""

    __pydantic_config__: ClassVar = CONFIG

    title: Text
    """What to do."""
    role: Name | None = None
    """Who does it."""


@frozen
class AppliesTo:
    """The incidents to which it applies. Nothing set: all. Several set: all must hold."""

    __pydantic_config__: ClassVar = CONFIG

    critical: Flag | None = None
    """Only critical severities (true), or only the others (false)."""
    severities: tuple[Name, ...] = ()
    """Only these severities."""
    product_areas: tuple[Name, ...] = ()
    """Only incidents that affect one of these product areas."""
    categories: tuple[Name, ...] = ()
    """Only incidents of one of these categories, such as security, data-loss or vendor."""


@frozen
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
    """The incidents to which it applies; nothing set means all."""
    steps: tuple[Step, ...]
    """What to do, in this order."""
    tasks: tuple[Task, ...] = ()
    """Known work for the roles."""
