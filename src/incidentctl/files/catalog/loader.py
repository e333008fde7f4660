"""Load the team's YAML files into the catalog, and list what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source, Unread
from incidentctl.domain.catalog.roles import STANDARD, Role
from incidentctl.domain.catalog.severity import BUILT_IN, Scale
from incidentctl.domain.common.text import one_line
from incidentctl.domain.lint.problem_limit import MAX_REPORTED, more_faults
from incidentctl.errors import Problem
from incidentctl.files.catalog.parallel import load_in_two_processes, worth_forking
from incidentctl.files.gc_pause import paused
from incidentctl.files.layout import PRIVATE_HALF, Content, is_excluded, read_all
from incidentctl.files.yaml.faults import Fault, Loc
from incidentctl.files.yaml.ignores import WORD
from incidentctl.files.yaml.positions import Positions, Written
from incidentctl.files.yaml.strict import Secrets, parse
from incidentctl.files.yaml.validate import validate

#: People choose from the severities and roles in an incident, so there cannot be many.
_MAX_CHOICES = 100


class _Faults:
    """The faults of one file: those that are reported, and how many more there are."""

    def __init__(self) -> None:
        self.listed: list[tuple[Source, Fault]] = []
        self.more = 0

    @property
    def room(self) -> int:
        return MAX_REPORTED - len(self.listed)

    def add(self, source: Source, *faults: Fault, more: int = 0) -> None:
        fit = faults[: self.room]
        self.listed += [(source, fault) for fault in fit]
        self.more += len(faults) - len(fit) + more


_ONE_MAPPING = ("settings", "severities", "alerts", PRIVATE_HALF)
#: Files of one list, which may stand below a key of the same name.
_LISTS = ("roles", "announcements")


def load(root: Path) -> tuple[Catalog, list[Problem]]:
    """Return a repository's catalog, and what is wrong with its files; bad content never raises.

    Faulty parts are left out, the rest is usable. Of two entries with one name the first counts.
    """
    return load_contents(read_all(root))


def load_contents(contents: Iterable[Content]) -> tuple[Catalog, list[Problem]]:
    """Return the catalog made of files from any source, such as a commit."""
    with paused():
        # Private halves come last, because `with_private` adds them last.
        contents = sorted(_included(contents), key=lambda content: content.kind == PRIVATE_HALF)
        parts: tuple[Any, ...]
        if worth_forking(len(contents)):
            parts = load_in_two_processes(_load_part, contents)
        else:
            parts = (_load_part(contents),)
        entries = [entry for part in parts for entry in part.entries]
        problems = [problem for part in parts for problem in part.problems]
        catalog = replace(
            _catalog(entries),
            unread=tuple(each for part in parts for each in part.unread),
            own_secrets=tuple(each for part in parts for each in part.own_secrets),
            commented=_commented(contents),
        )
        return catalog, sorted(problems, key=_order)


def _included(contents: Iterable[Content]) -> Iterable[Content]:
    """Return the files without those that the settings exclude: never a private half."""
    every = list(contents)
    named = (each for each in every if each.kind == "settings" and b"exclude" in (each.data or b""))
    entries = _load_part(named)[0]
    if not entries or not entries[0].value.exclude:
        return every
    settings = entries[0].value
    return (content for content in every if not is_excluded(content.path, settings))


def _commented(contents: Iterable[Content]) -> tuple[str, ...]:
    return tuple(each.path for each in contents if each.data and WORD in each.data.lower())


def with_private(
    loaded: tuple[Catalog, list[Problem]], contents: Sequence[Content]
) -> tuple[Catalog, list[Problem]]:
    """Add the private halves of drills in some files to a catalog without any."""
    catalog, problems = loaded
    part = _load_part(contents)
    halves: dict[str, Any] = {}
    for entry in part.entries:
        halves.setdefault(entry.name, entry.value)
    added = replace(
        catalog,
        private_halves=halves,
        entries=(*catalog.entries, *part.entries),
        unread=(*catalog.unread, *part.unread),
        own_secrets=(*catalog.own_secrets, *part.own_secrets),
        commented=(*catalog.commented, *_commented(contents)),
    )
    return added, sorted([*problems, *part.problems], key=_order)


class _Part(NamedTuple):
    """What some files hold, and what is wrong with them."""

    entries: list[CatalogEntry]
    problems: list[Problem]
    unread: list[Unread]
    own_secrets: list[tuple[Source, Loc, str]]


def _load_part(contents: Iterable[Content]) -> _Part:
    part = _Part([], [], [], [])
    for content in contents:
        before = len(part.problems)
        _add(content, part)
        if found := part.problems[before:]:
            part.unread.append(_unread(content, {problem.code for problem in found}))
    return part


#: What stands behind a colon in a file that may be no YAML.
_VALUES = re.compile(r""":[ \t]*["']?([A-Za-z0-9][A-Za-z0-9._-]*)""")
#: The codes of files whose text is not there.
_NO_TEXT = frozenset({"IC006", "IC007"})
_KINDS = {"severities": "severity", "roles": "role", "announcements": "announcement"}


