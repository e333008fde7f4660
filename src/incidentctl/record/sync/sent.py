"""Actions that are committed here: kept until a fetch shows that the remote has them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from incidentctl.domain.incident.event_json import EventError
from incidentctl.domain.incident.events import is_id
from incidentctl.domain.incident.ids import has_derived_id, ulid_moment
from incidentctl.domain.incident.unsynced import Unsynced
from incidentctl.git import tree
from incidentctl.git.run import Git
from incidentctl.record.write import kept, outbox
from incidentctl.record.write.outbox import Pending


def unsynced(boxes: Iterable[Path]) -> Unsynced:
    """Count the events in `sent/` and in the outboxes."""
    files = outbox.paths(boxes)
    since = min((_since(path) for path in files if is_id(path.name[:26])), default=None)
    return Unsynced(sum(_events(path) for path in files), since)


def _since(path: Path) -> datetime:
    """Return when an action was recorded here.

    What an alert opens or declares has the alert's own time, which may be hours before it came.
    """
    stated = ulid_moment(path.name)
    if not has_derived_id(outbox.incident_of(path)):
        return stated
    with contextlib.suppress(OSError):
        return max(stated, datetime.fromtimestamp(path.stat().st_mtime, UTC))
    return stated


def waiting(git_dir: Path) -> int:
    """Count the events that a repository, by its common directory, has still to send."""
    return unsynced((git_dir / "incidentctl" / "sent",)).events


def _events(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        try:
            return max(0, outbox.content(path).count(b"\n") - 1)  # a line for each below the head
        except PermissionError:
            return 1  # or more: the file belongs to another account
        except OSError:
            return 0
    return 0


def forget(git: Git, state: Path, commit: str) -> tuple[int, list[Pending]]:
    """Forget what a commit of the remote holds; return how many events, and the actions it lacks.

    Events are compared by their exact paths, because a redacted one has lost its text. The files
    are kept a while longer: this clone may lose fetched objects just like committed ones.
    """
    actions = list(_actions(state / "sent"))
    rest = lacking(git, actions, commit)
    left = {action.path for action in rest}
    gone = [action for action in actions if action.path not in left]
    for action in gone:
        with contextlib.suppress(FileNotFoundError):
            kept.keep(action.path, state)
    return sum(len(action.entries) for action in gone), rest


def lacking(git: Git, actions: Sequence[Pending], commit: str) -> list[Pending]:
    """Return the actions with an event that a commit does not hold."""
    wanted = [path for action in actions for path in outbox.event_paths(action)]
    held = set(tree.names(git, commit, wanted))
    return [action for action in actions if not held.issuperset(outbox.event_paths(action))]


def _actions(sent: Path) -> Iterable[Pending]:
    for path in outbox.paths((sent,)):
        with contextlib.suppress(EventError):  # damaged: it stays, and `doctor` reports it
            action = outbox.read(path)
            if action is not None:
                yield action
