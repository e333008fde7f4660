"""Use case `drill check`: private answers of drills where everybody can read them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.drill import documents
from incidentctl.app.drill.play import drills_played
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.leak_search import Hit, Needle, hits, needles
from incidentctl.domain.drill.plan import (
    PlannedDrill,
    PrivateHalf,
    PublicHalf,
    drill_of,
    how_to_get,
)
from incidentctl.domain.drill.secrets import tells
from incidentctl.domain.drill.spelling import Spelled
from incidentctl.domain.incident.facts import InjectPlayed
from incidentctl.errors import EnvironmentFailedError, NotFoundError, RefusedError
from incidentctl.files.history.search import SharedText, TeamHistory
from incidentctl.files.layout import retrospective_path
from incidentctl.record.store import paths

# `distribute_to` may name teams; a trailer names the authors and reviewers of the commit.
_DISTRIBUTED = re.compile(r"^distribute_to:.*(?:\n(?:[ \t-].*)?)*", re.MULTILINE)
_TRAILER = re.compile(r"^[A-Za-z-]+-by: .*$", re.MULTILINE)
_TEMPLATES = tuple(documents.TEMPLATE.format(kind=kind) for kind in ("public", "note"))


class Leak(NamedTuple):
    """A private answer that others can read: which words of it, and where."""

    drill: str
    answer: str
    words: str
    where: str
    """`document`, `file`, `staged`, `history`, `file name`, `commit message`, `commit author`,
    `tag message`, `ref` or `description`."""
    path: str | None
    line: int | None
    commit: str | None
    committed: bool = True
    """Whether git has it in its history, which cannot be taken back; a change that is not
    committed can."""


class Checked(NamedTuple):
    """What was found, in which drills, and which drills could not be checked."""

    drills: tuple[str, ...]
    unknown: tuple[str, ...]
    leaks: tuple[Leak, ...]
    shallow: bool
    whole: bool = True
    """Whether git has every object to search."""
    unread: tuple[str, ...] = ()
    """What could not be searched, a sentence each; no leak found means little then."""


class Delivered(NamedTuple):
    """An inject that was delivered to the responders: in which incident, by which event."""

    drill: str
    incident: str
    event: str
    text: str


class _Secret(NamedTuple):
    drill: str
    public: PublicHalf
    path: str
    text: list[Needle]
    names: list[Needle]
    delivered: list[Delivered]


def _delivered(workspace: Workspace) -> list[Delivered]:
    """Return the delivered injects of the record; empty where it cannot be read."""
    found = []
    try:
        for incident in drills_played(workspace):
            if incident.drill and incident.drill.injects:
                events, _ = workspace.record.events(incident.id)
                found += [
                    Delivered(incident.drill.drill, incident.id, event.id, event.fact.text)
                    for event in events
                    if isinstance(event.fact, InjectPlayed)
                ]
    except EnvironmentFailedError:
        return []
    return found


def check(workspace: Workspace, name: str | None) -> Checked:
    """Search for the private answers of one drill, or of all whose private half is here.

    Delivered injects are no leak in the record of their own drill.
    """
    root, catalog = workspace.team_root(), workspace.catalog
    environment, delivered = workspace.environment, _delivered(workspace)
    wanted = [documents.find(catalog, name).name] if name else list(catalog.drills)
    with closing(TeamHistory(root)) as history:
        prefix = root.resolve().relative_to(history.top.resolve()).as_posix()
        inside = "" if prefix == "." else f"{prefix}/"
        secrets = [known for each in wanted if (known := _secret(catalog, each, inside, delivered))]
        checked = tuple(each.drill for each in secrets)
        unknown = tuple(
            each
            for each in wanted
            if each not in checked and not isinstance(catalog.drills[each], PlannedDrill)
        )
        if name and not checked:
            _refuse(wanted[0], planned=not unknown)
        if not secrets:
            return Checked((), unknown, (), shallow=False)
        found = [leak for each in secrets for leak in _documents(root, catalog, each, environment)]
        seen = [
            (secret, shared, hit)
            for shared in history.texts()
            for spelled in [Spelled(shared.text)]  # once for all drills
            for secret in secrets
            for hit in _hits(secret, shared, spelled, inside)
        ]
        commits = history.commits(shared.blob for _, shared, _ in seen if shared.blob)
        found += _placed(seen, commits)
        leaks = tuple(_judged(dict.fromkeys(found), secrets))
        shallow, whole = history.shallow(), history.whole()
        return Checked(checked, unknown, leaks, shallow, whole, history.unread())


def _judged(leaks: Collection[Leak], secrets: Iterable[_Secret]) -> Iterator[Leak]:
    """Say of each leak whether git has it already."""
    public = {secret.drill: secret.path for secret in secrets}
    kept = {(leak.drill, leak.answer, leak.path) for leak in leaks if leak.commit is not None}
    for leak in leaks:
        in_files = leak.where in ("file", "staged", "document", "file name")
        path = public[leak.drill] if leak.where == "document" else leak.path
        known = leak.commit is not None or (leak.drill, leak.answer, path) in kept
        yield leak._replace(committed=known or not in_files)


def _refuse(name: str, *, planned: bool) -> None:
    if planned:
        raise RefusedError(f"{name} is a planned drill: nothing in it is secret.")
    raise NotFoundError(
        f"The private half of {name} is not in this clone, so there is nothing to search for.",
        hint=how_to_get(name),
    )


def _secret(
    catalog: Catalog, name: str, inside: str, delivered: Sequence[Delivered]
) -> _Secret | None:
    drill = drill_of(catalog, name)
    if drill is None or not isinstance(drill.plan, PrivateHalf):
        return None
    public = drill.announced
    if not isinstance(public, PublicHalf):
        return None
    path = inside + sources(catalog, "drill")[name].source.path
    wanted = needles(catalog, drill.plan, public)
    return _Secret(name, public, path, *wanted, [each for each in delivered if each.drill == name])


def _documents(
    root: Path, catalog: Catalog, secret: _Secret, environment: Mapping[str, str]
) -> Iterator[Leak]:
    """Find leaks in the public documents, including those of the organisation's own templates."""
    made = (
        documents.document(catalog, secret.drill, documents.Audience.PUBLIC),
        documents.note_before(catalog, secret.drill),
    )
    said = "\n".join(str(getattr(secret.public, key) or "") for key in ("why", "environment"))
    for hit in hits(Spelled(f"{secret.drill}\n{said}"), [*secret.text, *secret.names]):
        yield Leak(secret.drill, hit.answer, hit.words, "document", None, None, None)
    for each in made:
        text = documents.written(root, each, "markdown", environment=environment)
        for hit in hits(Spelled(text), secret.text):
            yield Leak(secret.drill, hit.answer, hit.words, "document", None, None, None)


