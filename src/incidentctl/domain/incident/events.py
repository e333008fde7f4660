"""An event of the record: an envelope with one fact; and what is effective after corrections."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from incidentctl.domain.incident.names import Names

_KIND = re.compile(r"[a-z]+(-[a-z]+)*\Z")
_ID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Unknown(NamedTuple):
    """A fact of a kind or a form that this program does not know; kept, and shown as it is."""

    kind: str
    fields: str
    """The other fields, as JSON."""

    def sentence(self, names: Names) -> str:  # noqa: ARG002 (as every fact takes them)
        """Say what it holds, exactly as written."""
        return f"{self.kind} (not known to this version): {self.fields}"


class Event(NamedTuple):
    """One fact, and who stated it when.

    `id` is a ULID and orders the events; `at` is when it happened, `recorded` when it was
    written, both aware, in UTC. `action` is an id that the events of one command share; older
    versions took that of the first event, which had none.
    """

    id: str
    at: datetime
    recorded: datetime
    by: str
    fact: Any
    name: str | None = None
    action: str | None = None

    @property
    def kind(self) -> str:
        """The kind in the record, such as `step-done`."""
        return (
            self.fact.kind if isinstance(self.fact, Unknown) else kind_of(type(self.fact).__name__)
        )

    @property
    def group(self) -> str:
        """The id that the events of one command share."""
        return self.action or self.id


class EffectiveEvent(NamedTuple):
    """An event with the fact and the moment that hold after every correction."""

    event: Event
    fact: Any
    at: datetime
    retracted: bool = False
    amended: bool = False
    redacted: bool = False

    @property
    def id(self) -> str:
        """The id of the event."""
        return self.event.id

    @property
    def by(self) -> str:
        """Who stated it."""
        return self.event.by

    @property
    def group(self) -> str:
        """The id that the events of one command share."""
        return self.event.action or self.event.id


@cache
def kind_of(class_name: str) -> str:
    """Return the kind that the facts of a class have in the record: StepDone is `step-done`."""
    return _WORD.sub("-", class_name).lower()


def is_id(text: str) -> bool:
    """Say whether a text is a ULID."""
    return bool(_ID.match(text)) and len(text) == 26


def is_kind(text: str) -> bool:
    """Say whether a text may be a kind, known or not."""
    return len(text) <= 40 and bool(_KIND.match(text))
