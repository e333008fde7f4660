"""Announcements as the team writes them: which events of an incident are announced to whom."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar, Literal, get_args

from incidentctl.domain.catalog.runbook import Action, AppliesTo
from incidentctl.domain.common.fields import CONFIG, Name
from incidentctl.domain.common.frozen import frozen

AnnouncedEvent = Literal[
    "declared", "severity", "update", "public-update", "resolved", "handover",
    "overdue", "unanswered", "retrospective-due", "action-overdue", "drill-announced",
    "heartbeat-missed",
]  # fmt: skip
EVENTS: tuple[str, ...] = get_args(AnnouncedEvent)
#: What is told of these is for everybody: it holds public texts alone.
PUBLIC_EVENTS = frozenset({"public-update", "drill-announced"})


@frozen
class Announcement:
    """A message, sent automatically when something happens; only from a trusted repository."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """What the record calls the announcement."""
    on: tuple[AnnouncedEvent, ...]
    """The events that are announced. `overdue` repeats each time an update is due and missing,
    `unanswered` each time the delay of the on-call has passed and nobody has answered;
    `public-update` and `drill-announced` contain only what everybody may read."""
    applies_to: AppliesTo = field(default_factory=AppliesTo)
    """The incidents that are announced; nothing set means all, several set: all must hold."""
    actions: tuple[Action, ...]
    """What is sent. Drills use only those with `drills: true`, restricted incidents only those
    with `restricted: true`."""
