"""The menu of the walk on a terminal: a letter or arrows, then Enter; Esc goes back to it."""

from __future__ import annotations

from typing import Any

from incidentctl.domain.incident.walk.machine import Choice, Screen

#: After so many seconds an Esc is a key by itself, not the start of another key.
_ESCAPE = 0.2
#: How much of the typed or pasted text is shown.
_MOST = 40


class Again(Exception):  # noqa: N818 (not an error: show the screen again)
    """Nothing was chosen: an inject became due, or the user went back from a text."""


class _Unknown(Exception):  # noqa: N818 (the caller shows what was typed)
    """The user typed letters that are not in the menu, then Enter."""


def ask(shown: Screen, wake: float | None) -> tuple[str, str | None]:
    """Ask for a choice and its text; return the key, and the text or None if none was asked for.

    Letters that are not in the menu are returned as typed. Raises Again, after `wake` seconds at
    the latest.
    """
    import questionary

    choices: list[Any] = [
        questionary.Choice(choice.label, value=choice, shortcut_key=choice.key)
        for choice in shown.choices
        if choice.key.isalnum()  # questionary's own keys; `?` has nothing to add to labels
    ]
    default = next((c for c in choices if c.value.key == shown.default), choices[0])
    question = questionary.select(
        "",
        choices,
        default=default,
        qmark="",
        instruction="(letter or arrows, then Enter)",
        use_shortcuts=True,
        use_jk_keys=False,
    )
    _watch_letters(question.application, {choice.shortcut_key for choice in choices})
    if wake is not None:
        _wake(question.application, wake)
    try:
        chosen: Choice = question.unsafe_ask()
    except _Unknown as unknown:
        return str(unknown), None
    if not chosen.asks:
        return chosen.key, None
    enter = "Enter for none, " if chosen.optional else ""
    text = questionary.text(f"{chosen.asks} ({enter}Esc to go back):", qmark=" ")
    _go_back(text.application)
    return chosen.key, str(text.unsafe_ask())


def _watch_letters(application: Any, known: set[str]) -> None:
    """After an unknown letter, let Enter choose nothing.

    Only Enter ends the question: otherwise the next question would get that Enter.
    """
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings, KeyPress, merge_key_bindings
    from prompt_toolkit.keys import Keys

    bindings = KeyBindings()
    wrong: list[str] = []

    @bindings.add(Keys.Any)
    def _typed(event: Any) -> None:
        if event.data.casefold() in known:
            event.key_processor.feed(KeyPress(event.data.casefold()), first=True)
        elif event.data.isprintable():
            wrong.append(event.data)

    @bindings.add(Keys.Enter, eager=True, filter=Condition(lambda: bool(wrong)))
    def _refused(event: Any) -> None:
        # A space alone would mean the default.
        event.app.exit(exception=_Unknown("".join(wrong).replace(" ", "␣")[:_MOST]))

    application.key_bindings = merge_key_bindings([application.key_bindings, bindings])


def _go_back(application: Any) -> None:
    """Let Esc end a question for a text."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.keys import Keys

    bindings = KeyBindings()

    @bindings.add(Keys.Escape)
    def _back(event: Any) -> None:
        event.app.exit(exception=Again())

    application.timeoutlen = application.ttimeoutlen = _ESCAPE
    application.key_bindings = merge_key_bindings([application.key_bindings, bindings])


def _wake(application: Any, seconds: float) -> None:
    """End an unanswered question after so many seconds, unless something was typed."""

    def end() -> None:
        if application.is_running:
            application.exit(exception=Again())

    application.pre_run_callables.append(lambda: application.loop.call_later(seconds, end))
