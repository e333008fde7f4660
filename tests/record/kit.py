"""A clone to try the record on, with tiny stand-ins for the fold and the renderer.

Also run as a program, `python -m tests.record.kit GIT_DIR FALLBACK INCIDENT TEXT...`: acknowledges
one note per text, tells each id as acknowledged, and flushes. WORK_TREE in its environment gets the
view.
"""

from __future__ import annotations

import atexit
import functools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.head import Head
from incidentctl.domain.incident.ids import next_milliseconds, ulid
from incidentctl.errors import Problem
from incidentctl.record.record import Action, Author, Part, Record
from incidentctl.record.store.paths import log_path

INCIDENT = "inc-20261124-1401-k7f"
OTHER = "inc-20261125-0900-bcd"
AUTHOR = Author("Alice", "alice@example.org")
SHUT_OUT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


def now() -> datetime:
    return datetime.now(UTC)


def render(incident: str, events: Sequence[Event], problems: Sequence[Problem]) -> str:
    """A log.md that depends on each event and on nothing else."""
    return "".join([f"# {incident}\n", *(f"- {event.id} {event.kind}\n" for event in events)])


def shown_in(tree: Path) -> str:
    """Return what the view of a work tree shows of `INCIDENT`, without the line that seals it."""
    text, seal, _ = (tree / log_path(INCIDENT)).read_text().rpartition("\n<!-- The digest of ")
    assert seal
    return text


def fold_head(incident: str, events: Sequence[Event]) -> Head:
    title, declared, ended = "?", events[0].at, None
    for event in events:
        if isinstance(event.fact, facts.Declared):
            title, declared = event.fact.title, event.at
        if isinstance(event.fact, facts.Resolved):
            ended = event.at
        if isinstance(event.fact, facts.Reopened):
            ended = None
    return Head(
        id=incident, kind="incident", title=title, severity=None, critical=False, status="triage",
        declared=declared, commander=events[0].by, services=(), product_areas=(), owner=None,
        ended=ended, open=ended is None,
    )  # fmt: skip


def event(fact: Any, *, after: str | None = None, at: datetime | None = None) -> Event:
    moment = at or now()
    ident = ulid(next_milliseconds(moment, after), secrets.randbits(80))
    return Event(ident, moment, moment, "alice", fact)


def action(
    *stated: Any,
    incident: str = INCIDENT,
    summary: str = "alice: note",
    after: Action | None = None,
) -> Action:
    """Return an action; two of one millisecond have no order unless one comes `after` the other."""
    events: list[Event] = []
    newest = after.events[-1].id if after else None
    for fact in stated:
        events.append(event(fact, after=events[-1].id if events else newest))
    return Action(incident, tuple(events), AUTHOR, summary)


def part_of(git_dir: Path, fallback: Path, **more: Any) -> Part:
    given: dict[str, Any] = {
        "work_tree": None, "environment": os.environ, "render": render, "fold_head": fold_head,
        "now": now, **more,
    }  # fmt: skip
    return Part(git_dir, fallback=fallback, **given)


def open_record(git_dir: Path, fallback: Path, *, restricted: bool = False, **more: Any) -> Record:
    part = part_of(git_dir, fallback, **more)
    return Record(part.restricted(None) if restricted else part)


class Clone(NamedTuple):
    """A repository on disk."""

    path: Path
    git_dir: Path
    fallback: Path

    def record(self, **more: Any) -> Record:
        return open_record(self.git_dir, self.fallback, **more)

    def git(self, *arguments: str, check: bool = True, data: str | None = None) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            check=check, capture_output=True, text=True, input=data,
            env=os.environ | SHUT_OUT | {
                "GIT_AUTHOR_NAME": "U", "GIT_AUTHOR_EMAIL": "u@x", "GIT_COMMITTER_NAME": "U",
                "GIT_COMMITTER_EMAIL": "u@x",
            },
        )  # fmt: skip
        return done.stdout

    def declare(self, incident: str = INCIDENT, title: str = "Login is down") -> Record:
        record = self.record()
        record.acknowledge(action(facts.Declared(title), incident=incident, summary="declared"))
        assert record.flush().commit
        return record

    def logged_ids(self) -> list[str]:
        """The ids of all events in the log, as git lists them."""
        listed = self.git("ls-tree", "-r", "--name-only", "refs/incidentctl/log", check=False)
        return [Path(line).name[:26] for line in listed.splitlines() if "/events/" in line]

    def outbox(self) -> list[str]:
        folder = self.git_dir / "incidentctl" / "outbox"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def make_clone(path: Path, *arguments: str, commit: bool = True) -> Clone:
    """Make a repository with one commit, or none where it is bare."""
    bare = "--bare" in arguments
    form = os.environ.get("GIT_DEFAULT_HASH", "")
    shutil.copytree(
        _template(arguments, commit and not bare, form),
        path,
        symlinks=True,
        copy_function=shutil.copy,  # with times of its own, as git makes it
    )
    return Clone(path, path if bare else path / ".git", path.parent / "fallback")


@functools.cache
def _template(arguments: tuple[str, ...], commit: bool, form: str) -> Path:
    """Make a repository that others are copies of: a copy costs no process."""
    path = scratch() / "repository"
    path.mkdir()
    made = Clone(path, path, path)
    made.git("init", "-q", "-b", "main", *arguments)
    for sample in path.glob("**/hooks/*.sample"):
        sample.unlink()
    if commit:
        (path / "file.txt").write_text("one\n")
        made.git("add", "file.txt")
        made.git("commit", "-q", "-m", "first")
    return path


def scratch() -> Path:
    """Make a folder that is there as long as this process, whatever becomes of its forks."""
    folder, owner = Path(tempfile.mkdtemp(prefix="incidentctl-tests-")), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def work_in_a_fork(arguments: Sequence[str], output: Connection) -> None:
    """Work as the program does, in a process that has imported everything; tell it to `output`."""
    sys.stdout = os.fdopen(os.dup(output.fileno()), "w")
    work(*arguments)


def work(git_dir: str, fallback: str, incident: str, *texts: str) -> None:
    work_tree = Path(os.environ["WORK_TREE"]) if "WORK_TREE" in os.environ else None
    record = open_record(Path(git_dir), Path(fallback), work_tree=work_tree)
    for text in texts:
        note = action(facts.Noted(text), incident=incident)
        sys.stdout.write(f"BEGIN {note.events[0].id}\n")
        sys.stdout.flush()
        record.acknowledge(note)
        sys.stdout.write(f"ACK {note.events[0].id}\n")
        sys.stdout.flush()
        flushed = record.flush()
        sys.stdout.write(f"FLUSHED {flushed.commit} {flushed.pending} {flushed.reason}\n")
        sys.stdout.writelines(f"NOTE {note}\n" for note in flushed.notes)
        sys.stdout.flush()


if __name__ == "__main__":
    work(*sys.argv[1:])
