"""Run git for the record: fixed options, a cleaned environment, a time limit on every call.

The record's commits must run no hook, ask nothing, sign nothing and open nothing, whatever the
user's configuration says. Each option and variable below closes one of these ways.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.environment import NETWORK, environment
from incidentctl.git.nested import is_content

_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    # A fetch and a push run this if objects are borrowed; without its output they send more.
    "core.alternateRefsCommand=true",
    "commit.gpgSign=false",
    "push.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    # Without these a power cut may lose what git reported as written (git-config, core.fsync).
    "core.fsync=committed,reference",
    "core.fsyncMethod=fsync",
    # A pack for each event would slow down every later git command, a file for each object a storm
    # of alerts.
    "fastimport.unpackLimit=200",
    "protocol.ext.allow=never",
    "submodule.recurse=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=no",
    "push.followTags=false",
    "advice.detachedHead=false",
)
_ARGUMENTS = ("git", *(part for option in _OPTIONS for part in ("-c", option)))

#: How often to check whether a silent git has ended, in seconds.
_GLANCE = 0.5
#: How many bytes of the output of a git with progress are kept.
_KEPT = 1 << 20


#: The exit code of a git that was ended after it had printed what `Patience` waits for.
ENDED = 1000


class Patience(NamedTuple):
    """How many seconds a git may be silent once its progress matched a pattern."""

    after: re.Pattern[bytes]
    silence: float


class Result(NamedTuple):
    """How a git process ended, and what it wrote."""

    code: int
    out: bytes
    err: str


class Git:
    """Git on one repository, named by its git directory; no discovery, no working directory."""

    def __init__(self, git_dir: Path, given: Mapping[str, str]) -> None:
        """Take the git directory and the environment of this program."""
        self.git_dir = git_dir
        self._environment = environment(given) | {"GIT_DIR": str(git_dir)}
        self.held: list[int] = []
        """File descriptors of locks: children inherit them, so that a lock outlives a killed parent
        as long as its git works. Children that talk to a remote do not: they start programs that
        stay, such as a credential cache."""

    def variable(self, name: str) -> str | None:
        """Return a variable of git's environment."""
        return self._environment.get(name) or None

    def start(
        self,
        arguments: Sequence[str],
        *,
        feed: bool,
        discover: bool = False,
        more: Mapping[str, str] | None = None,
        folder: Path | None = None,
        network: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start `git <arguments>`; with `feed` its stdin is a pipe. Refuses if git is missing.

        With `discover` git finds the repository by itself, and refuses one that it does not trust.
        `more` are further variables of its environment, `folder` is its working directory. Only a
        `network` git may talk to a remote; it inherits no lock, because it may leave a daemon
        behind.
        """
        variables = {**self._environment, **(NETWORK if network else {}), **(more or {})}
        nested: tuple[str, ...] = ()
        if discover:
            if is_content(folder or self.git_dir):  # a nested one may be a stranger's
                nested = ("-c", "safe.bareRepository=explicit")
            variables = {k: v for k, v in variables.items() if k != "GIT_DIR"}
        try:
            return subprocess.Popen(
                [*_ARGUMENTS, *nested, *arguments],
                stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=variables,
                cwd=folder or self.git_dir,
                pass_fds=() if network else tuple(self.held),
                start_new_session=True,  # Ctrl-C must not stop a commit halfway
            )
        except FileNotFoundError:
            if not self.git_dir.is_dir():
                raise EnvironmentFailedError(f"{self.git_dir} does not exist any more.") from None
            raise EnvironmentFailedError(
                "Git was not found.", hint="Install git 2.36 or later."
            ) from None
        except OSError as error:
            raise EnvironmentFailedError(f"Git could not be started: {error.strerror}.") from None

    def run(
        self,
        *arguments: str,
        data: bytes | None = None,
        timeout: float = 10.0,
        discover: bool = False,
    ) -> Result:
        """Run `git <arguments>` to its end; `data` goes to stdin, `timeout` is in seconds."""
        child = self.start(arguments, feed=data is not None, discover=discover)
        return finish(child, arguments[0], data, timeout=timeout)


def finish(
    child: subprocess.Popen[bytes], name: str, data: bytes | None, *, timeout: float
) -> Result:
    """Feed a git that was started as `name` and wait until it ends; `timeout` is in seconds."""
    try:
        out, err = child.communicate(data, timeout=timeout)
    except subprocess.TimeoutExpired:
        kill(child)
        raise EnvironmentFailedError(
            f"Git {name} took longer than {timeout:.0f} seconds and was stopped."
        ) from None
    return Result(child.returncode, out, err.decode(errors="replace"))


def finish_live(
    child: subprocess.Popen[bytes],
    *,
    silence: float,
    limit: float,
    patience: Patience | None = None,
) -> Result | None:
    """Wait for a git that shows its progress on stderr; None if it had to be ended.

    It may take `limit` seconds, but be silent for at most `silence`: a slow network may go on, one
    that never answers is given up. Programs that git started and left behind are not waited for.
    With `patience` git may be silent for longer at its end; its code is ENDED if it was ended then.
    """
    texts = {"out": bytearray(), "err": bytearray()}
    patient = False
    end = time.monotonic() + limit
    heard = time.monotonic()
    try:
        with selectors.DefaultSelector() as ready:
            for name, pipe in (("out", child.stdout), ("err", child.stderr)):
                if pipe is not None:
                    ready.register(pipe, selectors.EVENT_READ, name)
            while ready.get_map():
                ended = child.poll() is not None
                found = ready.select(min(_GLANCE, silence, max(0.0, end - time.monotonic())))
                if found:
                    heard = time.monotonic()
                elif ended:
                    break  # a daemon of ssh or a credential helper holds its pipes
                elif time.monotonic() >= min(end, heard + silence):
                    return _ended(texts) if patient else None
                for key, _ in found:
                    data = os.read(key.fd, 65536)
                    texts[key.data] += data
                    del texts[key.data][:-_KEPT]
                    if patience and not patient and patience.after.search(texts["err"]):
                        patient, silence = True, patience.silence
                    if not data:
                        ready.unregister(key.fileobj)
        try:
            child.wait(timeout=max(1.0, min(silence, end - time.monotonic())))
        except subprocess.TimeoutExpired:
            return _ended(texts) if patient else None
        return Result(child.returncode, bytes(texts["out"]), texts["err"].decode(errors="replace"))
    finally:
        kill(child)


def _ended(texts: Mapping[str, bytearray]) -> Result:
    return Result(ENDED, bytes(texts["out"]), texts["err"].decode(errors="replace"))


def signal_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a child and what it started; each child has its own process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def kill(child: subprocess.Popen[bytes]) -> None:
    """End a child and what it started, and wait for it."""
    signal_group(child)
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    child.wait()
