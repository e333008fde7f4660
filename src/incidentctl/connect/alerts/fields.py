"""Read single fields of a payload: what is missing, too long or of another type does no harm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from incidentctl.domain.alerts.alert import State

#: The longest title, text, and name or value of a label, in characters; longer ones are cut.
_TITLE, _TEXT, _LABEL = 300, 4000, 500
_LABELS = 100
#: A sender that leaves a time out writes the year 1 or 1970; after 9900 nothing can be counted.
_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9900, 1, 1, tzinfo=UTC)
#: A number of at least this is in milliseconds: as seconds it would be after the year 5000.
_MILLISECONDS = 10**11
_ACKNOWLEDGED = frozenset({"acknowledged", "acknowledge", "ack", "acked"})
_RESOLVED = frozenset({
    "resolved", "resolve", "recovered", "ok", "closed", "close", "normal", "inactive", "clear",
    "cleared",
})  # fmt: skip


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list; an empty list for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(*values: Any, limit: int = _TEXT) -> str:
    """Return the first of these that says something, cut to a length; else an empty text."""
    for value in values:
        if isinstance(value, str) and value.strip():
            # JSON can write half of a pair of surrogates, which is no character.
            return value.strip()[:limit].encode(errors="replace").decode()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)[:limit]
    return ""


def title(*values: Any) -> str:
    """Return the first of these that says something, as one line."""
    return " ".join(text(*values, limit=_TITLE).split())


def labels(value: Any) -> dict[str, str]:
    """Return the labels of an object, sorted; an object or a list in it is left out."""
    found = {
        text(name, limit=_LABEL): text(of, limit=_LABEL)
        if not isinstance(of, bool)
        else str(of).lower()
        for name, of in mapping(value).items()
        if isinstance(of, str | int | float)
    }
    return dict(sorted(found.items())[:_LABELS])


def tags(value: Any) -> dict[str, str]:
    """Return tags as labels: `a:b` is the label a, and a bare word is a label without a value."""
    words = value.split(",") if isinstance(value, str) else value
    listed = words if isinstance(words, list) else []
    pairs = (word.strip().partition(":") for word in listed if isinstance(word, str))
    return labels({name: of for name, _, of in pairs if name})


def links(**values: Any) -> dict[str, str]:
    """Return the addresses that are there, by what they lead to."""
    return {name: text(of) for name, of in values.items() if isinstance(of, str) and of.strip()}


def moment(value: Any) -> datetime | None:
    """Read a time in ISO 8601, or since 1970 in seconds or milliseconds; None if it cannot be.

    A time without a zone is in UTC.
    """
    try:
        if isinstance(value, str) and not value.strip().isdigit():
            found = datetime.fromisoformat(value.strip())
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            number = float(value)
            seconds = number / 1000 if number >= _MILLISECONDS else number
            found = datetime.fromtimestamp(seconds, UTC)
        else:
            return None
        found = found.replace(tzinfo=found.tzinfo or UTC)
        return found.astimezone(UTC) if _FIRST <= found <= _LAST else None
    except (ValueError, OverflowError, OSError):
        return None


def state(*words: Any) -> State:
    """Return the state that the first of these words means; an unknown word means firing."""
    word = text(*words).casefold()
    return (
        "resolved" if word in _RESOLVED else "acknowledged" if word in _ACKNOWLEDGED else "firing"
    )
