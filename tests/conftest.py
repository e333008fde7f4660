"""What every test needs: nobody's own git configuration, identity or folders."""

from __future__ import annotations

import gc
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Modules are compiled once, whatever the machine says, and not again for each command that starts.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Streams are buffered, as users have them: what cannot be written fails when a command ends.
os.environ.pop("PYTHONUNBUFFERED", None)

import hypothesis  # noqa: E402 (pytest compiles it, too)
from tests.connect.targets import Target, http_target  # noqa: E402
from tests.sending import answer  # noqa: E402
from tests.teams import committed_example  # noqa: E402

# Started in the background of a script, Ctrl-C is ignored here, and would be in every child.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parent.parent

# What the tests themselves hold is not looked through again and again: it took up to a second.
gc.set_threshold(100_000)


def pytest_collection_finish() -> None:
    """Leave out of every later look for garbage what all modules and tests hold."""
    gc.freeze()


# How long an example takes says more of the machine than of what is tested.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


_NUMBERS = itertools.count()


def _numbered(name: str, factory: pytest.TempPathFactory) -> Path:
    """Make a folder: pytest's own `mktemp` lists those of all tests before to find a number."""
    folder = factory.getbasetemp() / f"{name}_{next(_NUMBERS)}"  # no name that `mktemp` makes
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for this test, named as pytest does."""
    return _numbered(re.sub(r"\W", "_", request.node.name)[:30], tmp_path_factory)


@pytest.fixture(autouse=True)
def _nobodys_machine(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):
    """Shut out the user's git configuration, repository and XDG folders; name a tester.

    Also that this is CI, where it is: there, nothing is exchanged in the background.
    """
    home = _numbered("home", tmp_path_factory)
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "INCIDENTCTL_")) and name != "INCIDENTCTL_REQUIRE_ALL":
            monkeypatch.delenv(name)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("USER", "tester")
    (home / "gitconfig").write_text(
        "[user]\n\tname = Alice Example\n\temail = alice@example.com\n"
        "[init]\n\tdefaultBranch = main\n[safe]\n\tdirectory = *\n"
    )


_LOOK_UP = socket.getaddrinfo


@pytest.fixture(autouse=True)
def _nobody_is_asked_for_names(monkeypatch: pytest.MonkeyPatch):
    """Only this machine has a name: without a network, to ask for another takes seconds."""

    def look_up(host: str | None, *arguments: Any, flags: int = 0, **options: Any) -> Any:
        if host not in (None, "", "localhost"):
            flags |= socket.AI_NUMERICHOST
        return _LOOK_UP(host, *arguments, flags=flags, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example `otel-demo` in a repository; `team` is a copy of it."""
    return committed_example(tmp_path_factory.mktemp("example") / "team")


@pytest.fixture
def team(example: Path, tmp_path: Path) -> Path:
    """A repository of its own for this test, with the catalog of the example."""
    folder = tmp_path / "team"
    shutil.copytree(example, folder, symlinks=True)
    return folder


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path wraps no line of a terminal, however deep those of pytest are."""
    with tempfile.TemporaryDirectory(prefix="i") as folder:
        yield Path(folder)


@pytest.fixture
def git() -> Callable[..., str]:
    """Run git in a folder: `git(folder, "add", "-A")` returns what it printed."""

    def run(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout

    return run


@pytest.fixture
def target() -> Iterator[Target]:
    """A server on loopback that takes what steps send."""
    with http_target() as server:
        server.answer = answer
        yield server


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A server that takes connections and never answers; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []
        ended = threading.Event()

        def accept() -> None:
            server.settimeout(0.1)
            while not ended.is_set():
                try:
                    taken.append(server.accept()[0])
                except TimeoutError:
                    continue

        worker = threading.Thread(target=accept)
        worker.start()
        yield server.getsockname()[1]
        ended.set()
        worker.join()
        for each in taken:
            each.close()
