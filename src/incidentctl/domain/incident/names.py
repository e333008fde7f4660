"""What the sentences of events call things: steps and tasks by title, entries by number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

#: So many characters of a name, whose own entry has all of it, stand in the sentences of others.
_MAX_NAME = 500


class Names(NamedTuple):
    """What the ids in facts are called: steps by title, tasks by title, the rest by number."""

    steps: Mapping[str, str]
    tasks: Mapping[str, str]
    hypotheses: Mapping[str, str]
    entries: Mapping[str, int]
    people: Mapping[str, str]
    time: Callable[[str], str]
    """Writes a moment of the record for people."""

    def person(self, handle: str) -> str:
        """Name somebody with their handle."""
        return with_handle(handle, self.people.get(handle))

    def step(self, ident: str) -> str:
        """Name a step by its title."""
        return self.steps.get(ident, ident)

    def task(self, ident: str) -> str:
        """Name a task by its title."""
        return self.tasks.get(ident, "a task that is not here")

    def hypothesis(self, ident: str) -> str:
        """Name a hypothesis by its words."""
        return self.hypotheses.get(ident, "one that is not here")

    def entry(self, ident: str) -> str:
        """Name an entry by its short number."""
        number = self.entries.get(ident)
        return f"entry {number}" if number else "an entry that is not here"


def shortened(name: str) -> str:
    """Return what something is called, short enough to stand in many sentences."""
    return name if len(name) <= _MAX_NAME else name[: _MAX_NAME - 1] + "…"


def joined(text: str, *more: str | None, by: str = ": ") -> str:
    """Return a text and what follows it, without the parts that are None or empty."""
    return by.join([text, *(part for part in more if part)])


def with_handle(handle: str, name: str | None) -> str:
    """Name somebody with their handle; by the handle alone where no name is known."""
    return f"{name} ({handle})" if name else handle
