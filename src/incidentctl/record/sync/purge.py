"""Purge: start the branch over without its history, so that no commit of it has redacted texts.

The new root holds a marker that names the roots which it replaces. A clone that fetches an unknown
marker adds its own events to the new root, and drops its old history with all that kept it.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from incidentctl.domain.incident.event_json import EventError
from incidentctl.domain.incident.ids import is_group_id
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import keep_files, refs, tree
from incidentctl.git.author import Author
from incidentctl.git.fast_import import Stream
from incidentctl.git.objects import Objects
from incidentctl.git.presence import failed
from incidentctl.git.run import Git
from incidentctl.record.store import incident_events, last_tips, paths, purge_marks
from incidentctl.record.store.compare import Difference, compare, holds_only_the_record
from incidentctl.record.store.incident_events import Folder
from incidentctl.record.store.store import Store
from incidentctl.record.store.stored_event import Stored, check, redacted, redaction_targets
from incidentctl.record.sync import sent
from incidentctl.record.sync.answer import OK
from incidentctl.record.sync.merge import forget_merge
from incidentctl.record.sync.remote import Remote
from incidentctl.record.write import kept, outbox
from incidentctl.record.write.part import Part
from incidentctl.record.write.verify import events_in_commit

#: This ref keeps a history that is being made; nobody reads it.
TEMPORARY = "refs/incidentctl/purge"
#: How long a purge waits for a command that commits, in seconds.
_WAIT = 10.0


#: Files of marks, by their paths.
Marks = Mapping[str, str]
EMPTY: Marks = {}


def _roots(git: Git, *commits: str) -> list[str]:
    done = git.run("rev-list", "--max-parents=0", *commits, "--", timeout=60.0)
    if done.code:
        raise failed("find where the record begins", done)
    return done.out.decode().split()


def start_over(
    part: Part, author: Author, remote: Remote | None, *, marker: str, until: float
) -> str | None:
    """Replace the history of the log ref by a new root; return it, or None without a record.

    `marker` is a ULID. The `remote`, if any, gets the new root before anything is dropped here;
    `until` is a time of the monotonic clock. EnvironmentFailedError if the remote does not accept
    it, or git fails: then nothing has changed.
    """
    if part.store.tips().log_tip is None:
        return None
    with part.lock() as lock:
        if not lock.take(wait=_WAIT):
            raise EnvironmentFailedError("Another incidentctl is committing.", hint="Try again.")
        log_tip = part.store.tips().log_tip
        if log_tip is None:
            return None
        try:
            store = part.store
            known = (*store.index().ids, *store.groups())
            whole = onto(part, author, log_tip, on_mirror(store, log_tip), known=known)
            commit = new_root(part, author, whole, marker)
            if remote is not None:
                _push(part, remote, commit, log_tip, until=until)
            if not replace(part, commit, log_tip):
                raise EnvironmentFailedError(
                    "The record was changed here meanwhile.",
                    hint="Run `incidentctl sync`, then try again.",
                )
        finally:
            forget(part.git)
    return commit


def _push(part: Part, remote: Remote, commit: str, log_tip: str, *, until: float) -> None:
    """Push a new root, which replaces the remote's branch."""
    theirs = part.store.tips().tracking
    if theirs and not refs.follows(part.git, theirs, log_tip):
        raise EnvironmentFailedError(
            "The remote has something that this clone has not received yet.", hint="Try again."
        )
    answer = remote.push(commit, until=until, instead_of=theirs)
    if answer.state != OK:
        raise EnvironmentFailedError(
            f"The remote did not accept the new root: {answer.reason or answer.state}.",
            hint="Try again; a protected branch has to allow a forced push this once.",
        )
    part.git.run("update-ref", remote.tracking, commit)


def new_root(
    part: Part, author: Author, commit: str, marker: str, *, also: str | None = None
) -> str:
    """Make a root with the content of a commit, which replaces the history of that commit.

    `also` is the tip of another history that it replaces.
    """
    git = part.git
    replaced = _roots(git, commit, *filter(None, [also]))
    with Stream(git, TEMPORARY, None, force=True, packed=True) as stream:
        message = "Begin the record anew, without what was redacted\n"
        mark = stream.commit(author, part.now(), message)
        # A folder that git cannot list must not count as missing: the record would be lost.
        for line in tree.lines(git, commit, [*paths.SHELVES, paths.PURGED]):
            stream.folder(line.path, line.oid)
        stream.file(paths.marker_path(marker), purge_marks.write(marker, replaced))
        return _made(stream, mark)


def onto(
    part: Part,
    author: Author,
    base: str,
    missing: dict[str, dict[str, Stored]],
    *,
    known: Iterable[str] = (),
    kept: Marks = EMPTY,
    without: Iterable[str] = (),
) -> str:
    """Make a commit that adds events and marks to another history; its tip if there are none.

    The commit keeps no redacted text in these incidents and in the `known` ones. It leaves out
    `without`: paths of that history that are not the record's.
    """
    wanted, foreign = list(dict.fromkeys((*missing, *known))), list(without)
    if not (wanted or kept or foreign):
        return base
    with Stream(part.git, TEMPORARY, base, force=True, packed=True) as stream:
        message = "Add what the purged record had not\n"
        mark = stream.commit(author, part.now(), message)
        for path in foreign:
            stream.remove(path)
        for incident, held in part.store.folders(wanted, (base,)):
            added = missing.get(incident, {})
            folder = held.union(added)
            files = {**added, **redacted(folder.stored)}
            if files or redaction_targets(folder.stored.values()):
                folder = folder._replace(stored={**folder.stored, **files})
                _write(part, stream, incident, folder, files)
        for path, oid in kept.items():
            stream.object(path, oid)
        return _made(stream, mark)


