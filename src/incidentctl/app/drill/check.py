"""Use case `drill check`: private answers of drills where everybody can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.drill import documents
from incidentctl.app.drill.play import drills_played
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.leak_search import Hit, Needle, free_text, hits, names
from incidentctl.domain.drill.plan import (
    PlannedDrill,
    PrivateHalf,
    PublicHalf,
    drill_of,
    how_to_get,
)
from incidentctl.domain.drill.secrets import tells
from incidentctl.domain.incident.facts import InjectPlayed
from incidentctl.errors import EnvironmentFailedError, NotFoundError, RefusedError
from incidentctl.files.history.search import SharedText, TeamHistory
from incidentctl.files.learn.retros import path_of
from incidentctl.record.store import paths

# `distribute_to` may name teams; a trailer names whoever wrote or reviewed the commit.
_DISTRIBUTED = re.compile(r"^distribute_to:.*(?:\n(?:[ \t-].*)?)*", re.MULTILINE)
_TRAILER = re.compile(r"^[A-Za-z-]+-by: .*$", re.MULTILINE)
_TEMPLATES = tuple(documents.TEMPLATE.format(kind=kind) for kind in ("public", "note"))


class Leak(NamedTuple):
    """A private answer that can be read: by what words, and where."""

    drill: str
    answer: str
    words: str
    where: str
    """`document`, `file`, `staged`, `history`, `file name`, `commit message`, `commit author`,
    `tag message`, `ref` or `description`."""
    path: str | None
    line: int | None
    commit: str | None


class Checked(NamedTuple):
    """What was found, of which drills, and of which nothing is known here."""

    drills: tuple[str, ...]
    unknown: tuple[str, ...]
    leaks: tuple[Leak, ...]
    shallow: bool
    whole: bool = True
    """Whether git has all that was to be searched."""
    unread: tuple[str, ...] = ()
    """Where it could not be looked, in words: then nothing is clear."""


class Told(NamedTuple):
    """A surprise that the participants were told: in which incident, by which event."""

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
    told: list[Told]


def _told_of(workspace: Workspace) -> list[Told]:
    """Return the surprises of the record that were told; none where it cannot be read."""
    found = []
    try:
        for incident in drills_played(workspace):
            if incident.drill and incident.drill.injects:
                events, _ = workspace.record.events(incident.id)
                found += [
                    Told(incident.drill.drill, incident.id, event.id, event.fact.text)
                    for event in events
                    if isinstance(event.fact, InjectPlayed)
                ]
    except EnvironmentFailedError:
        return []
    return found


def check(workspace: Workspace, name: str | None) -> Checked:
    """Search for the private answers of one drill, or of all whose private half is here.

    What participants were told is looked for everywhere but in the record of that drill.
    """
    root, catalog = workspace.team_root(), workspace.catalog
    environment, told = workspace.environment, _told_of(workspace)
    wanted = [documents.find(catalog, name).name] if name else list(catalog.drills)
    with closing(TeamHistory(root)) as history:
        prefix = root.resolve().relative_to(history.top.resolve()).as_posix()
        inside = "" if prefix == "." else f"{prefix}/"
        secrets = [known for each in wanted if (known := _secret(catalog, each, inside, told))]
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
            for secret in secrets
            for hit in _hits(secret, shared, inside)
        ]
        commits = history.commits(shared.blob for _, shared, _ in seen if shared.blob)
        found += _placed(seen, commits)
        leaks = tuple(dict.fromkeys(found))
        shallow, whole = history.shallow(), history.whole()
        return Checked(checked, unknown, leaks, shallow, whole, history.unread())


def _refuse(name: str, *, planned: bool) -> None:
    if planned:
        raise RefusedError(f"{name} is a planned drill: everybody may read it, nothing is secret.")
    raise NotFoundError(
        f"The private half of {name} is not here, so it is not known what to look for.",
        hint=how_to_get(name),
    )


def _secret(catalog: Catalog, name: str, inside: str, told: Sequence[Told]) -> _Secret | None:
    drill = drill_of(catalog, name)
    if drill is None or not isinstance(drill.plan, PrivateHalf):
        return None
    public = drill.announced
    if not isinstance(public, PublicHalf):
        return None
    path = inside + sources(catalog, "drill")[name].source.path
    needles = free_text(drill.plan, public), names(catalog, drill.plan)
    return _Secret(name, public, path, *needles, [each for each in told if each.drill == name])


def _documents(
    root: Path, catalog: Catalog, secret: _Secret, environment: Mapping[str, str]
) -> Iterator[Leak]:
    """Find what the public documents tell, also by the organisation's own templates."""
    made = (
        documents.document(catalog, secret.drill, documents.Audience.PUBLIC),
        documents.note_before(catalog, secret.drill),
    )
    said = "\n".join(str(getattr(secret.public, key) or "") for key in ("why", "environment"))
    for hit in hits(f"{secret.drill}\n{said}", [*secret.text, *secret.names]):
        yield Leak(secret.drill, hit.answer, hit.words, "document", None, None, None)
    for each in made:
        text = documents.written(root, each, "markdown", environment=environment)
        for hit in hits(text, secret.text):
            yield Leak(secret.drill, hit.answer, hit.words, "document", None, None, None)


def _hits(secret: _Secret, shared: SharedText, inside: str) -> list[Hit]:
    """Return what a text tells: names only where it is about the drill."""
    said = [each.text for each in secret.told if _may_tell(each, shared.path or "", inside)]
    needles = [n for n in secret.text if not any(tells(text, n.words) for text in said)]
    found = hits(shared.text, needles)
    if shared.where in ("commit message", "tag message", "ref"):
        if tells(shared.text, secret.drill):
            found += hits(_TRAILER.sub("", shared.text), secret.names)
    elif shared.where in ("file", "history") and shared.path is not None:
        templates = [inside + each for each in _TEMPLATES]
        if shared.path == secret.path:  # the public reason was, and is, said in public
            found = [hit for hit in found if hit.answer != "why"]
        if shared.path == secret.path or shared.path in templates:
            found += hits(_DISTRIBUTED.sub(_blank, shared.text), secret.names)
    return found


def _may_tell(told: Told, path: str, inside: str) -> bool:
    """Say whether a file is of the drill that a surprise was told in, and not older than that.

    Older events may not tell it; log.md and the retrospective have nothing but what events have.
    """
    if event := paths.parse(path):
        return event.incident == told.incident and event.name[: len(told.event)] >= told.event
    return path in (paths.log_path(told.incident), inside + path_of(told.incident))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _placed(
    told: list[tuple[_Secret, SharedText, Hit]], commits: Mapping[str, str]
) -> Iterator[Leak]:
    """Name the places; of the versions of one file only the first that tells an answer."""
    order = {commit: number for number, commit in enumerate(commits.values())}
    first: dict[tuple[str, str, str | None], Leak] = {}
    for secret, shared, hit in told:
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
