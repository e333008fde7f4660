"""The settings of actions, the `with` of each: one class for each kind of action.

A secret is never written in a file: `env:NAME` stands for a variable of the environment, and so
does `{env:NAME}` inside a longer text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field, fields, is_dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, get_args

from incidentctl.domain.common.fields import CONFIG, Count, Duration, Flag, Parsed, Text
from incidentctl.domain.common.frozen import frozen

_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,99}"
_WHOLE = re.compile(rf"env:({_NAME})\Z")
_INSIDE = re.compile(rf"\{{env:({_NAME})\}}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}\Z")
#: Headers that the client itself writes, or that change who is spoken to.
_OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "expect", "idempotency-key"}
)


class Secret(NamedTuple):
    """A secret by the name of its variable; only who sends it reads the value."""

    name: str


Parts = tuple[str | Secret, ...]
"""A text with secrets in it."""


def parse_secret(text: str) -> Secret:
    """Read `env:NAME`; ValueError with a sentence, which does not repeat the text."""
    found = _WHOLE.match(text.strip())
    if found is None:
        raise ValueError(
            "write `env:NAME`, with the secret in that variable of the environment; replace a "
            "secret that was written here"
        )
    return Secret(found[1])


def secret_of(text: str) -> Secret | None:
    """Return the secret that a text is, `env:NAME` and no more; None for any other text."""
    found = _WHOLE.match(text)
    return Secret(found[1]) if found else None


def parse_parts(text: str) -> Parts:
    """Read a text, and each `{env:NAME}` in it as a secret; `env:NAME` alone is one, too."""
    whole = _WHOLE.match(text.strip())
    if whole is not None:
        return (Secret(whole[1]),)
    parts: list[str | Secret] = []
    for number, part in enumerate(_INSIDE.split(text.strip())):
        if number % 2:
            parts.append(Secret(part))
        elif "{env:" in part:
            raise ValueError("write a secret as {env:NAME}, with letters, digits and _ in the name")
        elif part:
            parts.append(part)
    if not parts:
        raise ValueError("must not be empty")
    return tuple(parts)


def shown_parts(parts: Parts) -> str:
    """Write a text with its secrets masked."""
    return "".join(part if isinstance(part, str) else "***" for part in parts)


def _parse_address(text: str) -> Parts:
    """Read an address of the web, with secrets in its path or query only."""
    parts = parse_parts(text)
    base, rest = parts[0], parts[1:]
    if not isinstance(base, str):
        raise ValueError("write the host itself, such as https://example.com/{env:NAME}")
    parse_base(base)
    if rest and not re.match(r"https?://[^/?#]+/", base):
        raise ValueError("a secret may stand in the path, not in the host")
    return parts


def parse_base(text: str) -> str:
    """Return an address without user and fragment; ValueError with a sentence otherwise."""
    from urllib.parse import urlsplit  # noqa: PLC0415 (a cached catalog must not pay for it)

    try:
        split = urlsplit(text)
        host, _ = split.hostname, split.port
    except ValueError:
        host = None
    odd = not text.isascii() or any(c.isspace() or not c.isprintable() for c in text)
    if not host or odd or split.scheme not in ("https", "http") or "\\" in text:
        raise ValueError("not an address: write it whole, such as https://example.com/page")
    if "@" in split.netloc or split.fragment:
        raise ValueError("an address has no user, password or # here")
    return text.rstrip("/")


def _parse_notice(text: str) -> Parts:
    parts = parse_parts(text)
    begin = parts[0]
    if not isinstance(begin, str) or not re.match(r"[a-z][a-z0-9+.-]*://", begin, re.IGNORECASE):
        raise ValueError(
            "not an address of Apprise: begin with its service, "
            "such as mailtos:// or slack://{env:NAME}"
        )
    return parts


def _parse_header(text: str) -> str:
    if not _HEADER.match(text):
        raise ValueError("not the name of a header")
    if text.casefold() in _OWN_HEADERS:
        raise ValueError("this header is written by the program itself")
    return text


def _parse_variable(text: str) -> str:
    if not re.fullmatch(_NAME, text):
        raise ValueError("not the name of a variable: letters, digits and _")
    return text


def _pattern(pattern: str, advice: str) -> Parsed:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(advice)
        return text

    return Parsed(parse, f"^{pattern}$")


SecretName = Annotated[Secret, Parsed(parse_secret, rf"^\s*env:{_NAME}\s*$", ("env:NAME",))]
WithSecrets = Annotated[Parts, Parsed(parse_parts, r"\S")]
Address = Annotated[Parts, Parsed(_parse_address, r"^\s*https?://[^/?#\s@{]+([/?]\S*)?\s*$")]
Base = Annotated[str, Parsed(parse_base, r"^https?://[^/?#\s@{]+([/?]\S*)?$")]
NoticeAddress = Annotated[Parts, Parsed(_parse_notice, r"^\s*[A-Za-z][A-Za-z0-9+.-]*://")]
Header = Annotated[str, Parsed(_parse_header, r"^[!-~]+$")]
Variable = Annotated[str, Parsed(_parse_variable, rf"^{_NAME}$")]
ValueName = Literal["id", "title", "text", "url", "severity", "service"]
_IN_BODY = ("event", "key", *get_args(ValueName))


@frozen
class WebhookSettings:
    """`uses: webhook`: JSON to an address of yours."""

    __pydantic_config__: ClassVar = CONFIG

    url: Address
    """The address; write a secret part of its path as `{env:NAME}`."""
    method: Literal["POST", "PUT"] = "POST"
    """The HTTP method."""
    headers: dict[Header, WithSecrets] = field(default_factory=dict)
    """Further headers, such as `Authorization: "Bearer {env:NAME}"`."""
    body: dict[str, Any] | None = None
    """What is sent: the text `value:title` becomes that value, `env:NAME` that secret. Absent:
    `event`, `key` and all values."""
    honours_key: Flag = False
    """Whether the target does a thing only once for each `Idempotency-Key`: then incidentctl
    retries even if it does not know whether the first attempt succeeded."""
    timeout: Duration | None = None
    """How long it may take in all; absent: 10 seconds."""

    def __post_init__(self) -> None:
        """Refuse a body that names what is not there."""
        for text in _texts(self.body):
            begin, _, name = text.partition(":")
            if begin == "value" and name not in _IN_BODY:
                raise ValueError(f"`body`: {text!r} is not one of the values {', '.join(_IN_BODY)}")
            if begin == "env" and secret_of(text) is None:
                raise ValueError("`body`: a secret is `env:NAME` alone, with letters, digits and _")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts(each)


@frozen
class PagerdutySettings:
    """`uses: pagerduty`: trigger, acknowledge or resolve an alert there (Events API v2)."""

    __pydantic_config__: ClassVar = CONFIG

    routing_key: SecretName
    """The integration key of the service or of the event orchestration."""
    event: Literal["trigger", "acknowledge", "resolve"] | None = None
    """What is sent; absent: depends on what happened."""
    severity: Literal["critical", "error", "warning", "info"] = "critical"
    """The severity at PagerDuty."""
    source: Text = "incidentctl"
    """What PagerDuty shows as the source."""
    component: Text | None = None
    """The affected component; absent: the service of the incident."""
    group: Text | None = None
    """What it belongs to."""
    base_url: Base = "https://events.pagerduty.com"
    """PagerDuty's address; in Europe https://events.eu.pagerduty.com."""
    timeout: Duration | None = None
    """How long it may take in all; absent: 10 seconds."""