def on_mirror(store: Store, log_tip: str) -> dict[str, dict[str, Stored]]:
    """Return the events that somebody committed on the mirror and the record lacks so far."""
    mirror = store.tips().mirror
    return compare(store.git, log_tip, mirror).added if mirror not in (None, log_tip) else {}


def only_in(store: Store, ours: str, difference: Difference) -> dict[str, dict[str, Stored]]:
    """Return our events that, by a difference, the others lack or hold with other bytes."""
    found: dict[str, dict[str, Stored]] = {}
    for part in (difference.missing, difference.kept):
        for incident, names in part.items():
            stored = store.folder_at(incident, (ours,)).stored
            held = {name: stored[name] for name in names if name in stored}
            found.setdefault(incident, {}).update(held)
    return found


def _write(
    part: Part, stream: Stream, incident: str, folder: Folder, files: dict[str, Stored]
) -> None:
    """Write events and log.md, also where a newer version knows more of the incident."""
    for name, event in files.items():
        stream.file(paths.event_path(incident, name), event.data)
    if is_group_id(incident):
        return  # it has no log.md
    problems = incident_events.problems(paths.log_path(incident), folder, now=part.now())
    text = part.render(incident, folder.events(), problems)
    stream.file(paths.log_path(incident), text.encode())


def _made(stream: Stream, mark: int) -> str:
    number = stream.ask_commit(mark)
    stream.send()
    result, answers = stream.answers()
    if not answers[number] or result.code:
        raise failed("make the new root", result)
    return answers[number]


def forget(git: Git) -> None:
    """Drop the ref of a history that is in use now, or that was not accepted."""
    if refs.read(git, TEMPORARY):
        git.run("update-ref", "-d", TEMPORARY)


def replace(part: Part, commit: str, before: str) -> bool:
    """Point the log ref at another history, and drop what this clone kept of the old one.

    Only for the holder of the clone's lock. False if the log ref no longer names `before`. Git
    itself keeps unreachable objects for two weeks; it is up to the user to prune them.
    """
    store, state = part.store, part.state
    git, mirror = part.git, store.tips().mirror
    moves: list[tuple[str, str | None, str | None]] = [(store.log_ref, commit, before)]
    if mirror and part.mirror_is_free() and _gives_way(git, mirror, commit):
        moves.append((store.mirror, commit, mirror))
    # Both at once: a process killed in between would leave the old history on the mirror.
    if not refs.move(git, *moves):
        return False
    last_tips.rewrite(state, [last_tips.Noted(commit, int(time.time()))])  # forget the old ones
    moved = store.mirror if store.tips().mirror == commit else None
    for ref in filter(None, (store.log_ref, moved, store.tracking)):
        (git.git_dir / "logs" / ref).unlink(missing_ok=True)
    forget(git)
    forget_merge(git)
    keep_files.sweep(git)
    shutil.rmtree(state / "cache", ignore_errors=True)  # it holds the old texts
    _clear(git, state, commit)
    return True


def let_mirror_follow(part: Part) -> None:
    """Move a mirror that was left on a history which a purge has replaced.

    That happens if it was checked out or locked then. Only for the holder of the clone's lock.
    """
    store, git, tips = part.store, part.git, part.store.tips()
    if tips.log_tip is None or tips.mirror in (None, tips.log_tip):
        return
    mirror = str(tips.mirror)
    with Objects(git) as objects:
        ours, others = purge_marks.of(objects, tips.log_tip), purge_marks.of(objects, mirror)
    if (
        ours
        and part.mirror_is_free()
        and ours.keys()
        & purge_marks.replacing(git, purge_marks.combined(ours, others), mirror, by=tips.log_tip)
        and _gives_way(git, mirror, tips.log_tip)
        and refs.move(git, (store.mirror, tips.log_tip, mirror))
    ):
        (git.git_dir / "logs" / store.mirror).unlink(missing_ok=True)


def _gives_way(git: Git, mirror: str, commit: str) -> bool:
    """Say whether a branch may be moved: it holds only a record, and no event beside a commit's."""
    if not holds_only_the_record(git, mirror):
        return False
    more = compare(git, commit, mirror)
    return not (more.added or more.left_out)


def _clear(git: Git, state: Path, commit: str) -> None:
    """Forget files in the spools whose events the new history holds: they still have the text.

    What the new history does not hold goes into the outbox, to be committed again.
    """
    for path in outbox.paths(kept.spools(state)):
        with contextlib.suppress(EventError):  # `doctor` reports damaged files
            action = outbox.read(path)
            if action is None:
                continue
            wanted = {name: check(name, data) for name, data in action.entries.items()}
            if sent.lacking(git, [action], commit):
                outbox.move(path, state / "outbox")
            elif len(events_in_commit(git, commit, {action.incident: wanted})) < len(wanted):
                path.unlink(missing_ok=True)
