"""What the user answers to `init`, checked: names that become files, and who they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from incidentctl.domain.common.fields import parse_name, parse_zone
from incidentctl.domain.common.text import clean, did_you_mean
from incidentctl.errors import UsageError


class Founder(NamedTuple):
    """The user who runs `init`: they become member, lead, on-call and contact of the first team."""

    handle: str
    name: str | None = None
    email: str | None = None


class Group(NamedTuple):
    """A team or a product area to write, with the services that it owns or that power it."""

    name: str
    services: tuple[str, ...] = ()


def person(name: str | None, email: str | None, user: str) -> Founder:
    """Return a member from git's identity, or from the system's user if git has none."""
    # GitHub's private addresses are `12345+alice@users.noreply.github.com`.
    local = re.sub(r"^\d+\+", "", email.partition("@")[0]) if email else ""
    handle = next((h for text in (local, name, user) if (h := _slug(text or ""))), "me")
    shown, address = (clean(text).strip() if text else "" for text in (name, email))
    return Founder(handle, shown or None, address or None)


def _slug(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "-", ascii_only.casefold()).strip("-.")[:63].rstrip("-.")


def read_name(text: str, what: str) -> str:
    """Check a name that becomes a file name; UsageError repeats what was typed."""
    try:
        return parse_name(text.strip(" "))
    except ValueError as error:
        near = _slug(text)
        hint = f"For example {near}." if near else None
        raise UsageError(
            f"{clean(text.strip(' '))!r} cannot be the name of a {what}: {error}.",
            hint=hint,
            echo=text,
        ) from None


def split_names(text: str, what: str) -> tuple[tuple[str, ...], list[UsageError]]:
    """Parse `a, b`: the names that can be one, and a refusal for each that cannot."""
    found: dict[str, str] = {}
    wrong = []
    for part in text.split(","):
        try:
            name = read_name(part, what)
        except UsageError as refusal:
            wrong.append(refusal)
            continue
        if other := found.get(name.casefold()):
            wrong.append(UsageError(_twins(other, name, what), echo=text))
        else:
            found[name.casefold()] = name
    return tuple(found.values()), wrong


def _twins(one: str, other: str, what: str) -> str:
    return f"{one} and {other} are the same name for a {what}."


def read_names(text: str, what: str) -> tuple[str, ...]:
    """Parse `a, b`: names that differ in more than case; UsageError tells every wrong one."""
    names, wrong = split_names(text, what)
    if wrong:
        hints = [str(refusal.hint) for refusal in wrong if refusal.hint]
        messages = [refusal.message for refusal in wrong]
        raise UsageError(" ".join(messages), hint=" ".join(hints) or None, echo=text)
    return names


def read_groups(texts: Sequence[str], services: Sequence[str], what: str) -> tuple[Group, ...]:
    """Parse teams or areas: `login`, `login,checkout`, or with services `login=auth,db`."""
    typed = " ".join(texts)
    groups: list[Group] = []
    for text in texts:
        name, equals, own = text.partition("=")
        if not equals:
            groups += [Group(name) for name in read_names(text, what)]
            continue
        groups.append(Group(read_name(name, what), known_services(own, services, name, what)))
    seen: dict[str, str] = {}
    for name in (group.name for group in groups):
        if other := seen.get(name.casefold()):
            raise UsageError(_twins(other, name, what), echo=typed)
        seen[name.casefold()] = name
    return tuple(groups)


def known_services(text: str, services: Sequence[str], group: str, what: str) -> tuple[str, ...]:
    """Parse the services of a team or an area, which must be among those that there are."""
    known = {service.casefold(): service for service in services}
    named = read_names(text, "service")
    if strangers := [service for service in named if service.casefold() not in known]:
        which = "is not one" if len(strangers) == 1 else "are not"
        near = [found for name in strangers if (found := did_you_mean(name, services))]
        raise UsageError(
            f"The {what} {clean(group)} names {', '.join(strangers)}, which {which} of the "
            "services.",
            hint=" ".join(f"Did you mean {name!r}?" for name in near) or _these(services),
            echo=text,
        )
    return tuple(known[service.casefold()] for service in named)


def _these(services: Sequence[str]) -> str:
    return f"The services are {', '.join(services)}." if services else "There are no services yet."


def read_organisation(text: str) -> str:
    """Check the organisation's name: a line of text."""
    if not text.strip() or clean(text) != text:
        raise UsageError(
            "The organisation's name must be a line of text without control characters.", echo=text
        )
    return text.strip()


def read_zone(text: str) -> str:
    """Check a time zone's name."""
    try:
        return parse_zone(text)
    except ValueError as error:
        raise UsageError(f"{clean(str(error))}.", echo=text) from None
