"""Decide what people may say: notes, the head of the log, addresses, other incidents."""

from __future__ import annotations

from typing import Any

from incidentctl.domain.common.limits import MAX_TEXT
from incidentctl.domain.common.lookup import said
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.decide.allowed import check
from incidentctl.domain.incident.state import Incident
from incidentctl.errors import Hint, RefusedError, UsageError

#: More text than this, in bytes of UTF-8, is a file and no note.
MAX_NOTE = 1024 * 1024
#: The longest title.
MAX_TITLE = 200


def short(text: str) -> str:
    """Return a text that fits one event; RefusedError with the text otherwise."""
    if len(text) > MAX_TEXT:
        raise RefusedError(
            f"This text has {len(text)} characters; {MAX_TEXT} fit here.",
            hint=Hint("log-all"),
            echo=text,
        )
    return text


def log(
    incident: Incident,
    text: str,
    *,
    pinned: bool = False,
    command: str | None = None,
    exit_code: int | None = None,
) -> list[Any]:
    """Say something; a long text comes as several facts of one action.

    RefusedError above 1 MiB. The output of a command may be empty.
    """
    check(incident, "write into the log", echo=text)
    if len(text.encode(errors="replace")) > MAX_NOTE:
        raise RefusedError(
            "More than 1 MiB is too much for the log.",
            hint=Hint("link-file"),
        )
    text = text if command is not None else said(text, "a text")
    command = command if command is None else command[:1000]
    if len(text) <= MAX_TEXT:
        return [facts.Noted(text, pinned, command, exit_code)]
    parts = _split(text)
    return [
        facts.Noted(part, pinned, command, exit_code, number, len(parts))
        for number, part in enumerate(parts, 1)
    ]


def title(text: str) -> tuple[str, list[Any]]:
    """Return a title of one line, and what is to be recorded of the rest of the text.

    The lines after the first one are the summary; of a title that had to be cut all is noted.
    """
    first, _, rest = text.strip().replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    rest = rest.strip()
    found: list[Any] = []
    if len(first) > MAX_TITLE:
        found += as_notes(first)
        first = first[: MAX_TITLE - 1].rstrip() + "…"
    if rest:
        found += [facts.SummarySet(rest)] if len(rest) <= MAX_TEXT else as_notes(rest)
    return first.rstrip(), found


def as_notes(text: str) -> list[Any]:
    """Return a text as notes: one, or so many that each fits an event."""
    parts = _split(text)
    if len(parts) == 1:
        return [facts.Noted(text)]
    return [facts.Noted(part, part=n, parts=len(parts)) for n, part in enumerate(parts, 1)]


def _split(text: str) -> list[str]:
    """Cut a text into parts that fit an event, at the ends of lines where there are any."""
    parts = []
    while len(text) > MAX_TEXT:
        end = text.rfind("\n", MAX_TEXT // 2, MAX_TEXT) + 1 or MAX_TEXT
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text] if text else parts


def summary(incident: Incident, text: str) -> list[Any]:
    """Say what happened, at the head of the log."""
    check(incident, "summarise", echo=text)
    return [facts.SummarySet(short(said(text, "a text")))]


def impact(incident: Incident, text: str) -> list[Any]:
    """Say who is hit, at the head of the log."""
    check(incident, "state the impact", echo=text)
    return [facts.ImpactSet(short(said(text, "a text")))]


def link(incident: Incident, label: str, url: str) -> list[Any]:
    """Keep an address: anything without white space, so that `#channel` will do, too."""
    check(incident, "link", echo=f"{label} {url}")
    address = short(said(url, "an address"))
    if len(address.split()) > 1:
        raise UsageError("An address cannot contain spaces.", echo=url)
    return [facts.Linked(said(label, "a label")[:100], address)]


def relate(incident: Incident, other: str, *, relation: str = "related") -> list[Any]:
    """Name another incident, by its whole id."""
    check(incident, "relate")
    if other == incident.id:
        raise UsageError("An incident cannot be related to itself.")
    return [facts.Related(other, relation)]
