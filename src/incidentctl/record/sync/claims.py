"""Claim a deed on the remote, so that of several clones only one does it.

A claim is a ref of the remote that only the first clone can create, for one attempt at one deed. It
is no event and no file of the branch: nothing merges it, and no other version drops it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from incidentctl.domain.common.times import from_iso, iso
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import atomic, permissions
from incidentctl.git.run import Git
from incidentctl.record.sync.answer import BEHIND, OK
from incidentctl.record.sync.remote import Remote
from incidentctl.record.write.fallback import identity_of

#: Whoever holds a claim has so long to record the attempt; then the next turn may be claimed.
PATIENCE = timedelta(seconds=60)
#: So many turns after each other may have been claimed by clones that were stopped.
_MAX_TURNS = 5
_REFS = "refs/incidentctl/claims"
#: A claim is removed once it was seen there on so many days: nothing is sent again so late.
KEPT_DAYS = 30
_LOOKS = timedelta(days=1)
_SEEN = "seen.json"
#: So many are removed at once at most.
_BATCH_SIZE = 200
#: What was first met when, as long as no file can say so: a full disk holds up no page.
_unwritten: dict[Path, datetime] = {}


class Claimed(NamedTuple):
    """What came of asking for a claim."""

    state: Literal["held", "taken", "unreachable"]
    """held: nobody else does it; taken: another clone does; unreachable: nobody can say."""
    since: datetime
    """When this clone first met that."""
    reason: str | None = None


def claim(
    git: Git, remote: Remote, state: Path, key: str, turn: int, *, now: datetime, limit: float
) -> Claimed:
    """Claim an attempt at a deed, the `turn` of it that the record knows; at most `limit` seconds.

    A turn that another clone claimed is passed over once that has recorded nothing for a minute.
    If all of them were, claims say nothing, as when the remote is away: somebody may have taken
    them so that nobody sends anything.
    """
    name = hashlib.sha256(key.encode()).hexdigest()[:40]
    folder = state / "claims"
    until = time.monotonic() + limit
    for number in range(turn, turn + _MAX_TURNS):
        lost = folder / f"{name}-{number}"
        met = _first_met(lost)
        if met is None:
            try:
                answer = remote.claim(f"{_REFS}/{name}/{number}", _mine(git, key, number), until)
            except EnvironmentFailedError as error:
                return _unreachable(folder / name, error.reason, now)
            if answer.state == OK:
                _unwritten.pop(folder / name, None)
                with contextlib.suppress(OSError):
                    (folder / name).unlink(missing_ok=True)
                return Claimed("held", now)
            if answer.state != BEHIND:
                return _unreachable(folder / name, answer.reason, now)
            met = _meet(lost, now)
        if now - met < PATIENCE:
            return Claimed("taken", met)
    reason = f"{_MAX_TURNS} claims of it were taken there, and nothing came of them"
    return _unreachable(folder / name, reason, now)


def clean(remote: Remote, state: Path, *, now: datetime, limit: float) -> None:
    """Remove claims of long ago from the remote: those that this clone saw on thirty days.

    By then their deeds are over. A claim says no time, and clocks jump: so days are counted on
    which somebody looked. It looks once a day.
    """
    file, until = state / "claims" / _SEEN, time.monotonic() + limit
    looked, seen = _read_seen(file)
    if looked is not None and timedelta() <= now - looked < _LOOKS:
        return
    found = remote.refs_below(_REFS, until=until)
    if found is None:
        return
    seen = {ref: seen.get(ref, 0) + 1 for ref in found}
    old = [ref for ref, days in seen.items() if days > KEPT_DAYS][:_BATCH_SIZE]
    if old:
        remote.remove({ref: found[ref] for ref in old}, until=until)
    with contextlib.suppress(OSError):  # then they are counted anew
        permissions.make_folder(file.parent)
        written = json.dumps({"looked": iso(now), "seen": seen}).encode()
        atomic.replace(file, written, durable=False)
        for met in file.parent.iterdir():
            moment = _first_met(met)
            if moment is not None and now - moment > timedelta(days=KEPT_DAYS):
                met.unlink(missing_ok=True)


def _read_seen(file: Path) -> tuple[datetime | None, dict[str, int]]:
    try:
        read = json.loads(file.read_bytes())
        seen = {str(ref): int(days) for ref, days in read["seen"].items()}
        return from_iso(read["looked"]), seen
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None, {}


def _mine(git: Git, key: str, turn: int) -> str:
    """Write what stands behind the ref: the same at each try of this clone.

    Two containers may have one host name and one path, and a copied clone the same identity.
    """
    clone = f"{os.uname().nodename}:{git.git_dir}:{identity_of(git.git_dir)}"
    written = json.dumps({"key": key, "turn": turn, "clone": clone}, sort_keys=True)
    done = git.run("hash-object", "-w", "--stdin", data=written.encode())
    if done.code:
        raise EnvironmentFailedError(f"Git could not write a claim: {done.err.strip()[:200]}.")
    return done.out.decode().strip()


def _unreachable(file: Path, reason: str | None, now: datetime) -> Claimed:
    return Claimed("unreachable", _first_met(file) or _meet(file, now), reason)


def _first_met(file: Path) -> datetime | None:
    try:
        return from_iso(file.read_text())
    except (OSError, ValueError):
        return _unwritten.get(file)


def _meet(file: Path, now: datetime) -> datetime:
    try:
        permissions.make_folder(file.parent)
        atomic.replace(file, iso(now).encode(), durable=False)
    except OSError:
        _unwritten[file] = now
    return now
