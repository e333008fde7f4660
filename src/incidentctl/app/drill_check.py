"""Use case `drill check`: private answers of drills where everybody can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from incidentctl.app import drill as documents
from incidentctl.domain.catalog import Catalog
from incidentctl.domain.drill import PlannedDrill, PrivateHalf, PublicHalf, drill_of
from incidentctl.domain.leak_search import Hit, Needle, free_text, hits, names
from incidentctl.domain.leaks import tells
from incidentctl.domain.rules.finding import sources
from incidentctl.errors import NotFoundError, RefusedError
from incidentctl.files.history_search import Shared, TeamHistory

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
    """`document`, `file`, `staged`, `history`, `file name`, `commit message`, `tag message` or
    `ref`."""
    path: str | None
    line: int | None
    commit: str | None


class Checked(NamedTuple):
    """What was found, of which drills, and of which nothing is known here."""

    drills: tuple[str, ...]
    unknown: tuple[str, ...]
    leaks: tuple[Leak, ...]
    shallow: bool


class _Secret(NamedTuple):
    drill: str
    public: PublicHalf
    path: str
    text: list[Needle]
    names: list[Needle]


def check(
    root: Path, catalog: Catalog, name: str | None, *, environment: Mapping[str, str]
) -> Checked:
    """Search for the private answers of one drill, or of all whose private half is here."""
    wanted = [documents.find(catalog, name).name] if name else list(catalog.drills)
    with closing(TeamHistory(root)) as history:
        prefix = root.resolve().relative_to(history.top.resolve()).as_posix()
        inside = "" if prefix == "." else f"{prefix}/"
        secrets = [known for each in wanted if (known := _secret(catalog, each, inside))]
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
        told = [
            (secret, shared, hit)
            for shared in history.texts()
            for secret in secrets
            for hit in _hits(secret, shared, inside)
        ]
        commits = history.commits(shared.blob for _, shared, _ in told if shared.blob)
        found += _placed(told, commits)
        return Checked(checked, unknown, tuple(dict.fromkeys(found)), history.shallow())


def _refuse(name: str, *, planned: bool) -> None:
    if planned:
        raise RefusedError(f"{name} is a planned drill: everybody may read it, nothing is secret.")
    raise NotFoundError(
        f"The private half of {name} is not here, so it is not known what to look for.",
        hint=f"If it was sealed, open it with `incidentctl drill unseal {name}`.",
    )


def _secret(catalog: Catalog, name: str, inside: str) -> _Secret | None:
    drill = drill_of(catalog, name)
    if drill is None or not isinstance(drill.plan, PrivateHalf):
        return None
    public = drill.announced
    if not isinstance(public, PublicHalf):
        return None
    path = inside + sources(catalog, "drill")[name].source.path
    return _Secret(name, public, path, free_text(drill.plan, public), names(catalog, drill.plan))


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


def _hits(secret: _Secret, shared: Shared, inside: str) -> list[Hit]:
    """Return what a text tells: names only where it is about the drill."""
    found = hits(shared.text, secret.text)
    if shared.where in ("commit message", "tag message", "ref"):
        if tells(shared.text, secret.drill):
            found += hits(_TRAILER.sub("", shared.text), secret.names)
    elif shared.where != "file name" and shared.path is not None:
        templates = [inside + each for each in _TEMPLATES]
        if shared.path == secret.path:  # the public reason was, and is, said in public
            found = [hit for hit in found if hit.answer != "why"]
        if shared.path == secret.path or shared.path in templates:
            found += hits(_DISTRIBUTED.sub(_blank, shared.text), secret.names)
    return found


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _placed(told: list[tuple[_Secret, Shared, Hit]], commits: Mapping[str, str]) -> Iterator[Leak]:
    """Name the places; of the versions of one file only the first that tells an answer."""
    order = {commit: number for number, commit in enumerate(commits.values())}
    first: dict[tuple[str, str, str | None], Leak] = {}
    for secret, shared, hit in told:
        where: str = shared.where
        commit = shared.commit or commits.get(shared.blob or "")
        if where == "history" and commit is None:
            where = "staged"
        line = None if where in ("file name", "ref") else hit.line
        leak = Leak(secret.drill, hit.answer, hit.words, where, shared.path, line, commit)
        if where != "history" or commit is None:
            yield leak
            continue
        key = (secret.drill, hit.answer, shared.path)
        known = first.get(key)
        if known is None or order[commit] < order[known.commit or ""]:
            first[key] = leak
    yield from first.values()
