"""Merge the record of the remote with the one here: the union of both, so nothing can conflict."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs
from incidentctl.git.author import Author
from incidentctl.git.fast_import import Stream
from incidentctl.git.run import Git
from incidentctl.record.store import incident_events, last_tips, paths, purge_marks
from incidentctl.record.store.compare import Difference
from incidentctl.record.store.store import Store
from incidentctl.record.store.stored_event import redacted
from incidentctl.record.write.part import Part

#: A merge stands here until the remote has taken it; nobody reads it.
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
    """Make the commit that holds both, with both as parents, so that each stays reachable.

    Without ours it holds what theirs has of the record, and nothing else that theirs has. The marks
    of purges that are `refused`, by their paths, are emptied: other clones follow them no more.

    log.md is written `anew`, and what is redacted loses its text, where ours adds something to
    theirs, else it is theirs: clones that merge the same do not push against each other.
    EnvironmentFailedError when git cannot.
    """
    added = {i: dict(stored) for i, stored in difference.added.items()}
    for incident, stored in difference.changed.items():
        added.setdefault(incident, {}).update(stored)
    anew = anew | difference.missing.keys() | difference.kept.keys()
    logs: dict[str, str] = {}
    # Where ours adds nothing theirs is whole, also in what it has blanked.
    for incident in sorted(anew):
        folder = part.store.folder_at(incident, [tip for tip in (ours, theirs) if tip])
        if forms := redacted(folder.stored):
            added.setdefault(incident, {}).update(forms)
            folder = folder._replace(stored={**folder.stored, **forms})
        if forms or incident_events.knows_all(folder.events()):
            told = incident_events.problems(paths.log_path(incident), folder, now=part.now())
            logs[incident] = part.render(incident, folder.events(), told)
    with Stream(part.git, TEMPORARY, ours, force=True) as stream:
        mark = stream.commit(author, part.now(), "Merge the record of the remote\n", merge=theirs)
        for path in difference.strays:  # first: some have the name of what theirs has
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
        raise EnvironmentFailedError(f"Git could not merge the record: {result.err.strip()[:200]}.")
    return answers[number]


def advance(part: Part, commit: str) -> None:
    """Move the truth to a commit if that follows it, and the mirror if it can follow, too.

    Only for the holder of the clone's lock. A mirror with commits of its own stays, and so does one
    whose truth cannot move: nobody may read there what the record has not.
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
    """Drop what stood for a merge that the remote has, or that nobody has pushed."""
    if refs.read(git, TEMPORARY):
        git.run("update-ref", "-d", TEMPORARY)


def _can_move(store: Store, tip: str | None, commit: str) -> bool:
    return tip is None or refs.follows(store.git, tip, commit)
