"""Announced maintenance as the team writes it: what customers are told ahead, and when it is."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, NamedTuple

from incidentctl.domain.common.fields import CONFIG, LocalTime, Name, Text, Zone
from incidentctl.domain.common.frozen import frozen
from incidentctl.domain.common.times import zone
from incidentctl.domain.common.told_times import from_file


@frozen
class PlannedMaintenance:
    """Work that is announced to customers; it counts neither as up nor as down."""

    __pydantic_config__: ClassVar = CONFIG
    # Keys of other status pages, and what they are called here; for the loader's hints.
    ELSEWHERE: ClassVar = {
        **dict.fromkeys(("from", "start", "starts", "begin", "scheduled_for"), "Write `begins`."),
        **dict.fromkeys(("to", "until", "end", "scheduled_until"), "Write `ends`."),
        **dict.fromkeys(("body", "description", "message"), "Write `text`."),
        **dict.fromkeys(
            ("components", "product_areas", "services"), "Write `areas`, a list of product areas."
        ),
        "id": "Write `name`.",
    }

    name: Name
    """Identifies it in feeds and addresses: keep it when times or texts change."""
    title: Text
    """What is done, in the words of customers."""
    text: Text | None = None
    """What customers will notice, and what they can do."""
    begins: LocalTime
    """When it begins, in its zone unless an offset is written."""
    ends: LocalTime
    """When it ends. If the work takes longer, move this."""
    timezone: Zone | None = None
    """The zone of its times; absent: the organisation's."""
    areas: tuple[Name, ...]
    """The product areas that it affects."""


class Span(NamedTuple):
    """When a maintenance is, in UTC."""

    begins: datetime
    ends: datetime

    @property
    def is_one(self) -> bool:
        """Whether it ends after it begins; one that does not is no time at all."""
        return self.begins < self.ends


def span_of(planned: PlannedMaintenance, *, default_zone: str) -> Span:
    """Return when a maintenance is."""
    local = zone(planned.timezone or default_zone)
    return Span(from_file(planned.begins, local), from_file(planned.ends, local))
