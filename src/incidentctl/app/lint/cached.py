"""`catalog lint` from a cache: if nothing changed, return the last result without running rules.

Changes are noticed by the stat of each file that the result depends on, as in git's index. Where
that is not reliable, nothing is cached.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from array import array
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from incidentctl.app.workspace.places import state_folder
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.build import fingerprint
from incidentctl.domain.lint.report import NOT_LOOKED, LintReport
from incidentctl.errors import IncidentctlError, NotFoundError, Problem
from incidentctl.files import cache
from incidentctl.files.layout import KINDS, MARKER, PRIVATE
from incidentctl.files.misnamed import CAPITALS, misnamed, not_read
from incidentctl.git.repository import RepositoryPlace

_NAME = "lint.json"
_READ = (".yaml", ".yml", ".md", *CAPITALS)
#: Two changes within so many nanoseconds may get the same time from a file system.
_TICK, _COARSE_TICK = 20_000_000, 2_000_000_000


class _DoubtError(Exception):
    """The stats of files are not reliable enough for the cache."""


class _Seen:
    """The files that the result depends on: their paths, and four numbers of each."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.stats = array("Q")

    def file(self, path: str) -> None:
        """Add one file, which need not exist."""
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            return
        if not 0o100000 <= found.st_mode < 0o120000:  # a link, a folder, a device
            raise _DoubtError
        self._add(path, found)

    def _add(self, path: str, found: os.stat_result) -> None:
        self.paths.append(path)
        # A time before 1970 is negative, which the array refuses: nothing is cached then.
        self.stats.extend((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))

    def folder(self, path: str, *, ends: tuple[str, ...] = ("",), without: str = "") -> None:
        """Add the files in a folder and below with these endings; not hidden ones."""
        left = [path]  # and no recursion: folders may nest deeper than Python calls
        while left:
            try:
                entries = list(os.scandir(left.pop()))
            except FileNotFoundError:
                continue
            for entry in entries:
                name = entry.name
                if name[0] == "." or name == without:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    self.paths.append(entry.path)
                    left.append(entry.path)
                elif not entry.is_file(follow_symlinks=False) or name.endswith(PRIVATE):
                    # The target of a link is not added; private halves are not cached.
                    raise _DoubtError
                elif name.casefold().endswith(ends):
                    self._add(entry.path, entry.stat(follow_symlinks=False))


def checked(workspace: Workspace) -> LintReport:
    """Return the lint report of a team's repository, from the cache if that is valid.

    If the files are not checked out, as in a bare clone, those of HEAD are checked. NotFoundError
    without a team repository, or if HEAD has no such files.
    """
    root = workspace.team_root(checked_out=False)
    if not workspace.checked_out:
        return _at_head(workspace, root)
    file = key = None
    read_before = workspace.has_read_catalog  # perhaps other files than those of the key
    try:
        place = workspace.repository()
        if place is not None:
            file = place.common_dir / "incidentctl" / "cache" / _NAME
            key = _key(root, place, workspace.environment)
    except (OSError, OverflowError, IncidentctlError, _DoubtError):
        pass
    cached = cache.read(file, key) if file and key else None
    if cached is not None:
        # The day is compared without reading settings or zone, which would be slow.
        begins, ends, problems, files, excluded = json.loads(cached)
        if begins <= workspace.now().timestamp() < ends:
            return LintReport(
                tuple(Problem(*problem) for problem in problems), files, excluded, str(root)
            )
    today = workspace.today()
    # The import alone takes as long as the stats of some thousand files.
    from incidentctl.app.learn.of_record import late, played
    from incidentctl.app.lint.lint import lint

    report = lint(
        root,
        workspace.catalog,
        problems=workspace.catalog_problems,
        today=today,
        environment=workspace.environment,
        played=lambda: played(workspace),
        late=lambda files: late(workspace, files),
    )
    whole = not any(problem.code == NOT_LOOKED for problem in report.problems)
    if file and key and whole and not read_before:
        midnights = (today, today + timedelta(days=1))
        day = [datetime.combine(each, datetime.min.time(), workspace.zone) for each in midnights]
        found = (
            *(each.timestamp() for each in day),
            report.problems,
            report.files,
            report.excluded,
        )
        cache.write(file, key, json.dumps(found).encode())
    return report


