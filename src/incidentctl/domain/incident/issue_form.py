"""The form in which a colleague declares on the team's forge: its questions, and its answers."""

from __future__ import annotations

import re
from typing import NamedTuple

#: The labels of the fields, in the order of the form; the forge writes each as a heading.
AFFECTED = "What is affected?"
SEVERITY = "How bad is it?"
NOTICED = "Who noticed it first?"
TEXT = "What do you see?"
#: The first choice of a field that need not be answered.
UNKNOWN = "I do not know"
#: What the forge writes for a field that was left empty.
_EMPTY = "_No response_"


class Answers(NamedTuple):
    """What somebody filled in; None or empty for what they left out."""

    affects: tuple[str, ...]
    severity: str | None
    reported_by: str | None
    text: str
    """All that answers no other question, also fields that the team added to the form."""


def answers(body: str) -> Answers:
    """Read the text of an issue; one that was written without the form is text alone."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    affected, body = _taken(body, AFFECTED)
    severity, body = _taken(body, SEVERITY)
    noticed, body = _taken(body, NOTICED)
    text = re.sub(rf"^### {re.escape(TEXT)}\n+", "", body, count=1, flags=re.MULTILINE).strip()
    names = (name.strip() for name in (affected or "").split(","))
    return Answers(
        tuple(name for name in names if name),
        severity,
        noticed,
        "" if text == _EMPTY else text,
    )


def _taken(body: str, label: str) -> tuple[str | None, str]:
    """Return the answer of one line below the first heading of a field, and the text without it."""
    found = re.search(rf"^### {re.escape(label)}\n\n?([^\n]*)\n*", body, re.MULTILINE)
    if found is None:
        return None, body
    answer = found[1].strip()
    rest = body[: found.start()] + body[found.end() :]
    return (None if answer in ("", _EMPTY, UNKNOWN) else answer[:200]), rest
