"""Trust in what a repository sends: shown, granted by typing its hash, kept outside of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.connect.near import near_ones
from incidentctl.domain.actions.trust import (
    SHORT,
    Item,
    Place,
    Sender,
    difference,
    hash_of,
    names_in,
    pinned,
    place_of,
    senders,
)
from incidentctl.domain.catalog.action_settings import Settings
from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import from_iso, iso
from incidentctl.errors import EnvironmentFailedError, RefusedError, UsageError
from incidentctl.files.pinned import may_restrict, pinned_files
from incidentctl.git import atomic

TrustState = Literal["nothing", "never", "changed", "trusted"]


class Target(NamedTuple):
    """Where actions go, and the variables of the environment whose values go there."""

    to: str
    """A host, a program, or an address of Apprise with its secrets masked."""
    host: str | None
    """The host, where there is one."""
    names: tuple[str, ...]
    near: bool = False
    """Whether it is on this machine or in a private network."""


class Trusted(NamedTuple):
    """What the local trust names: nothing else is sent, and nowhere else."""

    hash: str
    targets: tuple[Target, ...]

    @property
    def near(self) -> frozenset[str]:
        """The hosts that may be on this machine or in a private network."""
        return frozenset(each.host for each in self.targets if each.near and each.host)

    def check(self, settings: Settings) -> None:
        """Refuse an action that reads a variable which the trust does not name for its target."""
        to = place_of(settings).to
        known = {name for each in self.targets if each.to == to for name in each.names}
        if unnamed := names_in(settings) - known:
            raise RefusedError(
                f"The trust does not name {', '.join(sorted(unnamed))} for {one_line(to)}.",
                hint=_ASK,
            )


class TrustStatus(NamedTuple):
    """What is pinned now, and what of it is trusted."""

    state: TrustState
    repository: str
    hash: str
    """The digits to type."""
    items: tuple[Item, ...]
    targets: tuple[Target, ...]
    changed: tuple[str, ...] = ()
    """What has changed since it was trusted, as the lines of a difference."""
    since: datetime | None = None
    """When it was trusted."""
    before: str | None = None
    """The digits of what is trusted."""
    commit: str | None = None
    """The commit that was checked out as it was trusted."""


class LastTrust(NamedTuple):
    """What is trusted, by its hash, and the commit that was checked out then."""

    hash: str
    commit: str | None
    restricts: bool = False
    """Whether its rules for alerts keep any for the readers of restricted incidents."""


_ASK = "Read what it sends, and allow it, with `incidentctl trust`."


def trust_status(workspace: Workspace) -> TrustStatus:
    """Return what the repository would send now, and whether it is trusted."""
    root = workspace.team_root()
    items = pinned(workspace.catalog, pinned_files(root))
    digest = hash_of(items)
    known = _read(workspace)
    state: TrustState = "never" if items else "nothing"
    if known is not None:
        state = "trusted" if known["hash"] == digest else "changed"
    return TrustStatus(
        state,
        _identity(workspace),
        digest[:SHORT],
        items,
        tuple(_targets(senders(workspace.catalog))),
        tuple(difference(map(Item._make, known["items"]), items)) if known else (),
        from_iso(known["trusted"]) if known else None,
        known["hash"][:SHORT] if known else None,
        known["commit"] if known else None,
    )


def trusted(workspace: Workspace) -> LastTrust | None:
    """Return what is trusted; None if nothing is."""
    known = _read(workspace)
    if known is None:
        return None
    files = {name: text.encode() for name, text in known["items"]}
    return LastTrust(known["hash"], known["commit"], may_restrict(files))


def trust(workspace: Workspace, typed: str) -> TrustStatus:
    """Trust what is pinned now, if `typed` is its hash; RefusedError otherwise."""
    found = trust_status(workspace)
    if found.state == "nothing":
        raise RefusedError("This repository sends nothing: there is nothing to trust.")
    if typed.strip().casefold() != found.hash:
        raise UsageError(
            f"{one_line(typed)!r} is not the hash of what it sends now, which is {found.hash}.",
            hint=f"Nothing is trusted. Once you have read it, type {found.hash}.",
        )
    now, known = workspace.now(), _read(workspace)
    before = _announcing(known) if known else {}
    # A trust of an older release does not say since when: since then at the latest.
    new = from_iso(known["trusted"]) if known and "announcing" not in known else now
    written = {
        "repository": found.repository,
        "trusted": iso(now),
        "announcing": {
            name: iso(before.get(name, new or now)) for name in workspace.catalog.announcements
        },
        "commit": workspace.catalog_commit(),
        "hash": hash_of(found.items),
        "items": [list(item) for item in found.items],
        "targets": [each._asdict() for each in found.targets],
    }
    file = _file(workspace)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic.replace(file, json.dumps(written, indent=1).encode(), mode=atomic.PRIVATE_MODE)
    except OSError as error:
        raise EnvironmentFailedError(f"Could not write {file}: {error.strerror}.") from error
    return trust_status(workspace)


def announcing_since(workspace: Workspace) -> Mapping[str, datetime]:
    """Return since when each trusted announcement goes out by itself, by its name.

    That is when it was trusted for the first time: what happened before is no news.
    """
    known = _read(workspace)
    return _announcing(known) if known else {}


def _announcing(known: Mapping[str, Any]) -> dict[str, datetime]:
    read = {name: from_iso(since) for name, since in known.get("announcing", {}).items()}
    return {name: since for name, since in read.items() if since is not None}


def revoke(workspace: Workspace) -> bool:
    """Trust the repository no longer; say whether it was trusted."""
    file = _file(workspace)
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise EnvironmentFailedError(f"Could not remove {file}: {error.strerror}.") from error
    return True


def ensure_trusted(workspace: Workspace) -> Trusted:
    """Return what may be sent where; RefusedError unless all that is pinned now is trusted."""
    items = pinned(workspace.catalog, pinned_files(workspace.team_root()))
    known = _read(workspace)
    if known is None:
        raise RefusedError("Nothing is sent: this repository is not trusted.", hint=_ASK)
    if known["hash"] != hash_of(items):
        old, new = dict(map(tuple, known["items"])), dict(items)
        names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise RefusedError(
            "Nothing is sent: what this repository sends has changed since you trusted it: "
            f"{one_line('; '.join(names[:3]))}{more}.",
            hint=_ASK,
        )
    targets = tuple(
        Target(each["to"], each["host"], tuple(each["names"]), each["near"])
        for each in known["targets"]
    )
    return Trusted(known["hash"], targets)


def untrusted(workspace: Workspace) -> str | None:
    """Say why nothing is sent, and what to do; None if all that is pinned now is trusted."""
    try:
        ensure_trusted(workspace)
    except RefusedError as refusal:
        return f"{refusal.message} {refusal.hint}"
    return None


# --- where it goes ------------------------------------------------------------------------------


def _targets(found: Iterable[Sender]) -> Iterable[Target]:
    """Return every target with the variables read for it, in order."""
    names: dict[Place, set[str]] = {}
    for each in found:
        names.setdefault(place_of(each.settings), set()).update(names_in(each.settings))
    close = near_ones(place.host for place in names if place.host)
    return (
        Target(place.to, place.host, tuple(sorted(used)), place.host in close)
        for place, used in sorted(names.items())
    )


# --- what is kept -------------------------------------------------------------------------------


def _identity(workspace: Workspace) -> str:
    """Return what stands for the repository: the place of its git directory on this machine.

    Nothing inside a repository can name another one's place, as it could name a remote.
    """
    place = workspace.repository()
    return os.path.realpath(place.common_dir if place else workspace.team_root())


def _file(workspace: Workspace) -> Path:
    name = hashlib.sha256(_identity(workspace).encode(errors="surrogateescape")).hexdigest()[:32]
    return places.trust_folder(workspace.environment) / f"{name}.json"


def _read(workspace: Workspace) -> dict[str, Any] | None:
    """Return what was trusted; None if nothing was, or nobody can say what."""
    try:
        known = json.loads(_file(workspace).read_bytes())
        whole = known["repository"] == _identity(workspace) and isinstance(known["hash"], str)
        items = [Item(name, text) for name, text in known["items"]]
        targets = [Target(**each) for each in known["targets"]]
        _announcing(known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if whole and hash_of(items) == known["hash"] and targets is not None else None
