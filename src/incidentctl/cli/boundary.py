"""The error boundary: turns every refusal and every bug into a message and an exit code."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Iterable

import typer

from incidentctl.cli.hints import worded
from incidentctl.cli.terminal import streams
from incidentctl.cli.terminal.console import fitted, joined
from incidentctl.domain.common.text import clean, did_you_mean
from incidentctl.errors import EnvironmentFailedError, IncidentctlError, UsageError

INTERRUPTED = 130
BUG = 70
_SAFE = "What was recorded is safe."
#: The most characters of a text shown: more would push the error off the screen.
_MAX_LETTERS = 2000


#: What people call commands elsewhere, and the command here.
_CALLED_HERE = {
    "ack": "accept",
    "acknowledge": "accept",
    "comment": "log",
    "create": "declare",
    "duplicate": "cancel --duplicate-of INCIDENT",
    "end": "resolve",
    "lint": "catalog lint",
    "merge": "cancel --duplicate-of INCIDENT",
    "new": "declare",
    "note": "log",
    "open": "declare",
    "page": "escalate",
    "postmortem": "retro",
    "start": "declare",
    "who": "catalog who WORDS",
}


#: What no command does, and what does instead.
_INSTEAD = {
    "restrict": "What is declared is recorded for everybody. Declare it again with `incidentctl "
    "declare --restricted`, and blank here what they must not read with `incidentctl redact`.",
}


def unknown_command(word: str, known: Iterable[str]) -> None:
    """Refuse an unknown command, and suggest the one that was probably meant."""
    near = _CALLED_HERE.get(word.casefold()) or did_you_mean(word, known)
    hint = f"Did you mean `incidentctl {near}`?" if near else "See `incidentctl --help`."
    hint = _INSTEAD.get(word.casefold(), hint)
    raise UsageError(f"There is no command {clean(word)!r}.", hint=hint)


#: What takes its time to make is made once in a process.
_built = functools.cache(typer.main.get_command)


def run(app: typer.Typer, arguments: list[str]) -> int:
    """Run the command line; return the exit code: 0 to 6, 70 or 130."""
    try:
        _measure_time(arguments)
        result = _built(app).main(
            args=_readable(arguments), prog_name="incidentctl", standalone_mode=False
        )
        sys.stdout.flush()
        if result == INTERRUPTED:  # typer's result after Ctrl-C
            return _interrupted(arguments)
        return result if isinstance(result, int) else 0
    except IncidentctlError as refusal:
        print_refusal(refusal)
        return refusal.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted(arguments)
    except (BrokenPipeError, SystemExit) as end:
        # The reader of our output is gone (`| head`), for which typer exits with 1; say nothing,
        # and flush nothing.
        if isinstance(end, SystemExit) and not isinstance(end.__context__, BrokenPipeError):
            raise
        streams.drop_stdout()
        return 0
    except OSError as error:
        streams.drop_stdout()  # its buffer would fail again when the process ends
        place = f"{error.filename}: " if isinstance(error.filename, str) else ""
        print_refusal(EnvironmentFailedError(f"{place}{error.strerror or error}.", hint=_SAFE))
        return EnvironmentFailedError.exit_code
    except MemoryError:
        print_refusal(EnvironmentFailedError("There is not enough memory.", hint=_SAFE))
        return EnvironmentFailedError.exit_code
    except Exception as error:  # noqa: BLE001 (the last resort)
        if isinstance(error, typer.Exit):
            return error.exit_code
        if type(error).__module__.startswith("typer"):
            return _usage(error)
        return _bug(error)


def _readable(arguments: list[str]) -> list[str]:
    """Return the words with bytes that are no UTF-8 as U+FFFD, as they are read from a file.

    What names a file keeps them, and so does the command behind `--`.
    """
    ours = arguments.index("--") if "--" in arguments else len(arguments)
    return [
        word
        if place >= ours or not _has_odd_bytes(word) or os.path.lexists(word)
        else word.encode(errors="surrogateescape").decode(errors="replace")
        for place, word in enumerate(arguments)
    ]


def _has_odd_bytes(word: str) -> bool:
    return not word.isascii() and any("\udc80" <= char <= "\udcff" for char in word)


def _measure_time(arguments: list[str]) -> None:
    """Refuse a clock that is too wrong for Python to measure time."""
    try:
        time.time(), time.monotonic()
    except OverflowError:
        raise EnvironmentFailedError(
            "The clock of this machine is wrong by centuries.",
            hint="Check it with `date -u`, set it, and turn on NTP.",
            echo=" ".join(arguments),
        ) from None


#: The commands that lead to the walk.
_WALKING = frozenset({"alert", "declare", "drill", "run"})


def _interrupted(arguments: list[str]) -> int:
    """Say whether anything may be recorded, and give back a text that is not."""
    import shlex

    from incidentctl.app.workspace.workspace import began_to_record, recorded_last
    from incidentctl.domain.incident.ids import is_incident_id, last_part

    if began_to_record():
        ident = recorded_last() or ""
        then = ""
        if is_incident_id(ident):
            walked = not _WALKING.isdisjoint(arguments)
            verb, does = ("run -i", "goes on with") if walked else ("show", "shows")
            then = f" `incidentctl {verb} {last_part(ident)}` {does} {ident}."
        print(f"\nInterrupted. {_SAFE}{then}", file=sys.stderr)
        return INTERRUPTED
    print("\nInterrupted. This command recorded nothing.", file=sys.stderr)
    command = [shlex.join(["incidentctl", *arguments])] if _has_words(arguments) else []
    prompts = sys.modules.get("incidentctl.cli.terminal.prompts")
    answers = [text for text in prompts.answered if _has_words([text])] if prompts else []
    if typed := [*command, *answers]:
        print("You had typed:", file=sys.stderr)
        for text in typed:
            print(_shown(text), file=sys.stderr)
    return INTERRUPTED


def _has_words(texts: Iterable[str]) -> bool:
    return any(" " in text for text in texts)


def print_refusal(refusal: IncidentctlError) -> None:
    """Print a refusal to stderr: the message, the hint, and what the user typed."""
    from incidentctl.app.incident.find import SeveralError

    # Only the candidates are lines of their own; any other line break comes from user text.
    listed = isinstance(refusal, SeveralError)
    message = refusal.message if listed else joined(refusal.message)
    print(fitted(f"error: {_shown(message)}", sys.stderr, 7), file=sys.stderr)
    if hint := worded(refusal.hint):
        print(fitted(f"hint: {_shown(joined(hint))}", sys.stderr, 6), file=sys.stderr)
    if refusal.echo:
        print("Nothing was recorded. You had typed:", file=sys.stderr)
        print(_shown(refusal.echo), file=sys.stderr)
        if len(refusal.echo) > _MAX_LETTERS:
            from incidentctl.cli.terminal.rejected_input import save_rejected_input

            saved = save_rejected_input(refusal.echo.encode(errors="replace"))
            if saved:
                print(f"All of it is saved in {saved}", file=sys.stderr)


def _shown(text: str) -> str:
    """Return the start of a text, inert."""
    shown = clean(text[: _MAX_LETTERS + 1], keep_lines=True)
    return shown if len(text) <= _MAX_LETTERS else f"{shown[:_MAX_LETTERS]}…"


def _usage(error: Exception) -> int:
    """Print typer's own usage error, with what was typed."""
    message = getattr(error, "format_message", lambda: str(error))()
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help
        print(message, file=sys.stderr)
        return UsageError.exit_code
    context = getattr(error, "ctx", None)
    print(f"error: {_shown(message)}", file=sys.stderr)
    if context is not None:
        print(f"hint: See `{context.command_path} --help`.", file=sys.stderr)
    return int(getattr(error, "exit_code", UsageError.exit_code))


def _bug(error: Exception) -> int:
    """Handle a bug: the traceback goes to a file, one line to the user."""
    import traceback

    from incidentctl.app.workspace.bug_report import leave

    if os.environ.get("INCIDENTCTL_DEBUG"):
        print("".join(traceback.format_exception(error)), file=sys.stderr)
    name = leave(error, os.environ) or "(it could not be written to a file)"
    print(
        f"error: A bug in incidentctl: {type(error).__name__}: {clean(str(error))[:200]}\n"
        f"hint: What was recorded is safe. Please report the bug with {name}",
        file=sys.stderr,
    )
    return BUG
