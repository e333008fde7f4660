"""Tables on a terminal, of inert cells: ruled, a line a row, or a block of lines a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incidentctl.render.lines import fitting, width, wrapped

#: Between two columns.
_GAP = 2
#: The least width of the column that is cut, of one of sentences, and for a long word.
_LEAST, _SENTENCE, _WORD = 28, 16, 24
#: What the column that is cut gets on any screen.
_ROOM = 20


def ruled(
    headings: Sequence[str], rows: Sequence[Sequence[str]], columns: int, *, bold: bool
) -> str | None:
    """Return a table whose cells wrap between words; None if whole words do not fit."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0),
        header_style="bold" if bold else "",
    )  # fmt: skip
    taken = 0
    for number, heading in enumerate(headings):
        cells = [row[number] for row in rows]
        word = max((width(w) for text in (heading, *cells) for w in text.split()), default=0)
        whole = max((width(line) for text in cells for line in text.split("\n")), default=0)
        least = word if number == 0 else max(min(word, _WORD), min(whole, _SENTENCE))
        if any("\n" in text for text in cells):  # no other break is as good
            least = max(whole, least)
        drawn.add_column(heading, overflow="fold", min_width=least)
        taken += least + _GAP
    if taken - _GAP > columns:
        return None
    for row in rows:
        drawn.add_row(*map(Text, row))
    screen = Console(markup=False, highlight=False, emoji=False, width=columns)
    with screen.capture() as captured:
        screen.print(drawn)
    return captured.get()


def block_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], columns: int
) -> Iterator[str]:
    """Yield a line for each field that says something, with an empty line between rows."""
    indent = max(map(width, headings)) + _GAP
    for number, row in enumerate(rows):
        if number:
            yield ""
        for heading, cell in zip(headings, row, strict=True):
            if cell:
                yield from wrapped(f"{heading:<{indent}}{' '.join(cell.split())}", columns, indent)


def cut_lines(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: int,
    *,
    cut: str,
    spare: Sequence[str],
) -> Iterator[str]:
    """Yield the headings and a line for each row; the last column is `cut`, which gives way."""
    shown = list(headings)
    longest = max(width(dict(zip(headings, row, strict=True))[cut]) for row in (headings, *rows))
    least = min(_LEAST, longest)
    widths = {
        heading: max(map(width, (heading, *(row[number] for row in rows))))
        for number, heading in enumerate(headings)
        if heading != cut
    }
    for heading in spare:
        if columns - sum(widths[each] + _GAP for each in shown if each != cut) >= least:
            break
        shown.remove(heading)
    for row in (headings, *rows):
        cells = dict(zip(headings, row, strict=True))
        begin = "".join(
            cells[each] + " " * (widths[each] - width(cells[each]) + _GAP)
            for each in shown
            if each != cut
        )
        yield fitting(begin + cells[cut], max(columns, width(begin) + _ROOM)).rstrip()
