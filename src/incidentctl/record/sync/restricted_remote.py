"""Whether the remote for restricted incidents is another place than the one that all read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from incidentctl.git.run import Git
from incidentctl.record.sync.answer import BEHIND, MISCONFIGURED, OK, RemoteAnswer

#: Asks an address for the commits of some refs.
Ask = Callable[[str, Sequence[str]], tuple[RemoteAnswer, dict[str, str]]]

#: No question to git may take longer, in seconds.
_LIMIT = 5.0
_HOST = r"(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:]+)"
_URL = re.compile(rf"[a-z][a-z0-9+.-]*://{_HOST}(?::\d*)?/(?P<path>.*)", re.IGNORECASE)
_SCP = re.compile(rf"{_HOST}:(?P<path>.*)")


def fault(git: Git, name: str, shared: SharedPlace, *, folder: Path) -> str | None:
    """Say why a remote is the shared place, as far as addresses tell; None when it may differ."""
    if not _addresses(git, shared.remote, folder):
        return (
            f"git has no remote called {shared.remote} here, so {name} may be that place: "
            "restricted incidents wait until both are known"
        )
    if share_address(git, name, shared.remote, folder=folder):
        return _told(name, shared)
    return None


def unproven(
    git: Git, name: str, shared: SharedPlace, own: str, *, ask: Ask
) -> RemoteAnswer | None:
    """Say why a remote is not proven to be another place, by what it holds; None when it is.

    `own` is the branch of restricted incidents. `ask` asks an address for some refs. An address
    proves nothing: ssh, git and DNS know many names of one place.
    """
    theirs, ours = _asked(git, shared.remote), _asked(git, name)
    if theirs is None or ours is None:
        which = shared.remote if theirs is None else name
        return RemoteAnswer(
            MISCONFIGURED,
            f"the address of {which} is changed twice by git's url.*.insteadOf, so nobody can tell "
            f"whether {name} is apart from {shared.remote}: restricted incidents wait; give it its "
            "whole address with git remote set-url",
        )
    branch = f"refs/heads/{shared.branch}"
    wanted = ("HEAD", branch, f"refs/heads/{own}")
    before = {place: ask(place, wanted) for place in theirs}
    held = {place: ask(place, wanted) for place in ours}
    for answer, _ in held.values():
        if answer.state != OK:
            return answer
    if any(branch in found for _, found in held.values()):
        return has_copy(name, shared)
    # Asked again: what changed meanwhile would make one place look like two.
    after = {place: ask(place, wanted) for place in theirs}
    for answer, _ in (*before.values(), *after.values()):
        if answer.state != OK:
            return RemoteAnswer(
                answer.state,
                f"{shared.remote} does not say what it holds, so nobody can tell whether {name} is "
                "apart from it: restricted incidents wait until it answers",
            )
    if before != after:
        return RemoteAnswer(BEHIND, f"{shared.remote} changes while {name} is compared with it")
    shown = [found for _, found in before.values()]
    if any(found in shown for _, found in held.values()):
        return RemoteAnswer(
            MISCONFIGURED,
            f"{name} and {shared.remote} hold the same, so they may be one place: restricted "
            f"incidents wait until they differ; give {name} a commit of its own on its main "
            "branch, or record an incident that all may read",
        )
    return None


def has_copy(name: str, shared: SharedPlace) -> RemoteAnswer:
    """Say that a remote has a branch of the shared record's name, and may be the same place."""
    return RemoteAnswer(
        MISCONFIGURED,
        f"{_told(name, shared)}; if it is another place that has a copy of {shared.branch}: "
        f"git push {name} --delete {shared.branch}",
    )


def _told(name: str, shared: SharedPlace) -> str:
    return (
        f"{name} is where {shared.remote} is: restricted incidents are not sent there; name "
        "another one in incidentctl.yaml: record: {restricted_remote: ...}"
    )


def share_address(git: Git, one: str, other: str, *, folder: Path) -> bool:
    """Say whether two remotes fetch from, or push to, one address, as git resolves them.

    A path may be relative to `folder`, the work tree.
    """
    return not _addresses(git, one, folder).isdisjoint(_addresses(git, other, folder))


def _addresses(git: Git, remote: str, folder: Path) -> set[str]:
    return {_of_path(line, folder) or _of_host(line) for line in _resolved(git, remote)}


def _resolved(git: Git, remote: str) -> list[str]:
    """Return the addresses that git fetches from and pushes to, each once."""
    found: list[str] = []
    for which in ((), ("--push",)):
        done = git.run("remote", "get-url", "--all", *which, "--", remote, timeout=_LIMIT)
        found += done.out.decode(errors="surrogateescape").splitlines() if done.code == 0 else ()
    return list(dict.fromkeys(found))


def _asked(git: Git, remote: str) -> list[str] | None:
    """Return the addresses of a remote; None where one cannot be asked as it is, or there is none.

    Git would make another address of it, or take it for the name of a remote.
    """
    found = _resolved(git, remote)
    for address in found:
        done = git.run("ls-remote", "--get-url", "--", address, timeout=_LIMIT)
        if done.out.decode(errors="surrogateescape").removesuffix("\n") != address:
            return None
    return found or None


def _of_path(address: str, folder: Path) -> str | None:
    """Return the place of an address that is a path of this machine, as git looks for it."""
    local = address.removeprefix("file://")
    path = folder / (unquote(local) if local != address else local)
    for candidate in (path, path.with_name(f"{path.name}.git")):
        if candidate.exists():
            place = candidate.resolve()
            return str(place.parent if place.name == ".git" else place)
    return None


def _of_host(address: str) -> str:
    """Return the host and path of an address: a forge has one repository there for all schemes.

    That is a URL, or scp's `user@host:path` (git-clone, GIT URLS).
    """
    found = _URL.match(address) or _SCP.match(address)
    place = f"{found['host']}/{found['path'].lstrip('/').removeprefix('~/')}" if found else address
    return re.sub(r"/+", "/", unquote(place)).rstrip("/").removesuffix(".git").casefold()


class SharedPlace(NamedTuple):
    """Where the incidents go that everybody reads: the remote and its branch."""

    remote: str
    branch: str
