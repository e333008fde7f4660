"""The free text of facts: `amend` replaces it, `redact` blanks it; for the fold and the record."""

from __future__ import annotations

from typing import Any

from incidentctl.domain.incident.events import Unknown

REDACTED = "[redacted]"

#: The fields that hold what somebody wrote. Kind, times, author, ids, severity and role are no
#: free text: they stay.
_FREE = frozenset(
    {
        "text",
        "title",
        "note",
        "reason",
        "purpose",
        "link",
        "url",
        "label",
        "command",
        "action",
        "labels",
        "links",
        "runbook_url",
        "group_text",
        "headline",
    }
)
#: Words of the program's own in fields that hold somebody's otherwise.
_OWN_WORDS = {
    "category": frozenset[str](),
    "reported_by": frozenset({"customer", "employee", "alert"}),
    "relation": frozenset(
        {"related", "caused-by", "duplicate", "turned real", "came up in the drill"}
    ),
}
#: The fields that `amend` may replace; it takes the first that has a value.
_AMENDABLE = ("text", "title", "note", "reason")


def blank(fact: Any) -> Any:
    """Return a fact without its free text; what is None or empty stays so.

    Blanking twice changes nothing more. Steps and tasks inside a fact are blanked, too.
    """
    if isinstance(fact, Unknown):
        return Unknown(fact.kind, "{}")
    changes: dict[str, Any] = {}
    for field in fact._fields:
        value = getattr(fact, field)
        if value and (field in _FREE or value not in _OWN_WORDS.get(field, (value,))):
            changes[field] = REDACTED
        elif field == "problems":
            changes[field] = ()
        elif field in ("steps", "tasks"):
            changes[field] = tuple(blank(plan) for plan in value)
    return fact._replace(**changes) if changes else fact


def holds_text(fact: Any) -> bool:
    """Say whether there is any free text in a fact that could be blanked."""
    return bool(blank(fact) != fact)


def with_text(fact: Any, text: str) -> Any:
    """Return a fact that says `text`; the fact itself when it holds no free text."""
    fields = [field for field in _AMENDABLE if field in fact._fields]
    if not fields or isinstance(fact, Unknown):
        return fact
    chosen = next((field for field in fields if getattr(fact, field) is not None), fields[0])
    return fact._replace(**{chosen: text})


def amendable(fact: type) -> bool:
    """Say whether facts of a class hold a text that a person wrote."""
    fields = getattr(fact, "_fields", ())
    return any(field in fields for field in _AMENDABLE)
