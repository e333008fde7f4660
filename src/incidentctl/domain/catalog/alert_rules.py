"""alerts.yaml as the team writes it: who sends alerts, what their words mean, and what they do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from incidentctl.domain.common.fields import CONFIG, Duration, Flag, Name, Parsed, Text, Texts

Format = Literal[
    "alertmanager", "grafana", "pagerduty", "pagerduty-events", "datadog", "opsgenie",
    "cloudevents", "generic",
]  # fmt: skip
Mode = Literal["inbox", "declare", "ignore", "heartbeat"]

#: What a pattern begins with, where an exact text is meant otherwise.
PATTERN = "~"
WINDOW = timedelta(minutes=30)
_ENV = r"env:[A-Za-z_][A-Za-z0-9_]{0,99}"


def _parse_env(text: str) -> str:
    if not re.fullmatch(_ENV, text):
        raise ValueError(
            "a secret never stands in a file: write `env:NAME`, and set NAME in the environment"
        )
    return text


EnvName = Annotated[str, Parsed(_parse_env, f"^{_ENV}$", ("env:ALERTMANAGER_TOKEN",))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Where the fields of an alert stand in a payload of no known format, as JMESPath."""

    __pydantic_config__: ClassVar = CONFIG

    each: Text | None = None
    """The list of alerts, such as `alerts[]`; absent: the payload is one alert. The expressions
    below are read in each of them."""
    key: Text | None = None
    """What names the condition: what fires and resolves with one key is one alert; absent: the
    title."""
    group: Text | None = None
    """What the sender groups; absent: the key."""
    title: Text
    """What happened, in a line."""
    text: Text | None = None
    """More about it."""
    state: Text | None = None
    """Whether it fires; words such as resolved, ok and closed mean that it is over."""
    severity: Text | None = None
    """The sender's word for how bad it is."""
    labels: Text | None = None
    """An object of names and values, or a list of tags `name:value`."""
    url: Text | None = None
    """The address of the alert at its sender."""
    runbook: Text | None = None
    """The address of its runbook."""
    started: Text | None = None
    """When it started: ISO 8601, or seconds or milliseconds since 1970."""
    ended: Text | None = None
    """When it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSource:
    """Somebody who may deliver alerts to the receiver, at `/hooks/<name>`."""

    __pydantic_config__: ClassVar = CONFIG

    format: Format | None = None
    """The format of its payloads; absent: detected."""
    secrets: tuple[EnvName, ...] = ()
    """What proves that it sends: a bearer token, or the key of its signature. Two are valid at once
    while one replaces the other."""
    token_in_path: Flag = False
    """Whether the token may stand in the address, `/hooks/<name>/<token>`: only for a sender that
    can send no header."""
    restricted: Flag = False
    """Whether its alerts are for the readers of restricted incidents alone."""
    mapping: Mapped | None = None
    """Where the fields stand, for the format `generic`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """What becomes of the alerts that it matches; the first rule that matches decides."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """What the record calls the rule."""
    match: dict[str, Texts] = field(default_factory=dict)
    """Labels and their values: all must fit. A value is an exact text, `~pattern` for the whole
    value (RE2), or a list of these, of which one fits. `source` is who sent it; where an alert has
    no such label, `key`, `group`, `title`, `text`, `state` and `severity` are its fields. Without
    it every alert is matched."""
    mode: Mode = "inbox"
    """`inbox`: it waits for a person; `declare`: an incident is declared; `ignore`: nothing is
    recorded; `heartbeat`: it must come, and its absence is the alert."""
    service: Name | None = None
    """The service or product area that is hit; absent: as its labels name it."""
    severity: Name | None = None
    """How bad it is; absent: as its own word means."""
    after: Duration | None = None
    """Declared once it has fired for so long."""
    group_by: tuple[Text, ...] = ()
    """Labels, `service`, `severity`: alerts with the same values are one incident. Absent: what the
    sender groups."""
    window: Duration = WINDOW
    """A new group joins an open incident if that had an alert within so long."""
    every: Duration | None = None
    """How often a heartbeat comes."""
    restricted: Flag = False
    """Whether its groups and incidents are for the readers of restricted incidents alone."""
    resolve: Flag = False
    """Whether the end of all alerts resolves an incident that no person has taken command of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """Who sends alerts, what their words mean, and what becomes of them."""

    __pydantic_config__: ClassVar = CONFIG

    sources: dict[Name, AlertSource] = field(default_factory=dict)
    """Who may deliver, by the name in the address. Each format is a source of its own name, too,
    whose secrets the receiver is given when it starts."""
    severities: dict[Text, Name] = field(default_factory=dict)
    """What a sender's word for how bad it is means here; before the built-in meaning."""
    rules: tuple[AlertRule, ...] = ()
    """What becomes of an alert: the first rule that matches decides. Without one it waits in the
    inbox."""

    def word(self, word: str) -> str | None:
        """Return the severity that a sender's word means here, if the team says so."""
        folded = word.strip().casefold()
        meanings: Mapping[str, str] = self.severities
        return next((to for own, to in meanings.items() if own.casefold() == folded), None)
