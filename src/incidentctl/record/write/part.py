"""One part of the record of a clone: everything that reads, commits, exchanges and purges need.

Each clone has two parts, the shared one and the one of restricted incidents. Each has its own ref,
outbox, remote and cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import is_group_id
from incidentctl.errors import Problem
from incidentctl.git import permissions, refs
from incidentctl.git.run import Git
from incidentctl.record.store.cache import Cache
from incidentctl.record.store.known_ids import KnownIds
from incidentctl.record.store.ref_names import restricted_branch
from incidentctl.record.store.scan import FoldHead
from incidentctl.record.store.store import Store
from incidentctl.record.write import kept
from incidentctl.record.write.fallback import RESTRICTED, Fallback
from incidentctl.record.write.lock import Lock
from incidentctl.record.write.view import View

#: Returns the log.md of an incident, from its events and what was wrong with them.
Render = Callable[[str, Sequence[Event], Sequence[Problem]], str]


class Part:
    """A part of a clone's record: the shared one; its `restricted` returns the other one."""

    def __init__(
        self,
        git_dir: Path,
        *,
        work_tree: Path | None,
        own_dir: Path | None = None,
        environment: Mapping[str, str],
        render: Render,
        fold_head: FoldHead,
        fallback: Path,
        now: Callable[[], datetime],
        branch: str = "incident-log",
        remote: str | None = None,
        beside: Part | None = None,
    ) -> None:
        """Take the common git directory, and what to compute and render with.

        `work_tree` gets the view, None for no view; `own_dir` is its own git directory if that is
        another one, as in a linked worktree. `fallback` is this user's own state, which holds the
        outbox if the git directory cannot be written. `fold_head` returns what a list shows of an
        incident, from its lifecycle events. A part `beside` the shared one is restricted.
        """
        self.git_dir = git_dir
        self.folder = work_tree
        """The work tree, which the addresses of remotes are relative to."""
        self.user_state = fallback
        self.render = render
        self.now = now
        self.branch = branch
        self.remote = remote
        self.beside = beside
        self._environment = environment
        below = Path(RESTRICTED) if beside else Path()
        self.state = git_dir / "incidentctl" / below
        """Its own files in the git directory."""
        if beside is None:
            permissions.widen(self.state)
        self.box = self.state / "outbox"
        self.fallback = Fallback(fallback / below, git_dir)
        self.sent = self.state / "sent" if remote else None
        """The folder of committed actions not yet seen on the remote; None without a remote."""
        self.spools = kept.spools(self.state)
        """The folders of committed actions that are not yet forgotten."""
        self.known_ids = KnownIds(self.state / "known") if beside else None
        """The ids that the restricted part ever had; None for the shared part."""
        self.view: View | None = None
        if work_tree and beside is None:
            linked = "" if own_dir in (None, git_dir) else f"-{own_dir.name}"
            self.view = View(work_tree, self.state / f"view{linked}")
        self.store = Store(
            Git(git_dir, environment),
            Cache(self.state / "cache"),
            fold_head,
            branch=branch,
            remote=remote,
            state=self.state,
            restricted=beside is not None,
        )

    def restricted(self, remote: str | None) -> Part:
        """Return the restricted part of this clone, which has no mirror and no view.

        It is sent to `remote`, and never to a place where this part's remote sends.
        """
        return Part(
            self.git_dir,
            work_tree=self.folder,
            environment=self._environment,
            render=self.render,
            fold_head=self.store.fold_head,
            fallback=self.user_state,
            now=self.now,
            branch=restricted_branch(self.branch),
            remote=remote,
            beside=self,
        )

    @property
    def git(self) -> Git:
        """Return the git of the repository."""
        return self.store.git

    @property
    def boxes(self) -> tuple[Path, ...]:
        """Return the outboxes that exist now: a fallback may appear while somebody watches."""
        return (self.box, *self.fallback.folders())

    def lock(self) -> Lock:
        """Return the lock for committing, which the gits of its holder inherit."""
        return Lock(self.state / "lock", self.git)

    def mirror_is_free(self) -> bool:
        """Say whether the mirror may be moved: it is not checked out anywhere."""
        has_files = self.beside is None and self.folder is not None
        bare = not has_files and not (self.git_dir / "index").exists()
        return not refs.is_checked_out(self.git_dir, self.branch, bare=bare)

    def announce(self, incidents: Iterable[str]) -> None:
        """Note incidents before anything of them is recorded or taken in.

        So their view is refreshed even if this process is killed, and a restricted incident is
        remembered as such for ever.
        """
        wanted = list(incidents)
        if self.known_ids is not None:
            self.known_ids.add(wanted)
        if self.view is not None:
            for incident in wanted:
                if is_group_id(incident):
                    continue  # no view shows it
                self.view.mark_stale(incident)