def _hits(secret: _Secret, shared: SharedText, spelled: Spelled, inside: str) -> list[Hit]:
    """Return what a text leaks: names only where it is about the drill."""
    said = [each.text for each in secret.delivered if _may_contain(each, shared.path or "", inside)]
    left = [n for n in secret.text if not any(tells(text, n.words) for text in said)]
    found = hits(spelled, left)
    if shared.where in ("commit message", "tag message", "ref"):
        if tells(shared.text, secret.drill):
            found += hits(Spelled(_TRAILER.sub("", shared.text)), secret.names)
    elif shared.where in ("file", "history") and shared.path is not None:
        templates = [inside + each for each in _TEMPLATES]
        if shared.path == secret.path:  # the public half may state the public reason
            found = [hit for hit in found if hit.answer != "why"]
        if shared.path == secret.path or shared.path in templates:
            found += hits(Spelled(_DISTRIBUTED.sub(_blank, shared.text)), secret.names)
    return found


def _may_contain(inject: Delivered, path: str, inside: str) -> bool:
    """Return whether a file may contain a delivered inject: it is of that drill, and not older.

    Older events may not contain it. log.md and the retrospective only repeat events.
    """
    if event := paths.parse(path):
        return event.incident == inject.incident and event.name[: len(inject.event)] >= inject.event
    return path in (paths.log_path(inject.incident), inside + retrospective_path(inject.incident))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _placed(
    seen: list[tuple[_Secret, SharedText, Hit]], commits: Mapping[str, str]
) -> Iterator[Leak]:
    """Yield the leaks with their places; of one file's versions only the first with the answer."""
    order = {commit: number for number, commit in enumerate(commits.values())}
    first: dict[tuple[str, str, str | None], Leak] = {}
    for secret, shared, hit in seen:
        where: str = shared.where
        commit = shared.commit or commits.get(shared.blob or "")
        if where == "history" and commit is None:
            where = "staged"
        line = None if where in ("file name", "ref", "commit author", "description") else hit.line
        leak = Leak(secret.drill, hit.answer, hit.words, where, shared.path, line, commit)
        if where != "history" or commit is None:
            yield leak
            continue
        key = (secret.drill, hit.answer, shared.path)
        known = first.get(key)
        if known is None or order[commit] < order[known.commit or ""]:
            first[key] = leak
    yield from first.values()