@frozen
class SlackSettings:
    """`uses: slack`: post to a channel, or open a channel for the incident."""

    __pydantic_config__: ClassVar = CONFIG

    token: SecretName
    """The bot's token (`xoxb-`)."""
    channel: Text | None = None
    """Post here: the channel's id or name. Absent: the incident's own channel is opened, its
    topic set, people invited, and the text posted there."""
    prefix: Text | None = None
    """What the name of the incident's own channel begins with, before the incident's id."""
    private: Flag = False
    """Whether the incident's own channel is private."""
    invite: tuple[Text, ...] = ()
    """Who is invited to the incident's own channel: Slack ids, such as U0123ABCD."""
    base_url: Base = "https://slack.com/api"
    """The address of Slack's Web API."""
    timeout: Duration | None = None
    """How long each request may take in all; absent: 10 seconds."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.channel and (self.prefix or self.private or self.invite):
            raise ValueError(
                "`prefix`, `private` and `invite` are for the incident's own channel: "
                "leave them out, or `channel`"
            )


@frozen
class GithubSettings:
    """`uses: github`: open an issue."""

    __pydantic_config__: ClassVar = CONFIG

    repository: Annotated[str, _pattern(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", "write it as owner/name")]
    """Where the issue is opened, as `owner/name`."""
    token: SecretName
    """A token that may read and write issues there."""
    labels: tuple[Text, ...] = ()
    """Labels of the issue."""
    assignees: tuple[Text, ...] = ()
    """Who is assigned."""
    base_url: Base = "https://api.github.com"
    """Where the API is; GitHub Enterprise: https://HOST/api/v3."""
    timeout: Duration | None = None
    """How long each request may take in all; absent: 10 seconds."""


