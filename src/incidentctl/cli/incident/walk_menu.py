"""The menu of the walk on a terminal: a letter or arrows, then Enter; other words become a note.

While it waits it shows what is due, and stops when others have recorded something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from incidentctl.app.walk.names import Name
from incidentctl.app.walk.walk import Walk
from incidentctl.cli.terminal import console
from incidentctl.cli.terminal.live_prompt import (
    Back,
    Changed,
    Left,
    Question,
    StyledLine,
    Typed,
    ask,
)
from incidentctl.cli.terminal.prompts import say_not_recorded
from incidentctl.domain.common.text import clean, one_line
from incidentctl.domain.incident.state import DONE, SKIPPED
from incidentctl.domain.incident.walk.machine import Choice, Screen, read_line

#: Questions whose answer is one name, which may be its number.
_NUMBERED = ("person", "team", "severity", "affected")
#: Of more names so many are listed with numbers; Tab knows all.
_LISTED = 9


class Reply(NamedTuple):
    """A key, and the text that was asked for, or None if none was."""

    key: str
    text: str | None
    line: str
    """All that was typed at the menu."""


class Menu:
    """The questions of one walk on a terminal; what is typed there is never lost."""

    def __init__(self, walking: Walk, show: Callable[[bool], Screen]) -> None:
        """Take the walk, and a function that looks again and shows what is new.

        That gets whether somebody is typing, and returns the screen to ask about.
        """
        self._walking = walking
        self._show = show
        self._rung: frozenset[object] | None = None

    def ask(self) -> Reply | None:
        """Ask for a choice and its text; None if the user went back from a text.

        EOFError if the terminal is gone; KeyboardInterrupt after Ctrl-C.
        """
        shown, typed = self._choose()
        if typed.pasted and len(typed.text.strip()) > 1:
            return self.offer_note(shown, typed.text)
        if typed.text and not typed.text.strip():
            return Reply(typed.text.replace(" ", "␣"), "", "")  # a space is not Enter
        meant = read_line(shown, typed.text)
        if meant is None:
            return self.offer_note(shown, typed.text)
        key, text = meant
        choice = _choice(shown, key or shown.default or "")
        if choice is None or not choice.asks:
            return Reply(key, None, typed.text)
        return self._text(choice, text, typed.text)

    def offer_note(self, shown: Screen, line: str) -> Reply | None:
        """Offer as a note what was typed at the menu and is no key; Enter records it."""
        choice = _choice(shown, "n")
        offered = choice and choice._replace(asks="note it?")
        return self._text(offered, line.strip(), line)

    def after_refusal(self, shown: Screen, reply: Reply) -> Reply | None:
        """Ask again for a name that was refused, so that what is typed next is no note.

        The line of a person is empty again: any name is somebody's, also one typed behind another.
        """
        if reply.key == "a" and reply.line.strip() not in "aA":
            return self.offer_note(shown, reply.line)  # `a user says ...` looked like an assignment
        if shown.state in (DONE, SKIPPED) and reply.key in ("d", "s") and reply.text:
            return self.offer_note(shown, reply.text)  # somebody else was faster
        choice = _choice(shown, reply.key)
        if choice is None or choice.of is None or not reply.text:
            return None
        return self._text(choice, "" if choice.of == "person" else reply.text, reply.line)

    def _choose(self) -> tuple[Screen, Typed]:
        text, cursor = "", 0
        while True:
            shown = self._show(bool(text))
            question = Question(
                "(letter or arrows, then Enter) ",
                self._above,
                self._changed,
                menu=_menu(shown),
            )
            try:
                return shown, ask(question, text, cursor)
            except Changed as changed:
                text, cursor = changed.text, changed.cursor
            except Left as left:
                say_not_recorded("" if _choice(shown, left.text) else left.text)
                raise KeyboardInterrupt from None

    def _text(self, choice: Choice | None, text: str, line: str) -> Reply | None:
        """Ask for the text of a choice; None after Esc, and where no choice takes it."""
        if choice is None or choice.asks is None:
            say_not_recorded(text)
            return None
        names = self._walking.names(choice)
        numbered = _numbered(names) if choice.of in _NUMBERED else []
        lines = _listed(numbered, len(names)) if numbered else []
        how = "number, name or Tab, " if numbered else "Tab for names, " if names else ""
        enter = "Enter for none, " if choice.optional else ""
        enter = "Enter records it, " if text else enter
        question = Question(
            f"  {choice.asks} ({how}{enter}Esc to go back): ",
            partial(self._above, lines),
            self._changed,
            names=[(each.name, each.about) for each in names],
            goes_back=True,
        )
        cursor = len(text)
        while True:
            try:
                said = ask(question, text, cursor).text.strip()
            except Changed as changed:
                text, cursor = changed.text, changed.cursor
                self._show(True)
                continue
            except Back as back:
                say_not_recorded(back.text)
                return None
            except Left as left:
                say_not_recorded(left.text)
                raise KeyboardInterrupt from None
            if said.isdecimal() and 0 < int(said) <= len(numbered):
                said = numbered[int(said) - 1].name
            if said or choice.optional:
                return Reply(choice.key, said, line)
            text, cursor = "", 0

    def _above(self, more: Sequence[StyledLine] = ()) -> list[StyledLine]:
        return [("", None), *((line.text, line.style) for line in self._walking.status()), *more]

    def _changed(self) -> bool:
        alarms = self._walking.alarms()
        if self._rung is not None and alarms - self._rung:
            console.ring()
        self._rung = alarms | (self._rung or frozenset())
        return self._walking.poll()


def _choice(shown: Screen, key: str) -> Choice | None:
    return next((each for each in shown.choices if each.key == key), None)


def _numbered(names: Sequence[Name]) -> Sequence[Name]:
    """Return the names that get a number: all, if a line could only say that there is one more."""
    return names if len(names) <= _LISTED + 1 else names[:_LISTED]


def _listed(numbered: Sequence[Name], known: int) -> list[StyledLine]:
    """Return a line for each numbered name, and one that says how many more are known."""
    digits = len(str(len(numbered)))
    wide = max(len(one_line(each.name)) for each in numbered)
    lines: list[StyledLine] = []
    for number, each in enumerate(numbered, 1):
        line = f"  {number:>{digits}}  {one_line(each.name):{wide}}  {one_line(each.about)}"
        lines.append((clean(line.rstrip()), None))
    more = known - len(numbered)
    return [*lines, (f"  … and {more} more: Tab lists all", None)] if more else lines


def _menu(shown: Screen) -> list[tuple[str, str]]:
    enter = {shown.default: " (Enter)"}
    return [(each.key, clean(f"{each.label}{enter.get(each.key, '')}")) for each in shown.choices]
