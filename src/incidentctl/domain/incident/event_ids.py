"""The id of an event is made from its content: nobody can write another content under it.

Why, and what it does not do: docs/decisions/0010-an-events-id-is-made-from-its-content.md.
"""

from __future__ import annotations

import hashlib

from incidentctl.domain.incident.event_json import EventError, encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import ulid, ulid_milliseconds


def sealed(event: Event) -> Event:
    """Return the event under the id that its content gives it, from its moment on.

    So nobody can write another content under that id: see `is_sealed`. An event that is too large
    keeps its id; writing it fails later.
    """
    try:
        return event._replace(id=_seal(encode(event), event.id))
    except EventError:
        return event


def is_sealed(data: bytes, ident: str) -> bool:
    """Say whether the bytes of an event are the ones that its id was made from.

    Not so with older versions, whose ids are of chance, and once it is blanked.
    """
    return _seal(data, ident) == ident


def _seal(data: bytes, ident: str) -> str:
    """Make an id of the moment in another one, and of 80 bits of a hash of all else."""
    rest = data.replace(ident.encode(), ident[:10].encode(), 1)
    digest = hashlib.sha256(rest).digest()
    return ulid(ulid_milliseconds(ident), int.from_bytes(digest[:10]))
