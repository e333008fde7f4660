"""Merge the record of the remote with the one here: keep the events of both, without conflicts."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

from incidentctl.domain.incident.ids import is_group_id
from incidentctl.git import refs
from incidentctl.git.author import Author
from incidentctl.git.fast_import import Stream
from incidentctl.git.presence import failed
from incidentctl.git.run import Git
from incidentctl.record.store import incident_events, last_tips, paths, purge_marks
from incidentctl.record.store.compare import Difference
from incidentctl.record.store.store import Store
from incidentctl.record.store.stored_event import redacted
from incidentctl.record.write.part import Part

#: This ref keeps a merge until the remote has taken it; nobody reads it.
TEMPORARY = "refs/incidentctl/merge"


def merge(
    part: Part,
    author: Author,
    ours: str | None,
    theirs: str,
    difference: Difference,
    *,
    anew: AbstractSet[str] = frozenset(),
    refused: AbstractSet[str] = frozenset(),
) -> str:
    """Make a commit with the events of both and both as parents, so that each stays reachable.

    Without ours it holds the record of theirs and no other files. The marks of purges in `refused`,
    given by their paths, are emptied, so that other clones no longer follow them.

    In the incidents `anew`, and where ours adds something, log.md is rendered again and redacted
    texts are blanked. Elsewhere the commit takes over theirs: so clones that merge the same commits
    do not keep pushing against each other. EnvironmentFailedError if git fails.
    """
    added = {i: dict(stored) for i, stored in difference.added.items()}
    for incident, stored in difference.changed.items():
        added.setdefault(incident, {}).update(stored)
    anew = anew | difference.missing.keys() | difference.kept.keys()
    logs: dict[str, str] = {}
    # Where ours adds nothing, theirs is complete, also in what it has blanked.
    for incident in sorted(anew):
        folder = part.store.folder_at(incident, [tip for tip in (ours, theirs) if tip])
        if forms := redacted(folder.stored):
            added.setdefault(incident, {}).update(forms)
            folder = folder._replace(stored={**folder.stored, **forms})
        if is_group_id(incident):
            continue  # it has no log.md
        if forms or incident_events.knows_all(folder.events()):
            problems = incident_events.problems(paths.log_path(incident), folder, now=part.now())
            logs[incident] = part.render(incident, folder.events(), problems)
    with Stream(part.git, TEMPORARY, ours, force=True) as stream:
        mark = stream.commit(author, part.now(), "Merge the record of the remote\n", merge=theirs)
        for path in difference.strays:  # first: some have a name that theirs uses as well
            stream.remove(path)
        for incident, stored in added.items():
            for name, event in stored.items():
                stream.file(paths.event_path(incident, name), event.data)
        for incident, text in logs.items():
            stream.file(paths.log_path(incident), text.encode())
        for incident in difference.logs.keys() - anew:
            stream.object(paths.log_path(incident), difference.logs[incident])
        for incident, names in difference.unread.items():
            for name, oid in names.items():
                stream.object(paths.event_path(incident, name), oid)
        for path, oid in difference.markers.items():
            stream.object(path, oid)
        for path in refused:
            stream.file(path, purge_marks.write(PurePosixPath(path).stem, ()))
        number = stream.ask_commit(mark)
        stream.send()
        result, answers = stream.answers()
    if not answers[number] or result.code:
        raise failed("merge the record", result)
    return answers[number]


def advance(part: Part, commit: str) -> None:
    """Move the log ref to a commit if that follows it, and the mirror as well if it can follow.

    Only for the holder of the clone's lock. A mirror with commits of its own stays where it is. So
    does the mirror if the log ref cannot move: it must never show what the record does not have.
    """
    store, tips = part.store, part.store.tips()
    if _can_move(store, tips.log_tip, commit):
        moves = [(store.log_ref, commit, tips.log_tip)]
        same = tips.mirror == tips.log_tip
        if part.mirror_is_free() and (same or _can_move(store, tips.mirror, commit)):
            moves.append((store.mirror, commit, tips.mirror))
        if refs.move(store.git, *moves):
            last_tips.note(store.state, commit)
    forget_merge(store.git)


def forget_merge(git: Git) -> None:
    """Drop the ref of a merge that the remote has, or that nobody has pushed."""
    if refs.read(git, TEMPORARY):
        git.run("update-ref", "-d", TEMPORARY)


def _can_move(store: Store, tip: str | None, commit: str) -> bool:
    return tip is None or refs.follows(store.git, tip, commit)
