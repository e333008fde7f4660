"""How bad an incident is: the scale, which severities are critical, and the impact matrix."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, ClassVar

from incidentctl.domain.common.fields import (
    CONFIG,
    DURATION,
    Duration,
    Flag,
    MatrixKey,
    Name,
    Parsed,
    Text,
)
from incidentctl.domain.common.frozen import frozen
from incidentctl.domain.common.times import parse_duration

#: Importance of a service whose importance nobody stated: in doubt the higher.
UNKNOWN_IMPORTANCE = 2


_WITHIN = f"^0*[1-9][0-9]{{0,8}}wd$|{DURATION}"


def _parse_within(text: str) -> str:
    """`3d` are days of the calendar, `5wd` working days."""
    if not re.fullmatch("0*[1-9][0-9]{0,8}wd", text):
        try:
            parse_duration(text)
        except ValueError:
            raise ValueError(
                f"{text!r} is not a limit: write 3d, or 5wd for working days"
            ) from None
    return text


@frozen
class RetrospectiveRule:
    """Whether an incident of a severity needs a retrospective, and by when."""

    __pydantic_config__: ClassVar = CONFIG

    required: Flag = False
    """Whether the incident cannot be closed without one."""
    suggested: Flag = False
    """Whether one is suggested though not required."""
    within: Annotated[str, Parsed(_parse_within, _WITHIN)] | None = None
    """How soon after the incident: `3d`, or `5wd` for working days."""

    @property
    def word(self) -> str:
        """`required`, `suggested` or `optional`."""
        return "required" if self.required else "suggested" if self.suggested else "optional"


@frozen
class Severity:
    """One step of the scale."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """What people call it, such as SEV1."""
    title: Text | None = None
    """When an incident has this severity, in one sentence."""
    critical: Flag = False
    """Whether the critical process is used."""
    update_every: Duration | None = None
    """How often an update is due if no step of the runbook says so."""
    retrospective: RetrospectiveRule = RetrospectiveRule()
    """Whether a retrospective is needed, and by when."""


@frozen
class Matrix:
    """Suggests a severity from the importance of a service, and how badly it is affected."""

    __pydantic_config__: ClassVar = CONFIG

    conditions: tuple[Text, ...]
    """How badly, worst first."""
    importance: dict[Annotated[int, MatrixKey()], tuple[Name, ...]]
    """For each importance from 1 (highest) to 5 the severity of each condition."""

    def suggest(self, importance: int | None, condition: str) -> str | None:
        """Return the severity for an importance (None: unknown) and a condition, or None."""
        row = self.importance.get(importance or UNKNOWN_IMPORTANCE)
        if row is None or condition not in self.conditions:
            return None
        index = self.conditions.index(condition)
        return row[index] if index < len(row) else None


@frozen
class Scale:
    """severities.yaml: the scale, worst first, and the matrix for people who are unsure."""

    __pydantic_config__: ClassVar = CONFIG

    severities: tuple[Severity, ...]
    """The scale, worst first."""
    matrix: Matrix | None = None
    """Asked when somebody is unsure."""

    def get(self, name: str) -> Severity | None:
        """Return the severity of a name, whatever its case, or None."""
        folded = name.casefold()
        return next((s for s in self.severities if s.name.casefold() == folded), None)


_HALF_HOUR = timedelta(minutes=30)

#: The built-in scale. The names, which are critical and the cadence are the field's; the
#: wording and the limits for retrospectives are ours.
BUILT_IN = Scale(
    severities=(
        Severity(
            name="SEV1",
            title="A core function is down, or data is at risk, for most customers",
            critical=True,
            update_every=_HALF_HOUR,
            retrospective=RetrospectiveRule(required=True, within="3d"),
        ),
        Severity(
            name="SEV2",
            title="A core function is badly degraded, or down for many customers",
            critical=True,
            update_every=_HALF_HOUR,
            retrospective=RetrospectiveRule(required=True, within="5wd"),
        ),
        Severity(
            name="SEV3",
            title="A function is impaired, with a way round or for few customers",
            retrospective=RetrospectiveRule(suggested=True),
        ),
        Severity(name="SEV4", title="A small fault that customers may notice"),
        Severity(name="SEV5", title="Cosmetic, or internal only"),
    ),
    matrix=Matrix(
        conditions=("unavailable", "degraded", "bug"),
        importance={
            1: ("SEV1", "SEV2", "SEV3"),
            2: ("SEV1", "SEV2", "SEV4"),
            3: ("SEV2", "SEV3", "SEV4"),
            4: ("SEV3", "SEV4", "SEV5"),
            5: ("SEV4", "SEV5", "SEV5"),
        },
    ),
)
