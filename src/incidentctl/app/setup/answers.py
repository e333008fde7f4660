"""What the user answers to `init`, checked: names that become files, and who they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from incidentctl.domain.common.fields import parse_name, parse_zone
from incidentctl.domain.common.text import clean
from incidentctl.errors import UsageError


class Founder(NamedTuple):
    """The user who runs `init`: they become member, lead, on-call and contact of the first team."""

    handle: str
    name: str | None = None
    email: str | None = None


class Area(NamedTuple):
    """A product area to write; without services it gets all that no other area names."""

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
            f"{clean(text)!r} cannot be the name of a {what}: {error}.", hint=hint, echo=text
        ) from None


def read_names(text: str, what: str) -> tuple[str, ...]:
    """Parse `a, b`: names that differ in more than case."""
    names = tuple(read_name(part, what) for part in text.split(","))
    _refuse_twins(names, what, typed=text)
    return names


def _refuse_twins(names: Sequence[str], what: str, *, typed: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.get(name.casefold())
        if other is not None:
            raise UsageError(f"{other} and {name} are the same name for a {what}.", echo=typed)
        seen[name.casefold()] = name


def read_areas(texts: Sequence[str], services: Sequence[str]) -> tuple[Area, ...]:
    """Parse product areas: `login`, `login,checkout`, or with its services `login=auth,db`."""
    typed = " ".join(texts)
    areas: list[Area] = []
    for text in texts:
        name, equals, powers = text.partition("=")
        if not equals:
            areas += [Area(name) for name in read_names(text, "product area")]
            continue
        known = {service.casefold(): service for service in services}
        named = read_names(powers, "service")
        if strangers := [service for service in named if service.casefold() not in known]:
            raise UsageError(
                f"The product area {clean(name)} names {strangers[0]}, "
                f"which is not one of the services.",
                hint="Add it to --services.",
                echo=typed,
            )
        powered = tuple(known[service.casefold()] for service in named)
        areas.append(Area(read_name(name, "product area"), powered))
    _refuse_twins([area.name for area in areas], "product area", typed=typed)
    return tuple(areas)


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
