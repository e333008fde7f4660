"""Find the person that a typed name means."""

from __future__ import annotations

from collections.abc import Collection

from incidentctl.domain.common.lookup import one_of, said
from incidentctl.domain.common.text import clean, did_you_mean
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import NotFoundError

_LONGEST = 100


def person_of(incident: Incident, word: str, known: Collection[str]) -> str:
    """Return the handle that somebody typed, `@` or not.

    Whoever takes part in the incident is known, too. A stranger, such as a vendor's engineer, is
    taken as written; NotFoundError where the name is nearly that of somebody known.
    """
    handle = clean(said(word, "a person").removeprefix("@").strip())[:_LONGEST]
    everybody = {*known, *incident.people}
    try:
        return one_of(handle, everybody, "person")
    except NotFoundError:
        if known and did_you_mean(handle, everybody):
            raise
        return handle
