"""The version of the team's files that a receiver goes by.

With a remote that is the tip of a branch there, fetched and read as objects: no work tree is
touched, and nobody has to pull. Without one it is the work tree. A version with errors is not
taken: the last one without stays. Nor is one that sends, or starts, something else than what this
account trusts, once it trusts anything. As long as nobody can read rules that keep some alerts for
few, all alerts are kept for few.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.app.actions.trust import LastTrust, trusted
from incidentctl.app.lint.lint import lint
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.actions.trust import hash_of, pinned
from incidentctl.domain.catalog.alert_rules import AlertRule
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.common.text import count, one_line
from incidentctl.errors import EnvironmentFailedError, IncidentctlError, Problem
from incidentctl.files.catalog.loader import load
from incidentctl.files.history.export import export
from incidentctl.files.layout import MARKER, yaml_files
from incidentctl.files.pinned import RULES, may_restrict, pinned_files
from incidentctl.git import refs
from incidentctl.git.run import Git
from incidentctl.record.sync.answer import MISSING, OK
from incidentctl.record.sync.remote import Remote

#: Names the last version without errors, so that it outlives a restart and is not pruned.
_KEPT = "refs/incidentctl/served-files"
_WORK_TREE = "the work tree"
#: Stands for rules that cannot be read: it matches every alert.
_UNREADABLE = AlertRule(name="unreadable-rules", restricted=True)


class Version(NamedTuple):
    """A version of the team's files, read."""

    name: str
    """Where it is from: a commit's id, or that it is the work tree."""
    catalog: Any
    problems: tuple[Problem, ...]
    hash: str
    """Of what it sends and of what starts that, as it is trusted."""


