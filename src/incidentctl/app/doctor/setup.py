"""What the checks of `doctor` share: the repository with the record, and how to ask it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from incidentctl.app.workspace.workspace import Workspace
from incidentctl.git import partial_clone, refs
from incidentctl.git.repository import RepositoryPlace
from incidentctl.git.run import Git
from incidentctl.record.restricted.pair import RecordPair
from incidentctl.record.restricted.undecided import Undecided
from incidentctl.record.store.ref_names import LOG_REF, RESTRICTED_REF, restricted_branch
from incidentctl.record.write import kept
from incidentctl.record.write.fallback import RESTRICTED, Fallback


class CheckedPart(NamedTuple):
    """A part of the record with its own storage and remote."""

    folder: Path
    """Its own files in the git directory."""
    fallbacks: tuple[Path, ...]
    """The outboxes that were used while the git directory was not writable."""
    remote: str | None
    branch: str
    """Its branch on the remote."""
    log_tip: str | None
    """Its commit; None where there is no complete one."""
    tracking: str | None
    """The remote branch's commit when it was last seen."""

    @property
    def boxes(self) -> list[Path]:
        """Return its outboxes."""
        return [self.folder / "outbox", *self.fallbacks]

    @property
    def spools(self) -> tuple[Path, Path]:
        """Return the folders of committed events that are not cleaned up yet."""
        return kept.spools(self.folder)

    @property
    def is_restricted(self) -> bool:
        """Whether this is the part of the restricted incidents."""
        return self.folder.name == RESTRICTED


class Setup:
    """The set-up of one user in one repository."""

    def __init__(
        self,
        workspace: Workspace,
        place: RepositoryPlace | None,
        git: Git | None,
        state: Path,
        *,
        is_local: bool,
    ) -> None:
        """Take where the record is; `state` is the user's own folder.

        `place` is None where there is no record yet; `git` also where git cannot be started.
        """
        self.workspace = workspace
        self.place = place
        self.git = git
        self.state = state
        self.is_local = is_local
        self.branch = workspace.basics.branch
        self.remote = None if is_local else workspace.basics.remote
        self.restricted_remote = None if is_local else workspace.basics.restricted_remote

    @cached_property
    def record(self) -> RecordPair | None:
        """Return the record; None where opening it would create it."""
        if self.place is None:
            return None
        return self.workspace.local_record if self.is_local else self.workspace.record

    @cached_property
    def missing(self) -> partial_clone.Missing:
        """Return which objects of the record are missing in this clone."""
        commit = self.log_tip or self.tracking
        if self.git is None:
            return partial_clone.Missing(shallow=False, partial=False, objects=0)
        return partial_clone.missing(self.git, [commit] if commit else [])

    @property
    def readable(self) -> RecordPair | None:
        """Return the record if git can read all of it; in a partial clone it would fetch."""
        return self.record if self.git and not self.missing.objects else None

    @property
    def folder(self) -> Path | None:
        """Return the folder of the record's own files in the git directory."""
        return self.place.common_dir / "incidentctl" if self.place else None

    @cached_property
    def parts(self) -> tuple[CheckedPart, CheckedPart]:
        """Return the shared part of the record, and that of the restricted incidents."""
        common = self.place.common_dir if self.place else self.state / "record.git"
        open_to_all = Fallback(self.state, common).folders()
        restricted = Fallback(self.state / RESTRICTED, common).folders()
        folder = common / "incidentctl"
        return (
            CheckedPart(folder, open_to_all, self.remote, self.branch, self.log_tip, self.tracking),
            CheckedPart(
                folder / RESTRICTED,
                restricted,
                self.restricted_remote,
                restricted_branch(self.branch),
                self._whole(RESTRICTED_REF),
                self._seen(self.restricted_remote, restricted_branch(self.branch)),
            ),
        )

    @property
    def unsure(self) -> list[Path]:
        """Return the outboxes of events of which it was unknown whether they are restricted."""
        common = self.place.common_dir if self.place else self.state / "record.git"
        return [*Undecided(common / "incidentctl", self.state, common).boxes]

    def tip(self, ref: str) -> str | None:
        """Return the commit of a ref; None without one, or without git."""
        return refs.read(self.git, ref) if self.git else None

    @property
    def log_tip(self) -> str | None:
        """Return the commit of the record; None where there is no complete one."""
        return self._whole(LOG_REF)

    def _whole(self, ref: str) -> str | None:
        found = self.tip(ref)
        return found if self.git and refs.is_there(self.git, found) else None

    @property
    def mirror(self) -> str | None:
        """Return the commit of the readable branch."""
        return self.tip(f"refs/heads/{self.branch}")

    @property
    def tracking(self) -> str | None:
        """Return the remote branch's commit when it was last seen."""
        return self._seen(self.remote, self.branch)

    def _seen(self, remote: str | None, branch: str) -> str | None:
        return self.tip(f"refs/remotes/{remote}/{branch}") if remote else None
