"""Who is in the room, and who may do what there."""

from __future__ import annotations

import re
from typing import NamedTuple

from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.common.text import clean
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import InvalidDataError, RefusedError

#: An address as a proxy proves it; whether mail arrives there is not asked.
_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,190}")


class SignedIn(NamedTuple):
    """Somebody who was let in."""

    name: str
    """What the pages call them."""
    stated: str | None
    """Who they are as `workspace.actor` takes it; None for this clone's own identity."""
    is_member: bool
    """Whether a team of the catalog has them, or it names nobody at all."""
    handle: str = ""
    """What the record calls them."""


def own(workspace: Workspace) -> SignedIn:
    """Return whose clone this is: they may do here what their commands may."""
    who = workspace.actor(None)
    return SignedIn(_shown(who), None, is_member=True, handle=who.handle)


def proven(workspace: Workspace, email: str) -> SignedIn:
    """Return who has an e-mail address that somebody trusted has proven.

    InvalidDataError if it is no address.
    """
    if not _EMAIL.fullmatch(email) or clean(email) != email:
        raise InvalidDataError("You are not signed in with an e-mail address.")
    who = workspace.actor(email)
    stranger = who.named and bool(workspace.basics.by_handle)
    return SignedIn(_shown(who), email, is_member=not stranger, handle=who.handle)


def ensure_member(person: SignedIn) -> None:
    """Refuse what only members of a team may do; everybody may declare and write a note."""
    if not person.is_member:
        raise RefusedError(
            f"{person.name} is in no team of the catalog.",
            hint="You can declare incidents and write notes; for more, ask to be added to your "
            "team's file.",
        )


def ensure_may_answer(person: SignedIn, who: Actor, incident: Incident) -> None:
    """Refuse answers about what somebody else declared, except by members."""
    if incident.declared_by != who.handle:
        ensure_member(person)


def _shown(who: Actor) -> str:
    name = clean(who.name) if who.name else None
    return f"{name} ({clean(who.handle)})" if name else clean(who.handle)
