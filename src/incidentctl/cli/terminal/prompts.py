"""Questions to a person: questionary on a terminal, plain lines of stdin without one.

Ctrl-C raises KeyboardInterrupt in both; the end of stdin takes the default, or ends the asking.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from incidentctl.cli.terminal.console import is_terminal
from incidentctl.domain.common.text import clean


class EndOfAnswers(Exception):  # noqa: N818 (not an error: stdin has ended)
    """Stdin ended at a question without a default."""


def _plain() -> bool:
    import os

    return not is_terminal() or os.environ.get("TERM") == "dumb"


def _read_line(question: str) -> str:
    print(question, end=" ", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EndOfAnswers
    return line.strip()


def ask_text(message: str, default: str = "", *, optional: bool = False) -> str:
    """Ask for a line of text; Enter takes the default.

    With `optional` the message itself says what Enter does, which returns an empty text.
    """
    message = clean(message)
    if _plain():
        colon = "" if optional else ":"
        shown = f"{message} [{clean(default)}]:" if default else f"{message}{colon}"
        try:
            return _read_line(shown) or default
        except EndOfAnswers:
            if default or optional:
                return default
            raise
    import questionary

    instruction = f"[{clean(default)}]" if default else None
    return str(questionary.text(message, instruction=instruction).unsafe_ask()).strip() or default


def ask_choice(message: str, choices: Sequence[tuple[str, str]], default: str) -> str:
    """Ask for one of (key, label); return its key. Enter takes the default's key.

    Without a terminal each choice is a line, answered by its key or number.
    """
    if not _plain():
        import questionary

        options = [questionary.Choice(clean(words), value=key) for key, words in choices]
        chosen = next(option for option in options if option.value == default)
        return str(questionary.select(clean(message), options, default=chosen).unsafe_ask())
    keys = [key for key, _ in choices]
    print(clean(message), file=sys.stderr)
    for number, (key, words) in enumerate(choices, 1):
        print(f"  {number}  {clean(key)}: {clean(words)}", file=sys.stderr)
    while True:
        try:
            answer = _read_line(f"[{clean(default)}]:") or default
        except EndOfAnswers:
            return default
        if answer.isdigit() and 1 <= int(answer) <= len(keys):
            return keys[int(answer) - 1]
        match = [key for key in keys if key.casefold() == answer.casefold()]
        if match:
            return match[0]
        print(f"{clean(answer)!r} is none of these.", file=sys.stderr)


def ask_confirm(message: str, *, default: bool = False) -> bool:
    """Ask yes or no; Enter takes the default."""
    if not _plain():
        import questionary

        return bool(questionary.confirm(clean(message), default=default).unsafe_ask())
    try:
        answer = _read_line(f"{clean(message)} [{'Y/n' if default else 'y/N'}]:").casefold()
    except EndOfAnswers:
        return default
    return answer in ("y", "yes") if answer else default
