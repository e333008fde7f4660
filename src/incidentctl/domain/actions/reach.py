"""Where an action goes and what it may read there: what a person is asked to trust."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from incidentctl.domain.catalog.action_settings import (
    CommandSettings,
    NotifySettings,
    Secret,
    Settings,
    WebhookSettings,
    secret_of,
)


class Reach(NamedTuple):
    """What an action reaches outside of this program."""

    host: str | None
    """The host it speaks to; of Apprise, the service and its host; None for a program."""
    program: str | None
    """The program that it runs."""
    secrets: tuple[str, ...]
    """The variables of the environment that it reads, sorted."""


def reach(settings: Settings) -> Reach:
    """Return what an action of these settings reaches."""
    secrets = tuple(sorted(set(_secrets(settings))))
    match settings:
        case CommandSettings():
            return Reach(None, settings.run[0], secrets)
        case NotifySettings():
            return Reach(_service(settings), None, secrets)
        case WebhookSettings():
            return Reach(host_of(str(settings.url[0])), None, secrets)
        case _:
            return Reach(host_of(settings.base_url), None, secrets)


def host_of(address: str) -> str:
    """Return the host of an address, as a trust names it: no port, lower case."""
    return (urlsplit(address).hostname or "").rstrip(".").casefold()


def _service(settings: NotifySettings) -> str:
    """Return `mailtos://mail.example` of an address of Apprise, whose host may be a token."""
    whole = "".join(part if isinstance(part, str) else "*" for part in settings.url)
    service, _, rest = whole.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    return f"{service.casefold()}://{'***' if '*' in host else host.casefold()}"


def _secrets(value: Any) -> Iterator[str]:
    match value:
        case Secret(name):
            yield name
        case str():
            if secret := secret_of(value):
                yield secret.name
        case Mapping():
            for each in value.values():
                yield from _secrets(each)
        case tuple() | list():
            for each in value:
                yield from _secrets(each)
        case _ if hasattr(value, "__dataclass_fields__"):
            for field in fields(value):
                yield from _secrets(getattr(value, field.name))
