"""incidentctl as a process of its own, forked from the tests: everything but the imports is real.

It has a pid, streams, a terminal, signals and an exit code as one that is started, for a small part
of the CPU time, which mostly goes into imports. What a start itself does (imports, closed streams,
words that are no UTF-8, the program as it is installed) is tested with `python -m incidentctl`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pkgutil
import signal
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import pexpect
from ptyprocess import PtyProcess

import incidentctl
from incidentctl.__main__ import main
from incidentctl.record.write import outbox


def run(*words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with options of `subprocess.run`; keep what it prints as text."""
    usual = {"capture_output": True, "text": True, "timeout": 60}
    if "input" not in options:
        usual["stdin"] = subprocess.DEVNULL
    with _forking():
        check = options.pop("check", False)
        return subprocess.run(
            ["incidentctl", *words], check=check, **_forked(words, usual | options)
        )


def start(*words: str | Path, **options: Any) -> subprocess.Popen[Any]:
    """Start a command, with options of `subprocess.Popen`."""
    with _forking():
        return subprocess.Popen(["incidentctl", *words], **_forked(words, options))


class Terminal(pexpect.spawn):
    """A command at a pseudo-terminal, with options of `pexpect.spawn`."""

    def __init__(self, *words: str | Path, **options: Any) -> None:
        self._words = words
        with _forking():
            super().__init__(sys.executable, ["-m", "incidentctl", *map(str, words)], **options)

    def _spawnpty(self, args: list[str], **options: Any) -> PtyProcess:
        return PtyProcess.spawn(args, **_forked(self._words, options))


@contextlib.contextmanager
def _forking() -> Iterator[None]:
    """Import what a command may; and let Python not warn of the threads of a worker of xdist."""
    _import_commands()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


@functools.cache
def _import_commands() -> None:
    for module in pkgutil.walk_packages(incidentctl.__path__, "incidentctl."):
        if "mcp" not in module.name and not module.name.endswith("__main__"):  # takes a second
            import_module(module.name)
    for name in ("git", "jinja2", "pydantic", "questionary", "rich.console", "yaml"):
        import_module(name)


def _forked(words: tuple[str | Path, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with which a child becomes the command instead of another program."""
    become = functools.partial(_become, ["incidentctl", *map(str, words)], options.get("env"))
    return options | {"preexec_fn": become}


def _become(words: list[str], environment: Mapping[str, str] | None) -> NoReturn:
    """Be a command in this process, and end with it: not even a late Ctrl-C is one in the tests."""
    code = 1
    try:
        code = _code_of(words, environment)
    finally:
        os._exit(code)


def _code_of(words: list[str], environment: Mapping[str, str] | None) -> int:
    """Run a command in this process, whose streams, folder and terminal are set up, to its end."""
    code: object = 1
    try:
        os.closerange(3, 4096)  # which tells the parent, too, that the program has started
        if environment is not None:
            environment = dict(environment)
            os.environ.clear()
            os.environ.update(environment)
        time.tzset()
        outbox.Begun.ever, outbox.Begun.last = False, None  # as in a process that has just started
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python has it
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a server may have ended before
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        sys.argv = words
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (the streams)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
        main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001 (as Python ends)
        traceback.print_exc()
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.main_thread():
            thread.join()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    return code if isinstance(code, int) else 1
