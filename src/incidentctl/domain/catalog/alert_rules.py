"""alerts.yaml as the team writes it: who sends alerts, what their words mean, and what they do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from incidentctl.domain.common.fields import CONFIG, Duration, Flag, Name, Parsed, Text, Texts
from incidentctl.domain.common.frozen import frozen

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
            "a secret is never written in a file: write `env:NAME`, and set NAME in the environment"
        )
    return text


EnvName = Annotated[str, Parsed(_parse_env, f"^{_ENV}$", ("env:ALERTMANAGER_TOKEN",))]


@frozen
class Mapped:
    """How to read the fields of an alert from any JSON payload, as JMESPath expressions."""

    __pydantic_config__: ClassVar = CONFIG

    each: Text | None = None
    """The list of alerts, such as `alerts[]`; absent: the payload is one alert. The expressions
    below are evaluated in each of them."""
    key: Text | None = None
    """Identifies the condition: a resolution with the same key ends the alert; absent: the
    title."""
    group: Text | None = None
    """Identifies the group at the sender; absent: the key."""
    title: Text
    """What happened, in a line."""
    text: Text | None = None
    """More about it."""
    state: Text | None = None
    """The state; words such as resolved, ok and closed end the alert, any other state is firing."""
    severity: Text | None = None
    """The sender's severity word."""
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


@frozen
class AlertSource:
    """A sender that may deliver alerts to the receiver, at `/hooks/<name>`."""

    __pydantic_config__: ClassVar = CONFIG

    format: Format | None = None
    """The format of its payloads; absent: detected."""
    secrets: tuple[EnvName, ...] = ()
    """Variables with the secret: a bearer token, or the key of its signature. Each of several is
    valid, so that one can replace another."""
    token_in_path: Flag = False
    """Whether the token may be in the address, `/hooks/<name>/<token>`: only for a sender that
    cannot set a header."""
    restricted: Flag = False
    """Whether its alerts are restricted."""
    mapping: Mapped | None = None
    """How to read the fields, for the format `generic`."""


@frozen
class AlertRule:
    """What happens to the alerts that it matches; the first rule that matches decides."""

    __pydantic_config__: ClassVar = CONFIG

    name: Name
    """What the record calls the rule."""
    match: dict[str, Texts] = field(default_factory=dict)
    """Labels and their values: all must match. A value is an exact text, `~pattern` for the whole
    value (RE2), or a list of these, of which one must match. `source` is the sender; `key`,
    `group`, `title`, `text`, `state` and `severity` are the fields of the alert, unless it has a
    label of that name. Without `match` the rule matches every alert."""
    mode: Mode = "inbox"
    """`inbox`: it waits for a person; `declare`: an incident is declared; `ignore`: nothing is
    recorded; `heartbeat`: it must arrive regularly, and its absence is reported."""
    service: Name | None = None
    """The affected service or product area; absent: the one that its labels name."""
    severity: Name | None = None
    """The severity; absent: the meaning of the sender's word."""
    after: Duration | None = None
    """How long it must fire before an incident is declared."""
    group_by: tuple[Text, ...] = ()
    """Labels, `service`, `severity`: alerts with the same values belong to one incident. Absent:
    the sender's groups."""
    window: Duration = WINDOW
    """A new group joins an open incident whose last alert is not older than this."""
    every: Duration | None = None
    """How often a heartbeat must arrive."""
    restricted: Flag = False
    """Whether its groups and incidents are restricted."""
    resolve: Flag = False
    """Whether the incident is resolved once all its alerts have ended, if nobody has taken
    command."""


@frozen
class AlertSettings:
    """The senders of alerts, the meaning of their severities, and the rules."""

    __pydantic_config__: ClassVar = CONFIG

    sources: dict[Name, AlertSource] = field(default_factory=dict)
    """The senders, by the name in the address. Each format is also a source of that name; the
    receiver gets the secrets of those with `--secret`."""
    severities: dict[Text, Name] = field(default_factory=dict)
    """What a sender's severity word means here; overrides the built-in meaning."""
    rules: tuple[AlertRule, ...] = ()
    """The first rule that matches an alert decides. If none matches, it waits in the inbox."""

    def word(self, word: str) -> str | None:
        """Return the severity that a sender's word means here, if the team says so."""
        folded = word.strip().casefold()
        meanings: Mapping[str, str] = self.severities
        return next((to for own, to in meanings.items() if own.casefold() == folded), None)
