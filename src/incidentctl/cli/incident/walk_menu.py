"""The menu of the walk on a terminal: a letter or arrows, then Enter; Esc goes back to it."""

from __future__ import annotations

from typing import Any

from incidentctl.domain.incident.walk.machine import Choice, Screen

#: An Esc alone is told from a key that begins with it after so many seconds.
_ESCAPE = 0.2
#: So much of what was typed or pasted is told.
_MOST = 40


class Again(Exception):  # noqa: N818 (not an error: the screen is to be shown again)
    """Nothing was chosen: a surprise became due meanwhile, or somebody went back from a text."""


class _Unknown(Exception):  # noqa: N818 (what was typed is told by who asked)
    """Letters were typed that the menu does not have, then Enter."""


def ask(shown: Screen, wake: float | None) -> tuple[str, str | None]:
    """Ask for a choice and its text; return the key and the text, None where nothing was asked.

    Letters that the menu does not have are returned as they are. Raises Again, after `wake`
    seconds at the latest.
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
    """Let Enter choose nothing once a letter was typed that is none of those known.

    Only Enter ends the question: an earlier end would leave that Enter to the next one.
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
        # A space alone would be no key at all, which means the default.
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
    """Let a question that nobody answers end by then: nothing that was typed is lost by that."""

    def end() -> None:
        if application.is_running:
            application.exit(exception=Again())

    application.pre_run_callables.append(lambda: application.loop.call_later(seconds, end))
