"""How fast the program starts: `--help`, `--version` and Tab beside importing typer."""

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
            "completion": process((INCIDENTCTL, "completion", "bash", "--", "show", ""), folder),
        },
        21,
    )
    return [
        Row(
            f"`incidentctl {option}` / `python -c 'import typer'`",
            ratio(times[option], times["typer"]), "×", limit,
            f"{middle(times[option]):.0f} / {middle(times['typer']):.0f} ms",
        )
        for option, limit in (("--help", 1.2), ("--version", 1.2), ("completion", 2.0))
    ]  # fmt: skip
