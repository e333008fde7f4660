"""The small part of the team's files that recording an event needs: settings and people.

`incidentctl log` reads this at every call, so with a warm cache it imports neither yaml nor
pydantic.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.errors import Problem
from incidentctl.files import cache
from incidentctl.files.layout import EARLY, MARKER, MAX_BYTES, Content, kind_of, read_all

_NAME = "basics.json"


class Person(NamedTuple):
    """What the record needs to know about a member of a team."""

    handle: str
    name: str | None = None
    email: str | None = None
    timezone: str | None = None
    aliases: tuple[str, ...] = ()
    chat: tuple[tuple[str, str], ...] = ()
    """The person's ids in chat systems: the system, and the id."""


class Basics(NamedTuple):
    """What recording an event needs to know about the organisation."""

    organisation: str | None = None
    timezone: str = "UTC"
    remote: str | None = None
    branch: str = "incident-log"
    default_severity: str | None = None
    scale: tuple[str, ...] = ()
    """The names of the severities, the worst first."""
    restricted_remote: str | None = None
    people: tuple[Person, ...] = ()
    problems: tuple[Problem, ...] = ()
    """What is wrong in the files that these values come from."""
    unread: Problem | None = None
    """Why the settings as a whole cannot be read, for example because of merge conflict markers."""

    @property
    def hides_remote(self) -> Problem | None:
        """The fault of the settings that may hide which remote they name; None if one is known."""
        faults = (problem for problem in self.problems if problem.path == MARKER)
        return None if self.remote is not None else next(faults, None)

    @property
    def usable_restricted_remote(self) -> str | None:
        """The remote for restricted incidents, unless it may be the shared one."""
        return None if self.hides_remote else self.restricted_remote

    @property
    def by_handle(self) -> dict[str, Person]:
        """The members by handle."""
        return {person.handle: person for person in self.people}

    @property
    def by_email(self) -> dict[str, Person]:
        """The members by case-folded e-mail address; of two with the same address the first."""
        return {p.email.casefold(): p for p in reversed(self.people) if p.email}

    @property
    def by_chat(self) -> dict[tuple[str, str], Person]:
        """The members by their ids in chat systems, such as `("slack", "U012AB3CD")`."""
        return {pair: person for person in reversed(self.people) for pair in person.chat}


def load_basics(root: Path, cache_dir: Path | None) -> Basics:
    """Return the basics; faulty settings get their defaults, faulty members are left out."""
    contents = read_all(root, only=("settings", "severities", "team"), bounds=EARLY)
    key = cache.key_of(contents)
    payload = cache.read(cache_dir / _NAME, key) if cache_dir else None
    if payload is not None:
        return _decode(payload)
    from incidentctl.files.catalog.loader import load_contents  # noqa: PLC0415 (yaml and pydantic)

    catalog, problems = load_contents(contents)
    basics = basics_of(
        catalog, [each for each in problems if kind_of(each.path or "") != "severities"]
    )
    if cache_dir:
        cache.write(cache_dir / _NAME, key, json.dumps(basics._asdict()).encode())
    return basics


def basics_of(catalog: Any, problems: Sequence[Problem]) -> Basics:
    """Return the basics of a Catalog from another source, such as a commit.

    The type is Any because importing it would cost `log` 10 ms.
    """
    settings = catalog.settings
    return Basics(
        organisation=settings.organisation,
        timezone=settings.timezone,
        remote=settings.record.remote,
        restricted_remote=settings.record.restricted_remote,
        branch=settings.record.branch,
        default_severity=settings.default_severity,
        scale=tuple(severity.name for severity in catalog.scale.severities),
        people=tuple(
            Person(
                member.handle,
                member.name,
                member.email,
                member.timezone,
                member.aliases,
                tuple(member.chat.items()),
            )
            for _, member in catalog.members().values()
        ),
        problems=tuple(problems),
        unread=unread(catalog, problems),
    )


def unread(catalog: Any, problems: Sequence[Problem]) -> Problem | None:
    """Return why nothing of the settings file could be read; None if it was, or is empty."""
    if any(catalog.of_kind("settings")):
        return None
    return next((p for p in problems if p.path == MARKER and p.severity == "error"), None)


def committed_catalog(files: Iterable[tuple[str, bytes]]) -> Any | None:
    """Return the Catalog made of a commit's files, given by path; None without a settings file."""
    from incidentctl.files.catalog.loader import load_contents  # noqa: PLC0415 (yaml and pydantic)

    contents = [
        Content(path, kind, data)
        for path, data in files
        if (kind := kind_of(path)) is not None and len(data) <= MAX_BYTES
    ]
    catalog, _ = load_contents(contents)
    return catalog if any(catalog.of_kind("settings")) else None


def _decode(payload: bytes) -> Basics:
    values = json.loads(payload)
    values["people"] = tuple(map(_person, values["people"]))
    values["problems"] = tuple(Problem(*problem) for problem in values["problems"])
    values["scale"] = tuple(values["scale"])
    values["unread"] = values["unread"] and Problem(*values["unread"])
    return Basics(**values)


def _person(values: list[Any]) -> Person:
    *plain, aliases, chat = values
    return Person(*plain)._replace(
        aliases=tuple(aliases), chat=tuple((system, ident) for system, ident in chat)
    )
