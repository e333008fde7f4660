"""Output of commands: data on stdout, messages on stderr, tables that fit the terminal.

Nothing here interprets markup: every cell and line is cleaned text.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from incidentctl.domain.common.text import clean
from incidentctl.render.json_text import json_text

_BOLD, _DIM, _RED, _YELLOW, _GREEN = "1", "2", "31", "33", "32"
#: The longest message, in characters: more would push everything else off the screen.
_MAX_LETTERS = 6000
STYLES = {"bold": _BOLD, "dim": _DIM, "error": _RED, "warning": _YELLOW, "ok": _GREEN}


def is_terminal() -> bool:
    """Return whether questions can be asked: both stdin and stderr are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def styled(text: str, style: str, *, stream: Any = None) -> str:
    """Return the text in a style if the stream (default: stdout) is a terminal with colours."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def out(line: str = "", style: str | None = None, *, indent: int = 2) -> None:
    """Print one line of data, cleaned, on stdout; a line break in it shows as ⏎.

    On a terminal a long line is wrapped between words, and its other lines are indented.
    """
    page(joined(line), style, indent=indent)


def joined(text: str) -> str:
    """Return a text on one line: each line break shows as ⏎."""
    return " ⏎ ".join(text.splitlines())


def page(text: str, style: str | None = None, *, indent: int | None = None) -> None:
    """Print a text of several lines, cleaned; each user text in it is on one line."""
    text = clean(text, keep_lines=True)
    if indent is not None:
        text = fitted(text, sys.stdout, indent)
    print(styled(text, style) if style else text)


def fitted_out(text: str, indent: int) -> str:
    """Wrap lines between words if stdout is a terminal."""
    return fitted(text, sys.stdout, indent)


def fitted(text: str, stream: Any, indent: int) -> str:
    """Wrap lines between words at the width of a terminal; other streams get whole lines."""
    if not stream.isatty():
        return text
    from incidentctl.render.lines import wrapped

    width = columns()
    return "\n".join(
        each
        for line in text.split("\n")
        for each in ([line] if len(line) <= width // 2 else wrapped(line, width, indent))
    )


def columns() -> int:
    """Return the width of the terminal."""
    import shutil

    return shutil.get_terminal_size().columns


def narrowed(most: int) -> int:
    """Return the width for a page that takes so many columns, if the terminal has them."""
    return min(most, columns()) if sys.stdout.isatty() else most


def progress(text: str) -> None:
    """Show a line on the terminal in place of the last such line; an empty one ends it."""
    print(f"\r\x1b[K{text[: columns() - 1]}", end="", file=sys.stderr, flush=True)


def say(text: str, style: str | None = None, *, indent: int = 2, keep_lines: bool = False) -> None:
    """Print a message: one cleaned line on stderr, at once, cut if too long.

    A line break shows as ⏎, except with `keep_lines`, for texts of our own. It flushes stdout
    first.
    """
    cut = "…" if len(text) > _MAX_LETTERS else ""
    text = text[:_MAX_LETTERS] if keep_lines else joined(text[:_MAX_LETTERS])
    text = fitted(clean(text, keep_lines=True) + cut, sys.stderr, indent)
    text = styled(text, style, stream=sys.stderr) if style else text
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def ring() -> None:
    """Ring the terminal's bell once."""
    print("\a", end="", file=sys.stderr, flush=True)


def print_json(command: str, payload: Mapping[str, Any]) -> None:
    """Print one JSON object with the schema of a command such as `catalog-list`."""
    print(json_text(command, payload))


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    *,
    cut: str | None = None,
    spare: Sequence[str] = (),
    split: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Print a table on stdout: ruled on a terminal, tab-separated when piped.

    On a terminal that is too narrow for whole words each row is a block of lines, a field each.
    With `cut` each row is one line, in which the end of this column gives way; then the columns in
    `spare` are left out, in this order, where it would get too little. On a terminal the cells of a
    column in `split` are broken after its words.
    """
    cells = [[clean(joined(cell or "")) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in cells:
            print("\t".join(row))
        return
    from incidentctl.cli.terminal.tables import block_lines, cut_lines, ruled

    cells = [
        [cell.replace(at, f"{at.rstrip()}\n") if (at := split.get(heading)) else cell
         for heading, cell in zip(headings, row, strict=True)]
        for row in cells
    ]  # fmt: skip
    if cut is not None:
        first, *others = cut_lines(headings, cells, columns(), cut=cut, spare=spare)
        print(styled(first, "bold"), *others, sep="\n")
    elif (drawn := ruled(headings, cells, columns(), bold=styled("x", "bold") != "x")) is not None:
        print(drawn, end="")
    else:
        print(*block_lines(headings, cells, columns()), sep="\n")
