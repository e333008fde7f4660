"""Find what somebody named, whatever its case, or refuse with what they probably meant."""

from __future__ import annotations

from collections.abc import Collection

from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import NotFoundError, UsageError

#: What everybody is told who would command and was not asked to.
TAKE = 'incidentctl take-command "why the commander cannot be reached"'


def one_of(word: str, known: Collection[str], what: str) -> str:
    """Return the known name that `word` means; NotFoundError with a suggestion otherwise."""
    folded = {name.casefold(): name for name in known}
    found = folded.get(word.strip().casefold())
    if found is not None:
        return found
    near = did_you_mean(word.strip(), known)
    names = ", ".join(sorted(known)[:20])
    hint = f"did you mean {near}?" if near else f"known: {names}" if names else "none is known"
    raise NotFoundError(f"There is no {what} {one_line(word)!r}.", hint=hint)


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
        if stranger.hint and stranger.hint.startswith("known"):
            stranger.hint += "; anybody else becomes known as a member in teams/"
        raise


def said(text: str, what: str) -> str:
    """Return a text without the white space around it; UsageError when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise UsageError(f"This needs {what}: it was empty.")
    return stripped