class TeamFiles:
    """Follows the team's files."""

    def __init__(self, workspace: Workspace, branch: str | None) -> None:
        """Take the branch to follow; None is that which is checked out here."""
        self._workspace = workspace
        self._root = workspace.team_root(checked_out=False)
        self._remote = workspace.basics.remote
        place = workspace.repository()
        if place is None:
            raise EnvironmentFailedError(f"{self._root} is not a git repository.")
        self._place = place
        self._git = Git(place.common_dir, workspace.environment)
        self._branch = branch or self._checked_out()
        self._seen: object = None
        self.version: Version | None = None
        self.fault: str | None = None
        """Why the newest version is not the one gone by; None if it is."""
        self.unreached: str | None = None
        """Why the remote could not be asked for a newer one."""

    @property
    def follows(self) -> str:
        """What is followed, for people."""
        return f"{self._remote}/{self._branch}" if self._remote else _WORK_TREE

    def look(self, *, limit: float) -> Version | None:
        """Look for a newer version; return it if there is one to go by from now on.

        Asks the remote for at most `limit` seconds. Never raises for what is wrong with a version.
        """
        if self._remote is None:
            return self._look_at(_WORK_TREE, self._stamp(), trusted(self._workspace))
        self._fetch(self._remote, limit)
        tip = self._tip()
        if tip is None:
            self.fault = f"{self.follows} was never fetched"
            return None if self.version else self._kept()
        return self._look_at(tip, tip, trusted(self._workspace))

    def _look_at(self, name: str, state: object, trust: LastTrust | None) -> Version | None:
        if (state, trust) == self._seen:
            return None
        self._seen = (state, trust)
        try:
            found, errors = self._read(name)
        except IncidentctlError as error:
            self._seen = None  # git may answer the next time
            self.fault = f"{_short(name)} cannot be read: {error.reason}"
            return None if self.version else self._kept()
        told = name if name == _WORK_TREE else f"{_short(name)} of {self.follows}"
        if trust is not None and trust.hash != found.hash:
            return self._untrusted(told, found, trust)
        if not errors:
            self.fault = None
            self._keep(name)
            self.version = found
            return found
        first = errors[0]
        where = f" ({first.path}: {one_line(first.message)})" if first.path else ""
        what = f"{told} has {count(len(errors), 'error')}{where}"
        kept = None if self.version else self._kept()
        if self.version is None and kept is None:
            closed = found.catalog.alerts.rules == (_UNREADABLE,)
            few = (
                "; as its rules may keep some for few, all alerts are restricted" if closed else ""
            )
            self.fault = (
                f"{what}, and no earlier version is known: what can be read of it is used{few}"
            )
            self.version = found
            return found
        used = (self.version or found).name
        self.fault = (
            f"{what}: {'what it was before' if used == _WORK_TREE else _short(used)} is used"
        )
        return kept

    def _untrusted(self, told: str, found: Version, trust: LastTrust) -> Version | None:
        """Go by the last version that is trusted; without one no rule for alerts is gone by."""
        what = f"{told} is not trusted as it is now"
        before = self.version
        for used in self._earlier(trust):
            if used is not None and used.hash == trust.hash:
                shown = "what it was before" if used.name == _WORK_TREE else _short(used.name)
                self.fault = f"{what}: {shown} is used until `incidentctl trust` takes it"
                break
        else:
            own = found.catalog.alerts
            closed = trust.restricts or any(rule.restricted for rule in own.rules)
            used = found._replace(catalog=_ruled(found.catalog, (_UNREADABLE,) if closed else ()))
            few = ", and all of them are restricted" if closed else ""
            self.fault = f"{what}, and what is trusted cannot be read: alerts go to the inbox{few}"
        self.version = used
        return None if used is before else used

    def _earlier(self, trust: LastTrust) -> Iterator[Version | None]:
        """Yield the versions that may be what is trusted."""
        yield self.version
        yield self._kept()
        yield self._of(trust.commit)

    def _of(self, commit: str | None) -> Version | None:
        """Return the version of a commit; None if it cannot be read."""
        with contextlib.suppress(IncidentctlError):
            if commit is not None:
                return self._read(commit)[0]
        return None

    def _read(self, name: str) -> tuple[Version, list[Problem]]:
        if name == _WORK_TREE:
            return self._checked(self._root, name)
        with tempfile.TemporaryDirectory(prefix="incidentctl-") as folder:
            export(self._root, name, into=Path(folder), retrospectives=True)
            if not (Path(folder) / MARKER).is_file():
                raise EnvironmentFailedError(f"There is no {MARKER} in it.")
            return self._checked(Path(folder), name)

    def _checked(self, root: Path, name: str) -> tuple[Version, list[Problem]]:
        catalog, problems = load(root)
        workspace = self._workspace
        report = lint(
            root,
            catalog,
            problems=problems,
            today=workspace.today(),
            environment=workspace.environment,
            exported_from=None if root == self._root else self._root,
        )
        errors = [each for each in report.problems if each.severity == "error"]
        files = pinned_files(root)
        digest = hash_of(pinned(catalog, files))
        faulty = any(each.path in RULES for each in errors)
        if faulty and not catalog.alerts.rules and may_restrict(files):
            catalog = _ruled(catalog, (_UNREADABLE,))
        return Version(name, catalog, tuple(problems), digest), errors

    def _kept(self) -> Version | None:
        """Return the last version without errors that an earlier process went by."""
        with contextlib.suppress(IncidentctlError):
            commit = refs.read(self._git, _KEPT)
            if commit is not None:
                self.version, _ = self._read(commit)
                return self.version
        return None

    def _keep(self, commit: str) -> None:
        with contextlib.suppress(EnvironmentFailedError):
            if commit != _WORK_TREE:
                refs.move(self._git, (_KEPT, commit, refs.read(self._git, _KEPT)))

    def _fetch(self, remote: str, limit: float) -> None:
        try:
            answer = Remote(self._git, remote, self._branch, folder=self._place.work_tree).fetch(
                until=time.monotonic() + limit
            )
        except EnvironmentFailedError as error:
            self.unreached = error.reason
            return
        missing = f"{self.follows} does not exist" if answer.state == MISSING else None
        self.unreached = None if answer.state == OK else missing or answer.reason or answer.state

    def _tip(self) -> str | None:
        with contextlib.suppress(EnvironmentFailedError):
            return refs.read(self._git, f"refs/remotes/{self._remote}/{self._branch}")
        return None

    def _stamp(self) -> object:
        """Return what changes whenever a file of the work tree does."""
        found = []
        for path in (*yaml_files(self._root), MARKER):
            with contextlib.suppress(OSError):
                stat = (self._root / path).stat()
                found.append((path, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(found)

    def _checked_out(self) -> str:
        """Return the branch that is checked out; of a detached work tree the remote's default."""
        for name in ("HEAD", f"refs/remotes/{self._remote}/HEAD"):
            where = self._place.git_dir if name == "HEAD" else self._place.common_dir
            with contextlib.suppress(OSError, UnicodeDecodeError):
                kind, _, ref = (where / name).read_text().strip().partition(": ")
                if kind == "ref":
                    return ref.removeprefix("refs/heads/").removeprefix(
                        f"refs/remotes/{self._remote}/"
                    )
        return "main"


def _ruled(catalog: Catalog, rules: tuple[AlertRule, ...]) -> Catalog:
    return replace(catalog, alerts=replace(catalog.alerts, rules=rules))


def _short(name: str) -> str:
    return name if name == _WORK_TREE else f"commit {name[:10]}"
