"""What an action is asked to do, exactly what it would send, and what came of it.

Text of an incident or an alert is a value: it gets into a request by encoding, never by
templating. A secret is a `Secret`, the name of a variable of the environment: only who performs a
plan reads its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from incidentctl.domain.catalog.action_settings import Parts, Secret, Settings

Event = Literal["trigger", "acknowledge", "resolve", "say"]


class Request(NamedTuple):
    """What an action is asked to do."""

    settings: Settings
    """The `with` of the step or announcement: its class says which action it is."""
    values: Mapping[str, str]
    """What is said: `id`, `title`, `text`, `url`, `severity`, `service`; each may be absent."""
    key: str
    """Names the deed: a target that honours keys does it once, however often it is asked."""
    event: Event = "trigger"
    """What happened: `say` only tells; the others are the life of a page."""
    thread: str = ""
    """What trigger, acknowledge and resolve of one page have in common; absent: the key."""


class Basic(NamedTuple):
    """The value of a header `Authorization: Basic`, whose password is a secret."""

    user: Parts
    password: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP request of a plan."""

    purpose: str
    """What it is for, to be shown: `Create the channel`."""
    method: Literal["GET", "POST", "PUT"]
    url: Parts
    headers: tuple[tuple[str, Parts | Basic], ...] = ()
    body: Any = None
    """What is encoded as JSON: texts, numbers, lists, mappings, and a Secret for its value."""
    key_honoured: bool = False
    """Whether it does no harm to ask again: the target knows the key, or it is only read."""
    known_after: str | None = None
    """What of an earlier answer it needs, to be shown; None if all of it is known before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One program of a plan, run without a shell."""

    argv: tuple[str, ...]
    stdin: Any
    """What is encoded as JSON, as the body of a Call."""
    environment: tuple[tuple[str, Parts], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message that Apprise sends."""

    url: Parts
    title: str
    body: str
    kind: Literal["info", "success", "warning", "failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Exactly what an action would send, but for the values of secrets."""

    settings: Settings
    to: str
    """Where it goes, for people: a host, a program."""
    key: str
    steps: tuple[Call | Run | Notice, ...]
    """What is sent, in this order; what an answer makes needless is left out."""
    private: bool = False
    """Whether the trust names the host, so that it may be on this machine or in this network."""
    context: Mapping[str, str] = MappingProxyType({})
    """What the action needs of the request beside the steps."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the variables that are read, sorted."""
        return tuple(sorted(set(_secrets(self.steps))))


def _secrets(value: Any) -> list[str]:
    if isinstance(value, Secret):
        return [value.name]
    if isinstance(value, Call):
        return _secrets((value.url, value.headers, value.body))
    if isinstance(value, Run):
        return _secrets((value.stdin, value.environment))
    if isinstance(value, Notice):
        return _secrets(value.url)
    if isinstance(value, Mapping):
        return [name for each in value.values() for name in _secrets(each)]
    if isinstance(value, tuple | list):
        return [name for each in value for name in _secrets(each)]
    return []


class Outcome(NamedTuple):
    """What came of one attempt. No text in it holds a secret; all are cleaned."""

    state: Literal["done", "failed", "unknown"]
    """`failed`: it was not done. `unknown`: it may have been done; look before it is tried again
    by hand."""
    reason: str = ""
    """Why it is not done, as a sentence."""
    may_retry: bool = False
    """Whether it may be tried again without asking: it was not done, or a second time is none."""
    retry_after: float | None = None
    """Seconds that the target asks to wait."""
    link: str | None = None
    """The address of what was made, such as a ticket."""
    ident: str | None = None
    """Its name at the target, such as its number."""
