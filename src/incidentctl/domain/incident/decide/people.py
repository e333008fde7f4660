"""Find the person that a typed name means."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from incidentctl.domain.common.lookup import one_of, said
from incidentctl.domain.common.text import clean, did_you_mean, name_key, one_line
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import NotFoundError, UsageError

_LONGEST = 100


def person_of(incident: Incident, word: str, known: Collection[str]) -> str:
    """Return the handle that somebody typed, `@` or not, or that of the full name typed.

    `known` are handles, or a mapping from them to names. Whoever takes part in the incident is
    known, too. A stranger, such as a vendor's engineer, is taken as written; NotFoundError where
    the name is nearly that of somebody known, UsageError where several are named.
    """
    handle = clean(said(word, "a person").removeprefix("@").strip())[:_LONGEST]
    everybody = {*known, *incident.people}
    try:
        return one_of(handle, everybody, "person")
    except NotFoundError:
        names = known.items() if isinstance(known, Mapping) else ()
        called = [each for each, name in names if name and name_key(name) == name_key(handle)]
        if len(called) == 1:
            return str(called[0])
        if "," in handle:
            raise UsageError(
                f"{one_line(handle)!r} is not one person.",
                hint="Name one at a time, without a comma.",
            ) from None
        if known and did_you_mean(handle, everybody):
            raise
        return handle
