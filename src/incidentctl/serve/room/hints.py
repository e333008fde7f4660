"""The hints of refusals as sentences for people at a page, by name."""

from __future__ import annotations

from incidentctl.domain.common.text import one_line
from incidentctl.errors import Hint

_SENTENCES = {
    "accept": "Ask {person} to accept command.",
    "ask-for-handover": "Ask {commander} to hand command over, or take it and say why they cannot "
    "be reached.",
    "ask-for-offer": "If it was offered a moment ago, try again; else ask the commander.",
    "end-first": "Resolve or cancel it first.",
    "hand-over": "Hand it over to somebody.",
    "log-all": "Write it in several notes, or link the whole.",
    "reopen": "Reopen it, if it was not over.",
    "reopen-step": "Reopen the step first.",
    "step-done": "Reopen the step to do it again, or write a note.",
    "link-file": "Save it as a file, and link that.",
    "say-next": "Say with the update when the next one comes.",
}


def worded(hint: str | Hint | None) -> str | None:
    """Return a hint for a page; None where it only helps at a terminal."""
    if isinstance(hint, Hint):
        sentence = _SENTENCES.get(hint.name)
        values = {name: one_line(str(value)) for name, value in hint.values.items()}
        return sentence.format(**values) if sentence else None
    return None if hint is None or "incidentctl " in hint else hint