@frozen
class JiraSettings:
    """`uses: jira`: create an issue."""

    __pydantic_config__: ClassVar = CONFIG

    base_url: Base
    """Where Jira is, such as https://acme.atlassian.net."""
    project: Annotated[str, _pattern(r"[A-Za-z][A-Za-z0-9_]*", "write the project's key")]
    """The key of the project."""
    token: SecretName
    """The API token; for Data Center a personal access token."""
    user: Text | None = None
    """The e-mail address that the API token belongs to (Cloud); absent: the token alone is sent."""
    type: Text = "Task"
    """The type of the issue."""
    api: Literal["2", "3"] = "2"
    """The version of Jira's API: 2 takes plain text, 3 (Cloud only) its document format."""
    labels: tuple[Annotated[str, _pattern(r"\S+", "a label of Jira has no spaces")], ...] = ()
    """Labels of the issue."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Further fields, such as `priority: {name: Highest}` or `customfield_10010`."""
    timeout: Duration | None = None
    """How long each request may take in all; absent: 10 seconds."""


@frozen
class ShortcutSettings:
    """`uses: shortcut`: create a story."""

    __pydantic_config__: ClassVar = CONFIG

    token: SecretName
    """An API token."""
    workflow_state_id: Count
    """The number of the workflow state in which the story begins."""
    story_type: Literal["bug", "chore", "feature"] = "bug"
    """The type of the story."""
    labels: tuple[Text, ...] = ()
    """Labels of the story."""
    base_url: Base = "https://api.app.shortcut.com"
    """Where the API is."""
    timeout: Duration | None = None
    """How long each request may take in all; absent: 10 seconds."""


@frozen
class CommandSettings:
    """`uses: command`: run a program on this machine, without a shell."""

    __pydantic_config__: ClassVar = CONFIG

    run: tuple[Text, ...]
    """The program and its arguments: a path from `/`, or a name that is looked for in
    /usr/local/bin, /usr/bin and /bin. It gets the values as JSON on its standard input."""
    values: tuple[ValueName, ...] = ()
    """Values that it gets as arguments as well, in this order, after `--`."""
    environment: dict[Variable, WithSecrets] = field(default_factory=dict)
    """Its environment variables, besides PATH, HOME, LANG and INCIDENTCTL_KEY."""
    honours_key: Flag = False
    """Whether it does a thing only once for each INCIDENTCTL_KEY: then it is run again if it
    fails."""
    timeout: Duration | None = None
    """After this time it is killed, with all processes that it started; absent: 30 seconds."""

    def __post_init__(self) -> None:
        """Refuse what cannot be run, or what others could replace."""
        if not self.run:
            raise ValueError("`run` names no program")
        program = self.run[0]
        if "/" in program and not program.startswith("/"):
            raise ValueError(
                f"`run`: {program!r} could be changed by a pull request: write the program's path "
                "from /, or only its name"
            )
        if any("env:" in word and _INSIDE.search(word) for word in self.run):
            raise ValueError(
                "`run` can hold no secret, since everybody on the machine sees arguments: "
                "use `environment`"
            )


@frozen
class NotifySettings:
    """`uses: notify`: chat, mail, SMS or push, by Apprise."""

    __pydantic_config__: ClassVar = CONFIG

    url: NoticeAddress
    """The Apprise URL of the target, with each secret as `{env:NAME}`."""
    type: Literal["info", "success", "warning", "failure"] | None = None
    """How it looks; absent: depends on what happened."""
    timeout: Duration | None = None
    """How long it may take in all; absent: 20 seconds."""


Settings = (
    WebhookSettings
    | PagerdutySettings
    | SlackSettings
    | GithubSettings
    | JiraSettings
    | ShortcutSettings
    | CommandSettings
    | NotifySettings
)

CLASSES: dict[str, type[Settings]] = {
    each.__name__.removesuffix("Settings").casefold(): each for each in get_args(Settings)
}
"""The class of the settings of each action, by its `uses`."""


def uses_of(settings: Settings) -> str:
    """Return the `uses` that settings belong to."""
    return next(name for name, cls in CLASSES.items() if type(settings) is cls)


def plain(settings: Settings) -> dict[str, Any]:
    """Return settings as JSON could write them, with secrets by name; two are the same if equal."""
    written: dict[str, Any] = _plain(settings)
    return written


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Secret):
        return {"env": value.name}
    if isinstance(value, dict):
        return {str(name): _plain(of) for name, of in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value.total_seconds() if isinstance(value, timedelta) else value
