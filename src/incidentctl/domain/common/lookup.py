"""Find what somebody named, whatever its case, or refuse with what they probably meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from incidentctl.domain.common.text import did_you_mean, one_line
from incidentctl.errors import NotFoundError, UsageError


def one_of(word: str, known: Collection[str], what: str) -> str:
    """Return the known name that `word` means; NotFoundError with a suggestion otherwise."""
    folded = {name.casefold(): name for name in known}
    found = folded.get(word.strip().casefold())
    if found is not None:
        return found
    near = did_you_mean(word.strip(), known)
    names = ", ".join(sorted(known)[:20])
    hint = f"Did you mean {near!r}?" if near else f"Known: {names}." if names else "There are none."
    raise NotFoundError(f"There is no {what} {one_line(word)!r}.", hint=hint)


def said(text: str, what: str) -> str:
    """Return a text without the white space around it; UsageError when nothing is left."""
    stripped = text.strip()
    if not stripped:
        raise UsageError(f"This needs {what}: it was empty.")
    return stripped


def nearest(word: str, known: Iterable[str], *, otherwise: str) -> str:
    """Return a hint: the known word that was probably meant, else `otherwise`."""
    near = did_you_mean(word, known)
    return f"Did you mean {near!r}?" if near else otherwise
