"""What a remote answered: a state, and the reason for people, taken from what git printed."""

from __future__ import annotations

import re
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.git import presence
from incidentctl.git.run import Result

OK, BEHIND, OFFLINE, MISCONFIGURED, REFUSED = "ok", "behind", "offline", "misconfigured", "refused"
#: The remote received everything but did not say whether it accepts it.
UNANSWERED = "unanswered"
#: The remote answers, but has no such branch.
MISSING = "missing"
_ID = re.compile(r"\b[0-9a-f]{40,64}\b")
#: Git's own messages, also behind a line of progress.
_OWN = re.compile(r"\b(fatal|error): .*")
_PASSWORD = re.compile(r"//[^/\s]*@")
_PROGRESS = re.compile(r"\d+% \(|, done\.\Z")
# Phrases of git, curl and ssh with LC_ALL=C. A text that fits none of them is called misconfigured,
# because waiting does not help then.
_OFFLINE = (
    "could not resolve host", "couldn't connect to server", "failed to connect",
    "connection refused", "connection timed out", "operation timed out", "connection reset",
    "connection closed by", "network is unreachable", "no route to host", "unexpected disconnect",
    "name or service not known", "temporary failure in name resolution", "early eof",
    "the remote end hung up", "empty reply from server", "returned error: 5", "timeout",
    "unable to connect to",
)  # fmt: skip
#: These may come together with "the remote end hung up", and say more.
_CONFIGURED_WRONG = (
    "permission denied", "authentication failed", "could not read username",
    "could not read password", "host key verification failed", "repository not found",
    "not found", "does not appear to be a git repository", "not allowed", "access denied",
    "returned error: 401", "returned error: 403", "returned error: 404",
)  # fmt: skip


class RemoteAnswer(NamedTuple):
    """How talking to a remote ended: a state, and the reason for people."""

    state: str
    reason: str | None = None


def answer_of(name: str, done: Result | None) -> RemoteAnswer:
    """Return the answer of a remote from git's result; `done` is None if git took too long."""
    if done is None:
        return RemoteAnswer(OFFLINE, f"{name} did not answer in time")
    if done.code == 0:
        return RemoteAnswer(OK)
    if done.code < 0:
        return RemoteAnswer(BEHIND, f"git was ended by signal {-done.code} while it asked {name}")
    printed = done.err.casefold()
    offline = any(phrase in printed for phrase in _OFFLINE)
    wrong = any(phrase in printed for phrase in _CONFIGURED_WRONG)
    state = OFFLINE if offline and not wrong else MISCONFIGURED
    return RemoteAnswer(state, f"{name}: {shown(_last_error(done.err), '')}")


def _lines(err: str) -> list[str]:
    return [line.strip() for line in err.replace("\r", "\n").splitlines() if line.strip()]


def missing_object(err: str) -> str | None:
    """Return the object that git itself says it cannot read; what a remote printed is no such."""
    for line in _lines(err):
        own = None if line.startswith("remote:") else _OWN.search(line)
        if own and presence.mentions_damage(own[0]) and (named := _ID.search(own[0])):
            return named[0]
    return None


def _last_error(err: str) -> str:
    """Return the line of git or ssh that says what was wrong, leaving out progress and advice."""
    lines = _lines(err)
    marks = ("fatal:", "error:", "ssh:", "ERROR:")
    for number, line in enumerate(lines):
        if line.startswith(marks) or "ermission denied" in line:
            # "unable to connect to HOST:" has the reason on the next line.
            return " ".join(lines[number : number + 2]) if line.endswith(":") else line
    return lines[-1] if lines else "git said nothing of what was wrong"


def shown(text: str, more: str) -> str:
    """Make one line of what a remote said, without control characters and passwords."""
    said = [line[7:].strip() for line in more.splitlines() if line[:7] == "remote:"]
    said = [line for line in said if line and not _PROGRESS.search(line)]
    # Forges print a lot; a line that starts like this is the reason, if there is one.
    reasons = [line for line in said if line.startswith(("error:", "- "))]
    line = one_line(" ".join([text.strip(), *(reasons[:3] or said[-3:])]))
    return _PASSWORD.sub("//", line.removeprefix("fatal: "))[:300]
