"""Whether the remote for restricted incidents is another place than the shared remote."""

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

#: The time limit for each call of git, in seconds.
_LIMIT = 5.0
_HOST = r"(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:]+)"
_URL = re.compile(rf"[a-z][a-z0-9+.-]*://{_HOST}(?::\d*)?/(?P<path>.*)", re.IGNORECASE)
_SCP = re.compile(rf"{_HOST}:(?P<path>.*)")


def fault(git: Git, name: str, shared: SharedPlace, *, folder: Path) -> str | None:
    """Say why a remote is the shared place, judging by addresses alone; None if it may differ."""
    if not _addresses(git, shared.remote, folder):
        return (
            f"git has no remote called {shared.remote} here, so {name} may be that place: "
            "restricted incidents wait until both are known"
        )
    if share_address(git, name, shared.remote, folder=folder):
        return _same_place(name, shared)
    return None


def unproven(
    git: Git, name: str, shared: SharedPlace, own: str, *, ask: Ask
) -> RemoteAnswer | None:
    """Say why a remote is not proven to be another place, by what it holds; None if it is.

    `own` is the branch of restricted incidents. `ask` asks an address for some refs. Addresses
    alone prove nothing: ssh, git and DNS know many names for one place.
    """
    theirs, ours = _asked(git, shared.remote), _asked(git, name)
    if theirs is None or ours is None:
        which = shared.remote if theirs is None else name
        return RemoteAnswer(
            MISCONFIGURED,
            f"git's url.*.insteadOf changes the address of {which} twice, so {name} may be the "
            f"same place as {shared.remote}: restricted incidents wait; set its full address with "
            "git remote set-url",
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
    # Ask again: a change between the two questions would make one place look like two.
    after = {place: ask(place, wanted) for place in theirs}
    for answer, _ in (*before.values(), *after.values()):
        if answer.state != OK:
            return RemoteAnswer(
                answer.state,
                f"{shared.remote} does not say what it holds, so {name} may be the same place: "
                "restricted incidents wait until it answers",
            )
    if before != after:
        return RemoteAnswer(BEHIND, f"{shared.remote} changed while {name} was compared with it")
    shown = [found for _, found in before.values()]
    if any(found in shown for _, found in held.values()):
        return RemoteAnswer(
            MISCONFIGURED,
            f"{name} and {shared.remote} hold the same commits, so they may be one place: "
            f"restricted incidents wait until they differ; push a commit of its own to the main "
            f"branch of {name}, or record an incident that is not restricted",
        )
    return None


def has_copy(name: str, shared: SharedPlace) -> RemoteAnswer:
    """Say that a remote has a branch with the shared record's name, so may be the same place."""
    return RemoteAnswer(
        MISCONFIGURED,
        f"{_same_place(name, shared)}; if it is another place with a copy of {shared.branch}: "
        f"git push {name} --delete {shared.branch}",
    )


def _same_place(name: str, shared: SharedPlace) -> str:
    return (
        f"{name} is the same place as {shared.remote}, so restricted incidents are not sent there; "
        "name another remote in incidentctl.yaml: record: {restricted_remote: ...}"
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
    """Return the addresses of a remote; None if there are none, or one cannot be asked as it is.

    That is an address that git would rewrite again, or take for the name of a remote.
    """
    found = _resolved(git, remote)
    for address in found:
        done = git.run("ls-remote", "--get-url", "--", address, timeout=_LIMIT)
        if done.out.decode(errors="surrogateescape").removesuffix("\n") != address:
            return None
    return found or None


def _of_path(address: str, folder: Path) -> str | None:
    """Return the real path of an address that is a path on this machine, resolved as git does."""
    local = address.removeprefix("file://")
    path = folder / (unquote(local) if local != address else local)
    for candidate in (path, path.with_name(f"{path.name}.git")):
        if candidate.exists():
            place = candidate.resolve()
            return str(place.parent if place.name == ".git" else place)
    return None


def _of_host(address: str) -> str:
    """Return the host and path of an address, which name one repository of a forge for all schemes.

    The address is a URL, or scp's `user@host:path` (git-clone, GIT URLS).
    """
    found = _URL.match(address) or _SCP.match(address)
    place = f"{found['host']}/{found['path'].lstrip('/').removeprefix('~/')}" if found else address
    return re.sub(r"/+", "/", unquote(place)).rstrip("/").removesuffix(".git").casefold()


class SharedPlace(NamedTuple):
    """Where the incidents go that everybody may read: the remote and its branch."""

    remote: str
    branch: str
