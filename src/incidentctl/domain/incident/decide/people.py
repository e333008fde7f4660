"""Which person somebody means who typed a name."""

from __future__ import annotations

from collections.abc import Collection

from incidentctl.domain.common.lookup import one_of, said
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import NotFoundError


def person_of(incident: Incident, word: str, known: Collection[str]) -> str:
    """Return the handle that somebody typed, `@` or not.

    A catalog without people refuses nobody; whoever takes part in the incident is known, too.
    """
    handle = said(word, "a person").removeprefix("@")
    if not known:
        return handle
    try:
        return one_of(handle, {*known, *incident.people}, "person")
    except NotFoundError as stranger:
        if isinstance(stranger.hint, str) and stranger.hint.startswith("Known"):
            stranger.hint += " To add somebody, make them a member in teams/."
        raise
