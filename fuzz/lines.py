"""Command lines: every command with any of its options, and words that fit none of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import typer

from fuzz.place import Place, Ran
from fuzz.words import argument
from incidentctl.cli.main import app

#: What waits for somebody, or makes a team elsewhere.
_LEFT_OUT = frozenset({("demo",), ("watch",), ("init",), ("serve",), ("room",), ("page", "serve")})
#: Options that name files: these only within the folder of the input.
_FILES = frozenset({"--html", "--write", "--output", "-o", "--out", "--identity", "--dir", "-C"})
_PATHS = ("out/x", "x.html", ".", "nope/dir/x", "incidentctl.yaml", "")


@cache
def commands() -> dict[tuple[str, ...], Any]:
    """Return every command by the words that call it."""
    found: dict[tuple[str, ...], Any] = {}

    def walk(command: Any, path: tuple[str, ...]) -> None:
        if not hasattr(command, "list_commands"):
            found[path] = command
            return
        for name in command.list_commands(None):
            walk(command.get_command(None, name), (*path, name))

    walk(typer.main.get_command(app), ())
    return {path: command for path, command in found.items() if path not in _LEFT_OUT}


def attempt(place: Place, chance: Random) -> Iterator[Ran | str]:
    """Run some command lines one after the other."""
    for _ in range(8):
        yield place.run(*_line(chance))


def _line(chance: Random) -> list[str]:
    path = chance.choice(list(commands()))
    given: list[str] = []
    for parameter in commands()[path].params:
        if parameter.param_type_name == "argument":
            most = 2 if parameter.nargs == -1 else 1
            given += [_value(chance, parameter) for _ in range(chance.choice((0, 1, 1, 1, most)))]
        elif "--no-input" in parameter.opts:
            given.append("--no-input")
        elif chance.random() < 0.25 and "--help" not in parameter.opts:
            given.append(chance.choice([*parameter.opts, *parameter.secondary_opts]))
            if not parameter.is_flag:
                given.append(_value(chance, parameter))
    if chance.random() < 0.1:
        chance.shuffle(given)
    # After `--` stands a command of the user's own, which may do anything.
    return [*path, *(word for word in given if word != "--")]


def _value(chance: Random, parameter: Any) -> str:
    if _FILES.intersection(parameter.opts):
        return chance.choice(_PATHS)
    choices = getattr(parameter.type, "choices", None)
    if choices and chance.random() < 0.6:
        return str(chance.choice(list(choices)))
    return argument(chance)
