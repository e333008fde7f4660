"""`catalog lint`: what is wrong with the team's files, each at its line."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from incidentctl.app.lint.comments import Comments
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.settings import names
from incidentctl.domain.learn.retrospective import Retrospective
from incidentctl.domain.lint.problem_limit import MAX_REPORTED, more_faults
from incidentctl.domain.lint.report import LintReport
from incidentctl.domain.lint.rule import GRACE, Finding, Guess, Late, Played, Unseen
from incidentctl.domain.lint.rules.registry import RULES, run
from incidentctl.errors import EnvironmentFailedError, Level, Problem
from incidentctl.files.layout import is_excluded, yaml_files
from incidentctl.files.misnamed import in_capitals, misnamed, not_read

#: What cannot be checked if git refuses the repository; if its age or record cannot be known.
_OF_GIT, _OF_TIME = ("IC122",), ("IC212", "IC213", "IC214", "IC223")


class _Looked:
    """What could not be looked at."""

    def __init__(self) -> None:
        self.unseen: list[Unseen] = []

    @contextlib.contextmanager
    def collect_unseen(self, rules: tuple[str, ...]) -> Iterator[None]:
        """Keep why these rules cannot be checked, if that is so."""
        try:
            yield
        except EnvironmentFailedError as error:
            hint = error.hint if isinstance(error.hint, str) else None
            self.unseen.append(Unseen(error.message, rules, hint))


def lint(
    root: Path,
    catalog: Catalog,
    *,
    problems: Sequence[Problem],
    today: date,
    environment: Mapping[str, str] | None = None,
    played: Callable[[], Iterable[Played]] = tuple,
    late: Callable[[Path], Iterable[Late]] = lambda _root: (),
    exported_from: Path | None = None,
) -> LintReport:
    """Check a repository.

    `catalog` and `problems` come from reading its files. Problems in reading stay errors; the team
    sets the level of a rule and silences it on a line. With the `environment` of this program,
    git is asked what it tracks, and how old the repository is. `played` returns the drills of the
    record, `late` its incidents without a retrospective in a folder for which it is late; they are
    called only if a rule needs them. What cannot be looked at is reported, too. If the files are a
    copy of those of `exported_from`, git is asked there, and has all of them.
    """
    looked = _Looked()
    tracked: frozenset[str] = frozenset()
    young = None
    if environment is not None:
        from incidentctl.git import worktree as team

        if exported_from is not None:
            tracked = frozenset(path for path in yaml_files(root) if path.startswith("drills/"))
        elif (root / "drills").is_dir():
            with looked.collect_unseen(_OF_GIT):
                tracked = team.tracked(root, environment, "drills")
        with looked.collect_unseen(_OF_TIME):
            old = team.older_than(exported_from or root, environment, today - GRACE)
            young = None if old is None else not old
    drills: tuple[Played, ...] | None = ()
    without: tuple[Late, ...] = ()
    if young is False:
        drills = None
        with looked.collect_unseen(_OF_TIME):
            drills, without = tuple(played()), tuple(late(root))

    def excludes(path: str) -> bool:
        return is_excluded(path, catalog.settings)

    reviews, faults, count = _retrospectives(root)
    files = yaml_files(root)
    odd, unused = (*misnamed(root), *in_capitals(root)), not_read(root)
    there = [path for path in (*files, *(name for name, _ in odd), *unused) if excludes(path)]
    findings = run(
        catalog,
        today=today,
        tracked=tracked,
        young=young,
        reviews=reviews,
        played=drills,
        late=without,
        misnamed=tuple(each for each in odd if not excludes(each[0])),
        not_read=tuple(path for path in unused if not excludes(path)),
        unseen=tuple(looked.unseen),
        idle_excludes=tuple(
            number
            for number, pattern in enumerate(catalog.settings.exclude)
            if not any(names(pattern, path) for path in there)
        ),
    )
    every = sorted([*problems, *faults, *_placed(root, findings, catalog)], key=_order)
    excluded = sum(map(excludes, files))
    return LintReport(tuple(every), len(files) - excluded + count, excluded, str(root))


def _retrospectives(root: Path) -> tuple[tuple[Retrospective, ...], list[Problem], int]:
    """Return the valid retrospectives, the faults of the others, and the number of files.

    In a file that could not be read as a whole, the places of the rest are unknown.
    """
    if not (root / "retros").is_dir():  # saves importing YAML if the catalog is cached
        return (), [], 0
    from incidentctl.files.learn.retros import read_all

    found, problems = read_all(root)
    faulty = {problem.path for problem in problems}
    sound = tuple(each for each in found if each.path not in faulty)
    return sound, problems, len({each.path for each in found} | faulty)


def _order(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.path or "", problem.line or 0, problem.column or 0
    return (*place, problem.code, problem.message)


def _placed(root: Path, findings: Iterable[Finding], catalog: Catalog) -> Iterable[Problem]:
    """Add level and place to each finding; leave out those silenced on their line."""
    hints = _Hints()
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.source is not None:
            by_path.setdefault(finding.source.path, []).append(finding)
            continue
        level = _level(catalog, finding.code)
        yield Problem(finding.code, level, finding.message, hint=hints.of(finding))
    for path in catalog.commented:
        by_path.setdefault(path, [])
    for path, found in by_path.items():  # one file at a time, to save memory
        yield from _in_file(root, path, found, catalog, hints)


def _in_file(
    root: Path, path: str, findings: Iterable[Finding], catalog: Catalog, hints: _Hints
) -> Iterable[Problem]:
    """Yield the problems of one file: a hundred of them, then a count of the rest."""
    positions, comments = _read(root, path)
    shown, more = 0, Counter[Level]()
    for finding in findings:
        level = _level(catalog, finding.code)
        if shown == MAX_REPORTED and not comments:
            more[level] += 1
            continue
        place = (
            positions.value(finding.source, finding.loc) if positions and finding.source else None
        )
        line, column = place or (None, None)
        if line is not None and comments.silence(finding.code, line):
            continue
        if shown == MAX_REPORTED:
            more[level] += 1
            continue
        shown += 1
        hint = hints.of(finding)
        yield Problem(finding.code, level, finding.message, path, line, column, hint)
    if more:
        worst = next(level for level in _LEVELS if more[level])
        yield more_faults(path, more.total(), worst)
    if not any(each.path == path for each in catalog.unread):  # else any of them may be of use
        yield from comments.useless(path, catalog.settings)


_LEVELS: tuple[Level, ...] = ("error", "warning", "info")
#: The most words that all hints together may be compared with.
_MAX_COMPARED = 200_000


class _Hints:
    """The texts of hints; slow suggestions only until the limit of all together."""

    def __init__(self) -> None:
        self._left = _MAX_COMPARED

    def of(self, finding: Finding) -> str | None:
        hint = finding.hint
        if not isinstance(hint, Guess):
            return hint
        self._left -= len(hint.known)
        return hint.text() if self._left >= 0 else hint.otherwise


def _read(root: Path, path: str) -> tuple[Any, Comments]:
    # Slow, and without findings the catalog comes from the cache.
    from incidentctl.files.layout import read_one
    from incidentctl.files.learn.retros import head_of
    from incidentctl.files.yaml.ignores import ignores
    from incidentctl.files.yaml.positions import Positions

    data = read_one(root, path).data
    if data is not None and path.endswith(".md"):
        data = head_of(data)
    return (Positions(data), Comments(ignores(data))) if data is not None else (None, Comments(()))


def _level(catalog: Catalog, code: str) -> Level:
    stated = catalog.settings.lint.get(code)
    return RULES[code].text.level if stated is None or stated == "off" else stated
