"""What an action is asked to do, exactly what it would send, and what came of it.

Text of an incident or an alert is a value: it gets into a request by encoding, never by
templating. A secret is a `Secret`, the name of a variable of the environment: only who performs a
plan reads its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Literal, NamedTuple

from incidentctl.domain.catalog.action_settings import Parts, Secret, Settings
from incidentctl.domain.common.frozen import frozen

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
    subject: str = ""
    """The head of a message, such as the subject of a mail; absent: the title."""


class Later(NamedTuple):
    """What only an earlier answer tells, such as the id of the channel just made."""

    name: str


class Basic(NamedTuple):
    """The value of a header `Authorization: Basic`, whose password is a secret."""

    user: str
    password: Secret


@frozen
class Call:
    """One HTTP request of a plan."""

    purpose: str
    """What it is for, to be shown: `Create the channel`."""
    method: Literal["GET", "POST", "PUT"]
    url: tuple[str | Secret | Later, ...]
    headers: tuple[tuple[str, Parts | Basic], ...] = ()
    body: Any = None
    """What is encoded as JSON: texts, numbers, lists and mappings, with Secret and Later in it."""
    key_honoured: bool = False
    """Whether asking again does no harm: its target knows the key, or it is looked up before."""
    reads: bool = False
    """Whether it only looks."""


@frozen
class Run:
    """One program of a plan, run without a shell."""

    argv: tuple[str, ...]
    stdin: Any
    """What is encoded as JSON, as the body of a Call."""
    environment: tuple[tuple[str, Parts], ...]
    key_honoured: bool = False
    """Whether running it again does no harm: it knows the key."""


@frozen
class Notice:
    """One message that Apprise sends."""

    url: Parts
    title: str
    body: str
    kind: Literal["info", "success", "warning", "failure"]


@frozen
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
    context: Mapping[str, str] = field(default_factory=dict)
    """What the action needs of the request beside the steps."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the variables that are read, sorted."""
        return tuple(sorted({name for step in self.steps for name in _secrets(step)}))


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
    output: str = ""
    """What a program wrote, as far as it is kept."""


def _secrets(value: Any) -> Iterator[str]:
    match value:
        case Secret(name):
            yield name
        case Call():
            yield from _secrets((value.url, value.headers, value.body))
        case Run():
            yield from _secrets((value.stdin, value.environment))
        case Notice():
            yield from _secrets(value.url)
        case Mapping():
            for each in value.values():
                yield from _secrets(each)
        case tuple() | list():
            for each in value:
                yield from _secrets(each)
