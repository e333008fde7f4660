"""The way in: `incidentctl`, and `python -m incidentctl`."""

import gc
import sys


def main() -> None:
    """Run the command line and end the process with its exit code.

    A command soon ends, and has no cycles worth collecting: to look for them took `log` 5 ms of
    90 while it ran and 7 when it ended. A command that stays is collected all the same, later.
    """
    gc.set_threshold(100_000)
    from incidentctl.cli.main import command_line  # noqa: PLC0415 (Typer's import collects most)

    code = command_line()
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
