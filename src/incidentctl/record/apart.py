"""Whether the remote for restricted incidents is a place apart from the one that all read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from incidentctl.record import presence, refs
from incidentctl.record.git import Git
from incidentctl.record.remote import Shared

#: No question to git may take longer, in seconds.
_LIMIT = 5.0
_HOST = r"(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:]+)"
_URL = re.compile(rf"[a-z][a-z0-9+.-]*://{_HOST}(?::\d*)?/(?P<path>.*)", re.IGNORECASE)
_SCP = re.compile(rf"{_HOST}:(?P<path>.*)")


def fault(git: Git, name: str, shared: Shared, *, folder: Path) -> str | None:
    """Say why a remote's address is none apart, as far as addresses tell; None when it may be."""
    if not _addresses(git, shared.remote, folder):
        return (
            f"git has no remote called {shared.remote} here, so {name} may be that place: "
            "restricted incidents wait until both are known"
        )
    if share_address(git, name, shared.remote, folder=folder):
        return _told(name, shared)
    return None


def fault_of_heads(git: Git, name: str, shared: Shared, heads: Mapping[str, str]) -> str | None:
    """Say so where a remote has the shared record's branch, whatever its address looks like."""
    theirs = heads.get(shared.branch)
    tips = (refs.TRUTH, f"refs/remotes/{shared.remote}/{shared.branch}")
    ours = [tip for tip in (refs.read(git, ref) for ref in tips) if tip]
    if theirs is None or not any(_share_history(git, theirs, tip) for tip in ours):
        return None
    return (
        f"{_told(name, shared)}; if it is another place that has a copy of {shared.branch}: "
        f"git push {name} --delete {shared.branch}"
    )


def _share_history(git: Git, theirs: str, ours: str) -> bool:
    """Say whether two commits do; what is not in this clone does not, as far as is known here."""
    done = git.run("merge-base", theirs, ours, timeout=_LIMIT)
    if done.code not in (0, 1) and not presence.absent(git, [theirs, ours]):
        raise presence.failed("compare the remotes", done)
    return done.code == 0


def _told(name: str, shared: Shared) -> str:
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
    found = set()
    for which in ((), ("--push",)):
        done = git.run("remote", "get-url", "--all", *which, "--", remote, timeout=_LIMIT)
        if done.code not in (0, 2):  # 2: there is no such remote
            raise presence.failed("read its remotes", done)
        for line in done.out.decode(errors="replace").splitlines() if done.code == 0 else ():
            found.add(_of_path(line, folder) or _of_host(line))
    return found


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
