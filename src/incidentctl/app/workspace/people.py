"""Who acts: the named person, else the member with git's e-mail, else user@host."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from incidentctl.domain.common.text import clean, did_you_mean, name_key
from incidentctl.files.catalog.basics import Basics, Person


class KnownIdentity(NamedTuple):
    """What git and the system know of the user; git's parts may be missing."""

    name: str | None
    email: str | None
    user_at_host: str


class Actor(NamedTuple):
    """The acting user: the handle in the record, the author of its commits."""

    handle: str
    name: str | None
    author_name: str
    author_email: str
    timezone: str | None = None
    problem: str | None = None
    """Why the catalog may not know this person: a note, never a reason to refuse."""
    named: bool = False
    """Whether it is a stranger whom the user named, and not what git says."""


def find(word: str, basics: Basics) -> Person | None:
    """Return the member whom somebody named by handle, e-mail, full name or alias, in any case.

    An id of a chat system is named with the system: `slack:U012AB3CD`.
    """
    meant = word.strip().removeprefix("@")
    if member := basics.by_handle.get(meant):
        return member
    system, _, ident = meant.partition(":")
    if ident and (member := basics.by_chat.get((system, ident))):
        return member
    for folded in (_folded, name_key):  # an accent tells two people apart, where it is typed
        for spelled in (_by_handle, _by_email, _by_name, _by_alias):
            known = {p.handle: p for p in basics.people if folded(meant) in map(folded, spelled(p))}
            if folded(meant) and len(known) == 1:
                return next(iter(known.values()))
    return None


def _by_handle(person: Person) -> Iterable[str]:
    return (person.handle,)


def _by_email(person: Person) -> Iterable[str]:
    return (person.email or "",)


def _by_name(person: Person) -> Iterable[str]:
    return (person.name or "",)


def _by_alias(person: Person) -> Iterable[str]:
    return person.aliases


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def nearly(who: Actor, basics: Basics) -> str | None:
    """Return the handle that a stranger who was named probably has; None if nobody's is near.

    A full name or an e-mail address is no slip of a handle.
    """
    if not who.named or who.problem is None or " " in who.handle or "@" in who.handle:
        return None
    return did_you_mean(who.handle, basics.by_handle)


def actor(stated: str | None, basics: Basics, identity: KnownIdentity) -> Actor:
    """Return who acts; never refuses, never asks."""
    email = identity.email or identity.user_at_host
    if stated and stated.strip():
        handle = clean(stated.strip())[:100]
        if member := find(stated, basics):
            return _member(member, email)
        problem = f"{handle} is in no team of the catalog." if basics.by_handle else None
        return Actor(handle, None, handle, email, problem=problem, named=True)
    if identity.email and (member := basics.by_email.get(identity.email.casefold())):
        return _member(member, identity.email)
    handle = clean(identity.user_at_host)[:100]
    problem = None
    if basics.by_handle:
        why = (
            f"no member of the catalog has the e-mail {identity.email}"
            if identity.email
            else "git's user.email is not set here"
        )
        problem = f"Recorded as {handle} because {why}"
    return Actor(handle, identity.name, identity.name or handle, email, problem=problem)


def _member(member: Person, email: str) -> Actor:
    return Actor(
        member.handle, member.name, member.name or member.handle, member.email or email,
        member.timezone,
    )  # fmt: skip


def user_name(environment: Mapping[str, str]) -> str:
    """Return the name of the system's user."""
    stated = environment.get("USER") or environment.get("LOGNAME")
    if stated:
        return stated
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
