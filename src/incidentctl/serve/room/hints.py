"""The hints of refusals as sentences for people at a page, by name."""

from __future__ import annotations

import re
from itertools import takewhile

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

_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z`])")
_COMMAND = re.compile(r"incidentctl ")
_COMMAND_OR_OPTION = re.compile(rf"{_COMMAND.pattern}|(?<![\w-])--[a-z]")


def worded(hint: str | Hint | None, *, options: bool = False) -> str | None:
    """Return a hint for a page; None where it only helps at a terminal.

    Of a text it is what stands before the first sentence that names a command or an option, on
    which the next ones may build. In a chat people write `options`, too, and read of them.
    """
    if isinstance(hint, Hint):
        sentence = _SENTENCES.get(hint.name)
        values = {name: one_line(str(value)) for name, value in hint.values.items()}
        return sentence.format(**values) if sentence else None
    of_a_terminal = _COMMAND if options else _COMMAND_OR_OPTION
    sentences = _BETWEEN_SENTENCES.split(hint or "")
    return " ".join(takewhile(lambda each: not of_a_terminal.search(each), sentences)) or None
