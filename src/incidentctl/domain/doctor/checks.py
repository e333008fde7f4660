"""What `doctor` reports: a Check for each thing it examines; the checks that need no I/O."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.incident.ids import MAX_AHEAD, ulid_moment
from incidentctl.errors import Hint

State = Literal["ok", "warn", "bad"]

_OLDEST_GIT = (2, 36)
#: Clocks of machines that keep time differ by less.
_AHEAD = timedelta(minutes=5)
#: Report exchanges that have failed for longer than this.
STALE = timedelta(days=1)
#: What forges say about a push that contains a secret.
_SECRET = re.compile(r"secret|push protection", re.IGNORECASE)
#: What forges and their hooks say about a branch that the user may not push to.
_PROTECTED = re.compile(
    r"protected|hook declined|GH006|GH013|not allowed|denied|(pull|merge) request|signed",
    re.IGNORECASE,
)


class Check(NamedTuple):
    """One check: `name` is stable, `message` says what was found, `hint` what to do."""

    name: str
    state: State
    message: str
    hint: str | Hint | None = None


def inert(check: Check) -> Check:
    """Return the check with every text on one line and without characters that act."""
    hint = one_line(check.hint) if isinstance(check.hint, str) else check.hint
    return check._replace(message=one_line(check.message), hint=hint)


def fails(checks: list[Check]) -> bool:
    """Say whether a check failed; warnings are no failures."""
    return any(check.state == "bad" for check in checks)


def git_check(printed: str | None) -> Check:
    """Judge what `git --version` prints; None when there is no git."""
    if printed is None:
        return Check(
            "git",
            "bad",
            "git was not found: what is recorded is kept, and waits uncommitted",
            "Install git 2.36 or later.",
        )
    found = re.search(r"(\d+)\.(\d+)(?:\.\d+)*", printed)
    if found is None:
        return Check("git", "warn", f"the version of git is not known: {printed[:80]}")
    if (int(found[1]), int(found[2])) < _OLDEST_GIT:
        return Check("git", "bad", f"git {found[0]} is too old", "Install git 2.36 or later.")
    return Check("git", "ok", f"git {found[0]}")


def clock_check(newest: str | None, now: datetime, *, remote: datetime | None) -> Check:
    """Compare the clock with the newest event's id, and with the remote branch's last commit."""
    known = [ulid_moment(newest)] if newest else []
    seen = max([*known, *([remote] if remote else [])], default=None)
    if seen is None:
        return Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC; no event to compare with yet")
    ahead = seen - now
    if ahead <= _AHEAD:
        return Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC, and no event is ahead of it")
    span = rough_duration(ahead)
    both = remote is not None and remote - now > _AHEAD
    whose = "this clock is probably slow" if both else "this clock is slow, or another was fast"
    message = f"the newest event is {span} ahead of this clock; {whose}"
    if ahead > MAX_AHEAD:
        message += "; new events sort before those of the future"
    return Check(
        "clock",
        "bad" if ahead > MAX_AHEAD else "warn",
        message,
        "Compare `date -u` with a clock that is right, and turn on NTP.",
    )


def refusal_hint(reason: str | None, branch: str) -> Hint:
    """Say what to do where a remote refuses the push."""
    if reason and _SECRET.search(reason):
        return Hint("remove-secret")
    if reason and _PROTECTED.search(reason):
        return Hint("unprotect-branch", {"branch": branch})
    return Hint("allow-push", {"branch": branch})
