"""How fast the program starts: `--help` and `--version` beside importing typer."""

from __future__ import annotations

from pathlib import Path

from bench.timing import IMPORT_TYPER, INCIDENTCTL, Row, middle, process, ratio, rounds


def rows(folder: Path) -> list[Row]:
    """Measure in 21 rounds."""
    times = rounds(
        {
            "typer": process(IMPORT_TYPER, folder),
            "--help": process((INCIDENTCTL, "--help"), folder),
            "--version": process((INCIDENTCTL, "--version"), folder),
        },
        21,
    )
    return [
        Row(
            f"`incidentctl {option}` / `python -c 'import typer'`",
            ratio(times[option], times["typer"]), "×", 1.2,
            f"{middle(times[option]):.0f} / {middle(times['typer']):.0f} ms",
        )
        for option in ("--help", "--version")
    ]  # fmt: skip
