"""A screen of a terminal as SVG: for dark and light, with no font and no address of others."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple

import pyte

_WIDTH, _HEIGHT, _MARGIN = 8, 18, 16

#: By the names of pyte: a colour on white, and one on black. Each has a contrast of 4.5 at least.
_COLOURS = {
    "red": ("#b2182b", "#ff8a93"),
    "green": ("#1b6e3c", "#6fcf97"),
    "brown": ("#8a5300", "#f0b45c"),
    "blue": ("#005a9c", "#7cc0ff"),
    "magenta": ("#8e2a8e", "#e19be1"),
    "cyan": ("#006a75", "#6fd3de"),
    "black": ("#1a1a1a", "#9a9a9a"),
    "white": ("#595959", "#eeeeee"),
}
_STYLE = """\
<style>
svg {{ color-scheme: light dark }}
.paper {{ fill: #fff; stroke: #ccc }} text, .cursor {{ fill: #1a1a1a }} .dim {{ fill: #595959 }}
text {{ font: 13px ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; white-space: pre }}
.bold {{ font-weight: bold }} .italics {{ font-style: italic }}
.underscore {{ text-decoration: underline }} .on {{ fill: #fff }}
{light}
@media (prefers-color-scheme: dark) {{
.paper {{ fill: #111; stroke: #444 }} text, .cursor {{ fill: #eee }} .dim {{ fill: #aaa }}
.on {{ fill: #111 }}
{dark}
}}
</style>"""


class Run(NamedTuple):
    """Characters beside each other that look the same."""

    column: int
    text: str
    classes: tuple[str, ...]


def svg(screen: pyte.Screen, title: str) -> str:
    """Draw a screen as far down as something is on it."""
    lines = [list(_runs(screen, row)) for row in range(screen.lines)]
    while lines and not lines[-1]:
        lines.pop()
    width = screen.columns * _WIDTH + 2 * _MARGIN
    height = len(lines) * _HEIGHT + 2 * _MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
        f'<title id="title">{escape(title)}</title>',
        _STYLE.format(
            light="\n".join(f".{name} {{ fill: {of[0]} }}" for name, of in _COLOURS.items()),
            dark="\n".join(f".{name} {{ fill: {of[1]} }}" for name, of in _COLOURS.items()),
        ),
        f'<rect class="paper" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>',
    ]
    for row, runs in enumerate(lines):
        top = _MARGIN + row * _HEIGHT
        drawn += [_drawn(run, top) for run in runs]
    return "\n".join([*drawn, "</svg>", ""])


def _runs(screen: pyte.Screen, row: int) -> Iterator[Run]:
    cells = [(column, screen.buffer[row][column]) for column in range(screen.columns)]
    for classes, group in groupby(cells, lambda cell: _classes(cell[1])):
        found = list(group)
        text = "".join(char.data for _, char in found)
        if "reverse" not in classes:
            found = found[len(text) - len(text.lstrip()) :]
            text = text.strip()
        if text:
            yield Run(found[0][0], text, classes)


def _classes(char: pyte.screens.Char) -> tuple[str, ...]:
    names = [name for name in ("bold", "italics", "underscore", "reverse") if getattr(char, name)]
    colour = char.fg.removeprefix("bright")
    if char.fg == "brightblack":
        names.append("dim")
    elif colour in _COLOURS:
        names.append(colour)
    elif colour != "default":
        raise ValueError(f"no colour of the sixteen: {char.fg}")
    return tuple(names)


def _drawn(run: Run, top: int) -> str:
    left = _MARGIN + run.column * _WIDTH
    width = len(run.text) * _WIDTH
    classes, back = list(run.classes), ""
    if "reverse" in classes:
        classes.remove("reverse")
        back = f'<rect class="cursor" x="{left}" y="{top}" width="{width}" height="{_HEIGHT}"/>'
        classes.append("on")
    named = f' class="{" ".join(classes)}"' if classes else ""
    return (
        f'{back}<text{named} x="{left}" y="{top + 13}" textLength="{width}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(run.text)}</text>'
    )
