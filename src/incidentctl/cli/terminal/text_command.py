"""Commands that take free text: a word such as `-5` is text, not an option."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand

_NUMBER = re.compile(r"-\.?\d")
#: Marks such a word while options are parsed; no command line can contain it.
_MARK = "\0"
#: How typer writes it in an error.
_SHOWN = repr(_MARK)[1:-1]


def is_number(word: str) -> bool:
    """Say whether a word begins like a negative number: it is no option."""
    return bool(_NUMBER.match(word))


class TextCommand(TyperCommand):
    """A command that takes words such as `-5` as text, or as a count from the end."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line; no option begins with a digit."""
        marked = [_MARK + word if is_number(word) else word for word in args]
        try:
            rest = super().parse_args(ctx, marked)
        except Exception as error:
            if isinstance(message := getattr(error, "message", None), str):
                error.message = message.replace(_SHOWN, "")  # type: ignore[attr-defined]
            raise
        ctx.params = {name: _unmarked(value) for name, value in ctx.params.items()}
        return rest


def _unmarked(value: Any) -> Any:
    if isinstance(value, str):
        return value.removeprefix(_MARK)
    return [_unmarked(each) for each in value] if isinstance(value, (list, tuple)) else value