def _unread(content: Content, codes: set[str]) -> Unread:
    """Return what a file with errors may define: its name, or a name in its text."""
    names: frozenset[str] | None = None
    if content.data is not None and not codes & _NO_TEXT:
        file = content.path.rpartition("/")[2].partition(".")[0]
        names = frozenset([file, *_VALUES.findall(content.data.decode())])
    return Unread(_KINDS.get(content.kind, content.kind), content.path, names)


def _order(problem: Problem) -> tuple[str, int, int, str]:
    return problem.path or "", problem.line or 0, problem.column or 0, problem.code


def _add(content: Content, part: _Part) -> None:
    """Add what one file holds."""
    problems = part.problems
    if content.data is None:
        problems += [content.problem] if content.problem else []
        return
    secrets: Secrets = []
    documents, found = parse(content.data, content.path, secrets=secrets)
    problems += found
    for document, loc, what in secrets:
        part.own_secrets.append((Source(content.path, document), loc, what))
    faults = _Faults()
    positions = cache(lambda: Positions(content.data or b""))
    for kind, raw, source in _raw_entries(content, documents, faults):
        written = Written(positions, source)
        value, wrong, more = validate(kind, raw, most=faults.room, written=written)
        if wrong or more:
            faults.add(source, *wrong, more=more)
        if value is not None:
            part.entries.append(_entry(kind, value, source))
    if faults.listed:
        problems += [_problem(positions(), source, fault) for source, fault in faults.listed]
    if faults.more:
        problems.append(more_faults(content.path, faults.more))


def _entry(kind: str, value: Any, source: Source) -> CatalogEntry:
    if kind == PRIVATE_HALF:  # named by its file, since only the public half has a name
        return CatalogEntry(kind, source.path.rsplit("/", 1)[-1].rsplit(".", 2)[0], value, source)
    kind = "drill" if kind == "unplanned_drill" else kind
    return CatalogEntry(kind, getattr(value, "name", kind), value, source)


def _catalog(entries: list[CatalogEntry]) -> Catalog:
    kinds: dict[str, dict[str, Any]] = {}
    for entry in entries:
        kinds.setdefault(entry.kind, {}).setdefault(entry.name, entry.value)
    return Catalog(
        **kinds.get("settings", {}),
        **kinds.get("alerts", {}),
        scale=_scale(kinds),
        roles=_roles(kinds.get("role", {})),
        teams=kinds.get("team", {}),
        services=kinds.get("service", {}),
        product_areas=kinds.get("product_area", {}),
        runbooks=kinds.get("runbook", {}),
        announcements=kinds.get("announcement", {}),
        maintenance=kinds.get("maintenance", {}),
        drills=kinds.get("drill", {}),
        private_halves=kinds.get("private_half", {}),
        entries=tuple(entries),
    )


