"""What the user answers to `init`, checked: names that become files, and who they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from incidentctl.domain.common.fields import parse_name, parse_zone
from incidentctl.domain.common.text import clean, did_you_mean
from incidentctl.errors import UsageError

#: A shorter word is the abbreviation of a time zone.
_SHORTEST_CITY = 5


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
    if one == other:
        return f"The {what} {one} is named twice."
    return f"{one} and {other} are the same name for a {what}."


def read_names(text: str, what: str) -> tuple[str, ...]:
    """Parse `a, b`: names that differ in more than case; UsageError tells every wrong one."""
    names, wrong = split_names(text, what)
    _refuse(wrong, text)
    return names


def _refuse(wrong: Sequence[UsageError], text: str) -> None:
    """Refuse a text for all that is wrong with it."""
    if wrong:
        hints = [str(refusal.hint) for refusal in wrong if refusal.hint]
        messages = [refusal.message for refusal in wrong]
        raise UsageError(" ".join(messages), hint=" ".join(hints) or None, echo=text)


def read_groups(texts: Sequence[str], services: Sequence[str], what: str) -> tuple[Group, ...]:
    """Parse teams or areas: `login`, `login,checkout`, or with services `login=auth,db`.

    UsageError for a service that two teams name; areas share theirs.
    """
    groups: list[Group] = []
    for text in texts:
        name, equals, own = text.partition("=")
        if not equals:
            groups += [Group(name) for name in read_names(text, what)]
            continue
        name = read_name(name, what)
        others = [each for each in groups if each.name.casefold() != name.casefold()]
        owned = owners(others) if what == "team" else {}
        found, wrong = split_known(own, services, name, what, owned)
        _refuse(wrong, own)
        groups.append(Group(name, found))
    seen: dict[str, str] = {}
    for name in (group.name for group in groups):
        if other := seen.get(name.casefold()):
            raise UsageError(_twins(other, name, what), echo=" ".join(texts))
        seen[name.casefold()] = name
    return tuple(groups)


def owners(teams: Iterable[Group]) -> dict[str, str]:
    """Return the team of each service that one names."""
    return {service: team.name for team in teams for service in team.services}


def split_known(
    text: str, services: Sequence[str], group: str, what: str, owned: Mapping[str, str]
) -> tuple[tuple[str, ...], list[UsageError]]:
    """Parse the services of a team or an area: those that there are, and what is wrong with others.

    `owned` says which are another team's.
    """
    known = {service.casefold(): service for service in services}
    named, wrong = split_names(text, "service")
    if strangers := [service for service in named if service.casefold() not in known]:
        which = "is not one" if len(strangers) == 1 else "are not"
        near = [found for name in strangers if (found := did_you_mean(name, services))]
        refusal = UsageError(
            f"The {what} {clean(group)} names {', '.join(strangers)}, which {which} of the "
            "services.",
            hint=" ".join(f"Did you mean {name!r}?" for name in near) or _these(services),
            echo=text,
        )
        wrong.append(refusal)
    own = [known[name.casefold()] for name in named if name.casefold() in known]
    wrong += [
        UsageError(
            f"The teams {owned[name]} and {clean(group)} both name {name}, "
            "and a service has one owner.",
            echo=text,
        )
        for name in own
        if name in owned
    ]
    return tuple(name for name in own if name not in owned), wrong


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
    """Check a time zone's name, given in any case."""
    try:
        return parse_zone(text)
    except ValueError as error:
        near = _near_zone(text.strip())
        if near and near.casefold() == text.strip().casefold():
            return near
        hint = f"Did you mean {near!r}?" if near else None
        raise UsageError(f"{clean(str(error))}.", hint=hint, echo=text) from None


def _near_zone(text: str) -> str | None:
    """Return the zone that was probably meant; an abbreviation may mean several."""
    from zoneinfo import available_timezones

    zones = sorted(available_timezones())
    folded = text.replace(" ", "_").casefold()
    same = [zone for zone in zones if zone.casefold() == folded]
    same = same or [zone for zone in zones if _city(zone).casefold() == folded]
    if len(same) == 1 or len(text) < _SHORTEST_CITY:
        return same[0] if len(same) == 1 else None
    if "/" in text:
        return did_you_mean(folded, zones)
    near = did_you_mean(folded, {_city(zone): zone for zone in zones if "/" in zone})
    return next((zone for zone in zones if "/" in zone and _city(zone) == near), None)


def _city(zone: str) -> str:
    return zone.rpartition("/")[2]
