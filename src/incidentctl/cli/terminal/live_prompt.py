"""A question on a terminal below lines that stay up to date while it waits; no key is lost.

What is typed or pasted survives each change of the lines, and is in whatever ends the question.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

#: How often to ask whether something has changed, in seconds.
EVERY = 0.25
#: After so many seconds an Esc is a key by itself, not the start of another key.
_ESCAPE = 0.2
#: How wide the first column of a menu may be.
_COLUMN = 40
#: The lines kept free below a question for the names that Tab shows.
_FOR_NAMES = 5
_STYLES = {
    "bold": "bold",
    "dim": "",
    "error": "ansired bold",
    "warning": "ansiyellow",
    "ok": "ansigreen",
}

#: A line above the question, with a style of `console.STYLES`.
StyledLine = tuple[str, str | None]


class Changed(Exception):  # noqa: N818 (not an error: look again)
    """Something has changed; what is typed so far comes with it."""

    def __init__(self, text: str, cursor: int) -> None:
        """Take the typed text and the place of the cursor in it."""
        super().__init__(text)
        self.text = text
        self.cursor = cursor


class Back(Exception):  # noqa: N818 (not an error: Esc)
    """The user went back; `text` is what they had typed."""

    def __init__(self, text: str) -> None:
        """Take the typed text."""
        super().__init__(text)
        self.text = text


class Left(Exception):  # noqa: N818 (not an error: Ctrl-C)
    """The user pressed Ctrl-C; `text` is what they had typed."""

    def __init__(self, text: str) -> None:
        """Take the typed text."""
        super().__init__(text)
        self.text = text


class Typed(NamedTuple):
    """What somebody typed, and whether some of it was pasted."""

    text: str
    pasted: bool


class Question(NamedTuple):
    """A question, and what stands above it."""

    prompt: str
    above: Callable[[], Sequence[StyledLine]]
    """The lines above, asked for once a second."""
    changed: Callable[[], bool]
    """Whether to stop waiting and look again; asked for all the time."""
    menu: Sequence[tuple[str, str]] = ()
    """Keys with their labels: what the arrows choose from."""
    names: Sequence[tuple[str, str]] = ()
    """What Tab completes, with what each is."""
    goes_back: bool = False


def ask(question: Question, text: str = "", cursor: int | None = None) -> Typed:
    """Ask on the terminal, with a text to begin with.

    Changed when something has changed, Back after Esc where that goes back, Left after Ctrl-C,
    EOFError if the terminal is gone.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.document import Document

    completer = None
    if question.names:
        about = dict(question.names)
        completer = WordCompleter(
            list(about), meta_dict=about, ignore_case=True, match_middle=True, WORD=True
        )
    session: Any = PromptSession(
        completer=completer,
        complete_while_typing=False,
        reserve_space_for_menu=_FOR_NAMES if question.names else 0,
        erase_when_done=True,
    )
    pasted: list[str] = []
    session.message = lambda: _message(question, session.default_buffer.text)
    session.key_bindings = _bindings(question, session.default_buffer, pasted)
    session.app.timeoutlen = session.app.ttimeoutlen = _ESCAPE

    def begin() -> None:
        session.app.create_background_task(_watch(session.app, question.changed))

    start = Document(text, len(text) if cursor is None else min(cursor, len(text)))
    try:
        said = session.prompt(default=start, refresh_interval=1.0, pre_run=begin)
    except KeyboardInterrupt:
        raise Left(session.default_buffer.text) from None
    return Typed(str(said), bool(pasted))


async def _watch(app: Any, changed: Callable[[], bool]) -> None:
    while True:
        await asyncio.sleep(EVERY)
        if changed() and app.is_running and not app.is_done:
            buffer = app.current_buffer
            app.exit(exception=Changed(buffer.text, buffer.cursor_position))


def _message(question: Question, typed: str) -> list[tuple[str, str]]:
    """Return the lines above, the menu and the prompt; what stands first matters most."""
    size = os.get_terminal_size(2)
    above = [part for line in question.above() for part in _wrapped(line, size.columns)]
    rows = [[(_STYLES[style] if style else "", text)] for text, style in above]
    rows += _grid(question.menu, typed.strip().casefold(), size.columns)
    room = max(size.lines - 3, 1)
    if len(rows) > room:
        rows = [*rows[: room - 1], [("", "  … (? shows every key)")]]
    shown = [part for row in rows for part in (*row, ("", "\n"))]
    return [*shown, ("bold", question.prompt)]


def _grid(
    menu: Sequence[tuple[str, str]], chosen: str, columns: int
) -> list[list[tuple[str, str]]]:
    """Lay out a menu in two columns, a long label on a line of its own; mark the chosen key."""
    wide = min(columns // 2, _COLUMN)
    rows: list[list[tuple[str, str]]] = []
    room = 0
    for key, label in menu:
        cell = f"  {key}  {label}"
        part = ("reverse" if key == chosen else "", cell)
        if room and len(cell) <= room:
            rows[-1] += [("", " " * (wide - len(rows[-1][0][1]))), part]
            room = 0
        else:
            rows.append([part])
            room = columns - wide - 1 if len(cell) < wide else 0
    return rows


def _wrapped(line: StyledLine, columns: int) -> list[StyledLine]:
    import textwrap

    text, style = line
    if len(text) < columns:
        return [line]
    wide = max(columns - 1, 20)
    return [(part, style) for part in textwrap.wrap(text, wide, subsequent_indent="     ")]


def _bindings(question: Question, buffer: Any, pasted: list[str]) -> Any:
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def _paste(event: Any) -> None:
        text = event.data.replace("\r\n", "\n").replace("\r", "\n")
        pasted.append(text)
        event.current_buffer.insert_text(text)

    if question.menu:
        keys = [key for key, _ in question.menu]

        def chooses() -> bool:
            return not buffer.text or buffer.text in keys

        def move(event: Any, by: int) -> None:
            before = event.current_buffer.text
            place = keys.index(before) + by if before in keys else (0 if by > 0 else -1)
            event.current_buffer.text = keys[place % len(keys)]
            event.current_buffer.cursor_position = len(event.current_buffer.text)

        @bindings.add(Keys.Down, filter=Condition(chooses))
        def _down(event: Any) -> None:
            move(event, 1)

        @bindings.add(Keys.Up, filter=Condition(chooses))
        def _up(event: Any) -> None:
            move(event, -1)

    if question.goes_back:

        @bindings.add(Keys.Escape)
        def _back(event: Any) -> None:
            event.app.exit(exception=Back(event.current_buffer.text))

    return bindings