def _scale(kinds: dict[str, dict[str, Any]]) -> Scale:
    """The team's scale; the built-in matrix names only the built-in severities."""
    severities = tuple(kinds.get("severity", {}).values())
    matrix = kinds.get("matrix", {}).get("matrix")
    if not severities:
        return BUILT_IN if matrix is None else Scale(severities=BUILT_IN.severities, matrix=matrix)
    return Scale(severities=severities, matrix=matrix)


def _roles(own: dict[str, Role]) -> tuple[Role, ...]:
    """The standard roles, as changed by the team, and the team's further roles."""
    standard = {role.name: role for role in STANDARD}
    return tuple({**standard, **own}.values())


def _raw_entries(
    content: Content, documents: tuple[Any, ...], faults: _Faults
) -> Iterator[tuple[str, Any, Source]]:
    """Yield kind, value and place of each entry in a file, before validation."""
    kind = content.kind
    seen = False
    for number, document in enumerate(documents):
        source = Source(content.path, number)
        if document is None:
            continue
        if kind in _ONE_MAPPING:
            if seen or not isinstance(document, dict):
                faults.add(source, _shape("This file must hold one mapping."))
            elif kind != "severities":
                yield kind, document, source
            else:
                yield from _severities(document, source, faults)
        elif kind in _LISTS and isinstance(document, dict):
            yield from _inside(kind, kind.removesuffix("s"), document, source, faults)
            _only((kind,), document, source, faults)
        elif isinstance(document, tuple):
            for index, item in enumerate(document):
                yield _kind_of(kind, item), item, source._replace(item=index)
        else:
            yield _kind_of(kind, document), document, source
        seen = True


def _kind_of(kind: str, raw: Any) -> str:
    """The kind of an entry in a file of a kind: the allowed keys of a drill depend on its mode."""
    if kind == "drill" and isinstance(raw, dict) and raw.get("mode") == "unplanned":
        return "unplanned_drill"
    return kind.removesuffix("s")


def _severities(
    document: dict[Any, Any], source: Source, faults: _Faults
) -> Iterator[tuple[str, Any, Source]]:
    yield from _inside("severities", "severity", document, source, faults)
    if document.get("matrix") is not None:
        yield "matrix", document["matrix"], source._replace(inside=("matrix",))
    _only(("severities", "matrix"), document, source, faults)


def _inside(
    key: str, kind: str, document: dict[Any, Any], source: Source, faults: _Faults
) -> Iterator[tuple[str, Any, Source]]:
    """Yield the items of a list that a mapping has at `key`."""
    items = document.get(key)
    if isinstance(items, tuple):
        for index, item in enumerate(items[:_MAX_CHOICES]):
            yield kind, item, source._replace(inside=(key, index))
        if len(items) > _MAX_CHOICES:
            message = f"`{key}` has more than {_MAX_CHOICES} items; the rest is left out."
            hint = "Keep as many as people can choose from in an incident."
            loc = (key, _MAX_CHOICES)
            faults.add(source, Fault("IC014", message, hint, loc, False))
    elif key in document:
        faults.add(source, _shape(f"`{key}` must be a list.", key))
    else:
        message, hint = f"The key {key!r} is missing.", f"Add `{key}:`."
        faults.add(source, Fault("IC011", message, hint, (), False))


def _only(
    known: tuple[str, ...], document: dict[Any, Any], source: Source, faults: _Faults
) -> None:
    for key in document:
        if key not in known:
            message = f"Unknown key {one_line(str(key))!r}."
            hint = f"Known keys: {', '.join(known)}."
            faults.add(source, Fault("IC010", message, hint, (key,), True))


def _shape(message: str, *loc: str) -> Fault:
    return Fault("IC012", message, "See `incidentctl schema`.", loc, False)


def _problem(positions: Positions, source: Source, fault: Fault) -> Problem:
    find = positions.key if fault.at_key and fault.code != "IC011" else positions.value
    line, column = find(source, fault.loc) or (None, None)
    return Problem(fault.code, "error", fault.message, source.path, line, column, fault.hint)
