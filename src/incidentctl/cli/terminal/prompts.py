"""Questions to a person: questionary on a terminal, plain lines of stdin without one.

Ctrl-C raises KeyboardInterrupt in both; the end of stdin takes the default, or ends the asking.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from incidentctl.cli.terminal.console import columns, is_terminal, say
from incidentctl.domain.common.text import clean

if TYPE_CHECKING:
    from prompt_toolkit import Application

#: So many columns stand before a question, `? `, and before a choice, ` » `.
_QUESTION, _POINTER = 2, 3
#: What answers yes or no.
_HOW = "Type y or n, or leave it empty."
#: The texts that were entered, to be given back where nothing of them was recorded.
answered: list[str] = []


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


def _fitting(text: str, indent: int, *, before: int) -> str:
    """Clean a text and wrap it between words, where so many columns stand before it."""
    from incidentctl.render.lines import wrapped

    first, *more = wrapped(clean(text), columns() - before, indent)
    # All lines but the first begin at the left edge.
    return "\n".join([first, *(" " * before + line for line in more)])


def _echo(message: str, answer: str) -> None:
    """Leave a question and its answer on the screen, on a line."""
    from incidentctl.render.lines import shortened

    print(*shortened(clean(f"? {message} {answer}"), columns()), file=sys.stderr)


def ask_text(message: str, default: str = "", *, optional: bool = False) -> str:
    """Ask for a line of text; Enter takes the default.

    With `optional` the message itself says what Enter does, which returns an empty text.
    """
    message = clean(message)
    if _plain():
        colon = "" if optional else ":"
        shown = f"{message} [{clean(default)}]:" if default else f"{message}{colon}"
        try:
            answer = _read_line(shown) or default
        except EndOfAnswers:
            if default or optional:
                return default
            raise
        answered.append(answer)
        return answer
    import questionary

    instruction = f"[{clean(default)}]" if default else None
    message = _fitting(message, 2, before=_QUESTION)
    asked = questionary.text(message, instruction=instruction)
    try:
        answer = str(asked.unsafe_ask()).strip() or default
    except KeyboardInterrupt:
        say_not_recorded(asked.application.current_buffer.text)
        raise
    answered.append(answer)
    return answer


def say_not_recorded(text: str) -> None:
    """Give back what somebody typed and did not enter, if it is anything."""
    if text.strip():
        say(f"Not recorded: {text.strip()}", "warning")


def ask_choice(
    message: str, choices: Sequence[tuple[str, str]], default: str, *, searched: bool = True
) -> str:
    """Ask for one of (key, label); return its key. Enter takes the default's key.

    If it is `searched`, typed words are looked for; few fixed choices are not, lest a stray letter
    choose another.
    Without a terminal each choice is a line, answered by its key or number.
    """
    if not _plain():
        import questionary

        options = [
            questionary.Choice(_fitting(words, 2, before=_POINTER), value=key)
            for key, words in choices
        ]
        chosen = next(option for option in options if option.value == default)
        question = _fitting(message, 2, before=_QUESTION)
        select = questionary.select(
            question,
            options,
            default=chosen,
            instruction="(arrows, or type to find)" if searched else "(arrows, then Enter)",
            use_jk_keys=False,  # who types a word means that word
            use_search_filter=searched,
            erase_when_done=True,
        )
        if searched:
            _takes_only_what_is_found(select.application)
        answer = str(select.unsafe_ask())
        _echo(message, next(words for key, words in choices if key == answer))
        return answer
    keys = [key for key, _ in choices]
    print(clean(message), file=sys.stderr)
    for number, (key, words) in enumerate(choices, 1):
        print(f"  {number}  {clean(key)}: {clean(words)}", file=sys.stderr)
    while True:
        try:
            answer = _read_line(f"[{clean(default)}]:") or default
        except EndOfAnswers:
            return default
        if answer.isdecimal() and 1 <= int(answer) <= len(keys):
            return keys[int(answer) - 1]
        match = [key for key in keys if key.casefold() == answer.casefold()]
        if match:
            return match[0]
        print(f"{clean(answer)!r} is not one of these.", file=sys.stderr)


def _takes_only_what_is_found(application: Application[Any]) -> None:
    """Refuse Enter after words that no choice has: all are shown then, and the first would do."""
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.layout.controls import FormattedTextControl
    from questionary.prompts.common import InquirerControl

    controls = list(application.layout.find_all_controls())
    listed = next(each for each in controls if isinstance(each, InquirerControl))
    words = next(
        each
        for each in controls
        if isinstance(each, FormattedTextControl) and each.text == listed.get_search_string_tokens
    )
    keys = KeyBindings()

    def is_lost() -> bool:
        fits = listed.filtered_choices and listed.found_in_search  # the first sets the second
        return bool(listed.search_filter and not fits and not listed.pointed_at)

    def typed() -> Any:
        shown = listed.get_search_string_tokens() or []  # type: ignore[no-untyped-call]
        return [*shown[:-1], ("", "  no line has this: change it")] if is_lost() else shown

    @keys.add("enter", eager=True, filter=Condition(is_lost))
    def _(_: object) -> None:
        """Choose nothing."""

    words.text = typed
    bindings = [each for each in (application.key_bindings, keys) if each]
    application.key_bindings = merge_key_bindings(bindings)


def _forget_typed() -> None:
    """Drop the keys that were pressed before a question was on the screen."""
    import termios

    from prompt_toolkit.application import get_app_session
    from prompt_toolkit.input.typeahead import clear_typeahead

    clear_typeahead(get_app_session().input)
    termios.tcflush(sys.stdin, termios.TCIFLUSH)


def ask_confirm(message: str, *, default: bool = False) -> bool:
    """Ask yes or no; Enter takes the default. What was typed before the question does not count."""
    if not _plain():
        import questionary

        # A word and Enter: "not yet" has a y, and of "yes" "es" was left for the next question.
        question = _fitting(f"{message} {'(Y/n)' if default else '(y/N)'}", 2, before=_QUESTION)
        asked = questionary.text(question, validate=lambda text: _decided(text) is not None or _HOW)
        asked.application.pre_run_callables.append(_forget_typed)
        answer = asked.unsafe_ask()
    else:
        try:
            answer = _read_line(f"{clean(message)} [{'Y/n' if default else 'y/N'}]:")
        except EndOfAnswers:
            return default
    return default if not answer.strip() else bool(_decided(answer))


def _decided(answer: str) -> bool | None:
    """Return what an answer to yes or no says; False for an empty one, None if it says neither."""
    word = answer.strip().casefold()
    return True if word in ("y", "yes") else False if word in ("", "n", "no") else None