def _at_head(workspace: Workspace, root: Path) -> LintReport:
    """Check the files of HEAD, which are not in the folder."""
    import tempfile

    from incidentctl.app.learn.of_record import late, played
    from incidentctl.app.lint.lint import lint
    from incidentctl.files.catalog.loader import load
    from incidentctl.files.history.export import export

    with tempfile.TemporaryDirectory(prefix="incidentctl-") as name:
        folder = Path(name)
        export(root, "HEAD", into=folder, retrospectives=True)
        if not (folder / MARKER).is_file():
            raise NotFoundError(
                f"HEAD of {root} has no {MARKER}: nothing can be checked.",
                hint="Check out the team's branch, or name another folder with "
                "`incidentctl -C DIR`.",
            )
        catalog, problems = load(folder)
        report = lint(
            folder,
            catalog,
            problems=problems,
            today=workspace.today(),
            environment=workspace.environment,
            played=lambda: played(workspace),
            late=lambda files: late(workspace, files),
            exported_from=root,
        )
    return report._replace(root=None)


def _key(root: Path, place: RepositoryPlace, environment: Mapping[str, str]) -> bytes:
    """Return the key of everything the result depends on, except the day."""
    began = time.time_ns()
    seen = _Seen()
    for name in KINDS:
        path = f"{root}/{name}"
        if name.endswith(_READ):
            seen.file(path)
        else:
            _catalog_folder(seen, path)
    _catalog_folder(seen, f"{root}/retros")
    for name in (*(name for name, _ in misnamed(root)), *not_read(root)):
        path = f"{root}/{name}"
        if os.path.isdir(path):  # noqa: PTH112 (pathlib costs more)
            seen.paths.append(path)
        else:  # a comment in it may silence what is said of it
            seen.file(path)
    own, common = str(place.git_dir), str(place.common_dir)
    # The age of the branch, and the drills of the record.
    seen.file(f"{own}/HEAD")
    seen.file(f"{own}/config.worktree")
    for name in ("config", "packed-refs", "shallow", "info/grafts", "objects/info/alternates"):
        seen.file(f"{common}/{name}")
    for path in (f"{common}/refs", f"{common}/reftable", f"{own}/refs", f"{own}/reftable"):
        seen.folder(path)
    seen.folder(f"{common}/incidentctl", without="cache")
    if os.path.lexists(f"{root}/drills"):  # which files git tracks
        seen.file(f"{own}/index")
    state = state_folder(environment)
    if any(
        any(state.glob(f"{cached}outbox-*")) for cached in ("", "restricted/", "restricted/unsure/")
    ):
        raise _DoubtError  # .git could not be written
    # As in git: a file changed just now may change again with the same stat.
    newest = max(seen.stats[2::4], default=0)
    coarse = newest % 1_000_000_000 == 0
    if newest + (_COARSE_TICK if coarse else _TICK) >= began:
        raise _DoubtError
    variables = [f"{k}={v}" for k, v in environment.items() if k.startswith(("GIT_", "XDG_"))]
    who = (os.geteuid(), os.getegid(), environment.get("HOME"), environment.get("PATH"))
    build = fingerprint("app")
    head = repr((build, str(root), own, common, who, sorted(variables), seen.paths))
    digest = hashlib.sha256(head.encode(errors="surrogateescape"))
    digest.update(seen.stats)
    return digest.digest()


def _catalog_folder(seen: _Seen, path: str) -> None:
    if os.path.islink(path):  # noqa: PTH114 (pathlib costs more)
        raise _DoubtError
    if os.path.lexists(path):
        seen.paths.append(path)
        seen.folder(path, ends=_READ)
