"""Talk to the remote that shares the record: fetch, push, and explain failures.

The configuration can run no programs except those that git needs to reach the remote:
`core.sshCommand` and the credential helpers.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.domain.common.text import one_line
from incidentctl.git import partial_clone, presence, refs
from incidentctl.git.run import ENDED, Git, Patience, Result, finish_live
from incidentctl.record.sync.answer import (
    BEHIND,
    MISSING,
    OK,
    REFUSED,
    UNANSWERED,
    RemoteAnswer,
    answer_of,
    missing_object,
    shown,
)

if TYPE_CHECKING:
    from incidentctl.record.sync.restricted_remote import SharedPlace


#: After this many seconds of silence the exchange gives up on a remote.
SILENCE = 20.0
#: Longer once the remote has received everything, as git reports: its hooks may be slow.
_PATIENCE = Patience(re.compile(rb"Writing objects: 100%[^\r\n]*, done\.|\bTotal \d+ \("), 120.0)
# As measured: ssh notices a dead network within 10 s, and outlives its git by no more than that.
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=5 -oServerAliveInterval=5 -oServerAliveCountMax=2"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*\Z")

#: What git says if two clones push at once and the other one was first.
_RACE = (
    "[rejected]", "fetch first", "non-fast-forward", "stale info", "cannot lock ref",
    "failed to update ref", "incorrect old value", "reference already exists",
)  # fmt: skip
#: If this many pushes seem overtaken although nothing new arrived, it is no race.
_NO_RACE = 3


class Remote:
    """A remote of the repository, and the branch of the record on it."""

    def __init__(
        self,
        git: Git,
        name: str,
        branch: str,
        *,
        folder: Path | None,
        must_differ_from: SharedPlace | None = None,
    ) -> None:
        """Take the git of the repository, and the name of the remote in its configuration.

        The address of a remote may be a path relative to `folder`, the work tree. A remote for
        restricted incidents must be another place than `must_differ_from`.
        """
        self._git = git
        self._folder = folder
        self._must_differ_from = must_differ_from
        self.name = name
        self._branch = f"refs/heads/{branch}"
        self.tracking = f"refs/remotes/{name}/{branch}"
        self._raced: tuple[str | None, int] = (None, 0)
        """The remote's tip when a push was last overtaken, and how often it was that tip."""

    def fault(self) -> str | None:
        """Say why there is no such remote, or why nothing may be sent to it; None if it is fine."""
        if not _NAME.match(self.name):
            return f"{one_line(self.name)!r} is not the name of a git remote"
        if not self._settings.get(f"remote.{self.name}.url"):
            return f"git has no remote called {self.name} here: git remote add {self.name} URL"
        if self._must_differ_from is not None:
            from incidentctl.record.sync import restricted_remote  # noqa: PLC0415 (for few)

            folder = self._folder or self._git.git_dir
            return restricted_remote.fault(
                self._git, self.name, self._must_differ_from, folder=folder
            )
        return None

    def is_unknown(self) -> bool:
        """Say whether git has no remote of that name here, though it could have one."""
        if not _NAME.match(self.name):
            return False
        known = self._git.run("remote")
        if known.code:
            raise presence.failed("list its remotes", known)
        return self.name not in known.out.decode(errors="replace").split("\n")

    def fetch(self, *, until: float) -> RemoteAnswer:
        """Fetch the branch into its remote-tracking ref; `until` is a time of the monotonic clock.

        A remote for restricted incidents that has the shared record's branch is misconfigured.
        DamagedError if git cannot read an object that this clone lacks, too.
        """
        if self._must_differ_from is not None:
            from incidentctl.record.sync import restricted_remote  # noqa: PLC0415 (for few)

            branch = f"refs/heads/{self._must_differ_from.branch}"
            answer, held = self._ask(self.name, branch, until=until)
            if answer.state != OK:
                return answer
            if held:
                return restricted_remote.has_copy(self.name, self._must_differ_from)
        done = self._run(
            "fetch", "--progress", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
            "--no-prune", "--no-recurse-submodules", "--refmap=", "--no-filter",
            "--upload-pack=git-upload-pack", "--", self.name, f"+{self._branch}:{self.tracking}",
            until=until,
        )  # fmt: skip
        if done is not None and "couldn't find remote ref" in done.err:
            return RemoteAnswer(MISSING)
        self._ensure_readable("fetch from", done)
        return answer_of(self.name, done)

    def complete(self, tips: Iterable[str | None], *, until: float) -> RemoteAnswer:
        """Fetch what a partial clone lacks of the record at some commits; no ref moves.

        This fetches the whole branch, as in a fresh clone.
        """
        if not partial_clone.missing(self._git, filter(None, tips)).objects:
            return RemoteAnswer(OK)
        done = self._run(
            "fetch", "--refetch", "--progress", "--no-tags", "--no-write-fetch-head",
            "--no-auto-maintenance", "--no-prune", "--no-recurse-submodules", "--refmap=",
            "--no-filter", "--upload-pack=git-upload-pack", "--", self.name, self._branch,
            until=until,
        )  # fmt: skip
        return answer_of(self.name, done)

    def has_branches(self, *, until: float) -> bool | None:
        """Say whether the remote has any branch at all; None if it does not answer."""
        answer, heads = self.heads(until=until)
        return bool(heads) if answer.state == OK else None

    def heads(self, *, until: float) -> tuple[RemoteAnswer, dict[str, str]]:
        """Ask for the commit of every branch, by its name; nothing is fetched."""
        done = self._run(
            "ls-remote", "--heads", "--upload-pack=git-upload-pack", "--", self.name, until=until
        )
        lines = done.out.decode(errors="replace").splitlines() if done else []
        pairs = (line.partition("\t")[::2] for line in lines)
        found = {ref.removeprefix("refs/heads/"): oid for oid, ref in pairs}
        return answer_of(self.name, done), found

    def newer(self, *, until: float) -> str | None:
        """Return the branch's commit on the remote if it is not the one last fetched, else "".

        None if the remote does not answer. Nothing is fetched.
        """
        answer, found = self._ask(self.name, self._branch, until=until)
        if answer.state != OK:
            return None
        tip = found.get(self._branch, "")
        return "" if tip == refs.read(self._git, self.tracking) else tip

    def unproven(self, *, until: float) -> RemoteAnswer | None:
        """Say why this is not proven to be another place than the shared remote; None if it is."""
        if self._must_differ_from is None:
            return None
        from incidentctl.record.sync import restricted_remote  # noqa: PLC0415 (for few)

        def ask(address: str, names: Sequence[str]) -> tuple[RemoteAnswer, dict[str, str]]:
            return self._ask(address, *names, until=until)

        own = self._branch.removeprefix("refs/heads/")
        return restricted_remote.unproven(
            self._git, self.name, self._must_differ_from, own, ask=ask
        )

    def _ask(self, place: str, *names: str, until: float) -> tuple[RemoteAnswer, dict[str, str]]:
        """Ask an address for the commits of some refs; refs that it lacks are left out."""
        done = self._run(
            "ls-remote", "--upload-pack=git-upload-pack", "--", place, *names, until=until
        )
        lines = done.out.decode(errors="replace").splitlines() if done else []
        pairs = (line.partition("\t")[::2] for line in lines)
        return answer_of(self.name, done), {ref: oid for oid, ref in pairs if ref in names}

    def push(
        self, commit: str, *, until: float, instead_of: str | None = None, dry: bool = False
    ) -> RemoteAnswer:
        """Push a commit to the branch, as a fast-forward or not at all.

        Only a purge forces, and only if the branch still names `instead_of`, the tip it replaces.
        A `dry` push sends nothing: it proves that this user may push, but not that the remote's
        hooks and rules accept the commit. Each push of restricted incidents first checks
        `unproven`. DamagedError if this clone lacks objects of what is to be pushed.
        """
        if not dry and (unproven := self.unproven(until=until)) is not None:
            return unproven
        options = ["--dry-run"] if dry else []
        if instead_of is not None:
            options.append(f"--force-with-lease={self._branch}:{instead_of}")
        done = self._run(
            "-c", f"remote.{self.name}.mirror=false", "-c", "push.pushOption=",
            "push", *options, "--porcelain", "--progress", "--no-verify", "--no-signed",
            "--recurse-submodules=no", "--receive-pack=git-receive-pack",
            "--", self.name,
            f"{commit}:{self._branch}", until=until, patience=_PATIENCE,
        )  # fmt: skip
        if done is not None and done.code == ENDED:
            return RemoteAnswer(
                UNANSWERED,
                f"{self.name} received everything but did not say whether it accepts it: its hooks "
                "take too long",
            )
        if done is None or done.code == 0:
            return answer_of(self.name, done)
        self._ensure_readable("push to", done)
        lines = [line for line in done.out.decode(errors="replace").splitlines() if line[:1] == "!"]
        if not lines:
            return answer_of(self.name, done)
        refusal = lines[0].rpartition("\t")[2]
        raced = any(phrase in f"{refusal} {done.err}".casefold() for phrase in _RACE)
        forced = instead_of and "remote rejected" in refusal  # it accepts no forced push
        if raced and not forced and self._may_be_a_race():
            return RemoteAnswer(BEHIND, "others push at the same time")
        return RemoteAnswer(REFUSED, f"{self.name} refuses the push: {shown(refusal, done.err)}")

    def claim(self, ref: str, oid: str, until: float) -> RemoteAnswer:
        """Create a ref on the remote that nobody has; BEHIND if another one has it.

        OK also if it names the same object: then an earlier try of this clone made it.
        """
        if (unproven := self.unproven(until=until)) is not None:
            return unproven
        done = self._run(
            "-c", f"remote.{self.name}.mirror=false", "-c", "push.pushOption=",
            "push", f"--force-with-lease={ref}:", "--porcelain", "--no-verify", "--no-signed",
            "--recurse-submodules=no", "--receive-pack=git-receive-pack",
            "--", self.name, f"{oid}:{ref}", until=until,
        )  # fmt: skip
        if done is not None and done.code == 0:
            return RemoteAnswer(OK)
        asked, found = self._ask(self.name, ref, until=until)
        if asked.state != OK:
            return asked
        if ref in found:
            same = found[ref] == oid
            return RemoteAnswer(OK) if same else RemoteAnswer(BEHIND, "another clone has it")
        refusal = done.err if done is not None else ""
        return RemoteAnswer(REFUSED, f"{self.name} takes no claim: {shown('', refusal)}")

    def refs_below(self, folder: str, *, until: float) -> dict[str, str] | None:
        """Return the refs of a folder on the remote with their objects; None without an answer."""
        done = self._run(
            "ls-remote", "--upload-pack=git-upload-pack", "--", self.name, f"{folder}/*",
            until=until,
        )  # fmt: skip
        if done is None or done.code:
            return None
        pairs = (line.partition("\t") for line in done.out.decode(errors="replace").splitlines())
        return {ref: oid for oid, _, ref in pairs if ref.startswith(f"{folder}/")}

    def remove(self, found: Mapping[str, str], *, until: float) -> None:
        """Remove refs from the remote, each only while it names the object given."""
        if self.unproven(until=until) is not None:
            return
        self._run(
            "-c", f"remote.{self.name}.mirror=false", "-c", "push.pushOption=",
            "push", *(f"--force-with-lease={ref}:{oid}" for ref, oid in found.items()),
            "--porcelain", "--no-verify", "--no-signed", "--recurse-submodules=no",
            "--receive-pack=git-receive-pack", "--", self.name, *(f":{ref}" for ref in found),
            until=until,
        )  # fmt: skip

    def _ensure_readable(self, what: str, done: Result | None) -> None:
        """Raise DamagedError if git could not do it for an object that this clone lacks."""
        oid = missing_object(done.err) if done is not None and done.code else None
        if oid and presence.kinds(self._git, [oid])[oid] is None:
            raise presence.DamagedError(
                f"{oid[:10]} is not in this clone, so git cannot {what} {self.name}"
            )

    def _may_be_a_race(self) -> bool:
        """Say whether others may have pushed first: then each fetch brings something new."""
        tip = refs.read(self._git, self.tracking)
        before, times = self._raced
        self._raced = (tip, times + 1 if tip == before else 1)
        return self._raced[1] < _NO_RACE

    def _run(
        self, *arguments: str, until: float, patience: Patience | None = None
    ) -> Result | None:
        limit = until - time.monotonic()
        if limit <= 0:
            return None
        child = self._git.start(
            arguments,
            feed=False,
            more=self._ssh_variables(),
            folder=self._folder,
            network=True,
        )
        silence = min(SILENCE, limit)
        return finish_live(child, silence=silence, limit=limit, patience=patience)

    def _ssh_variables(self) -> dict[str, str]:
        """Return our options for ssh, unless the user configured their own ssh command."""
        own = self._git.variable("GIT_SSH_COMMAND") or self._git.variable("GIT_SSH")
        own = own or self._settings.get("core.sshcommand")
        return {} if own else {"GIT_SSH_COMMAND": _SSH}

    @cached_property
    def _settings(self) -> dict[str, str]:
        """The addresses of remotes, and the user's ssh command; what is set last counts."""
        asked = r"^(remote\..*\.url|core\.sshcommand)$"
        done = self._git.run("config", "-z", "--get-regexp", asked)
        if done.code not in (0, 1):  # 1: nothing is set
            raise presence.failed("read its configuration", done)
        entries = done.out.decode(errors="replace").split("\0")
        return {key: value.strip() for key, _, value in (each.partition("\n") for each in entries)}
