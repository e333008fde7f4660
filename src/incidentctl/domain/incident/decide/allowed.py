"""What may be done in which state of an incident, in one table; for every module that decides."""

from __future__ import annotations

from incidentctl.domain.incident.state import CANCELLED, CLOSED, RESOLVED, Incident
from incidentctl.errors import Hint, RefusedError

_OPEN = frozenset({"open"})
_NOT_CLOSED = frozenset({"open", RESOLVED, CANCELLED})
_ENDED = frozenset({RESOLVED, CANCELLED, CLOSED})

#: What each verb asks for. Whatever is not here may be done until the incident is closed: after
#: the end people still write down what they know. A secret can be blanked, and a mistake put right,
#: at any time: it is often found only when the retrospective is written.
ALLOWED: dict[str, frozenset[str]] = {
    "change the severity or services": _OPEN,
    "set the status": _OPEN,
    "keep the roles": _OPEN,
    "hand command over": _OPEN,
    "accept command": _OPEN,
    "take command": _OPEN,
    "escalate": _OPEN,
    "snooze updates": _OPEN,
    "resolve": _OPEN,
    "cancel": _OPEN,
    "close": frozenset({RESOLVED, CANCELLED}),
    "reopen": _ENDED,
    "redact": _OPEN | _ENDED,
    "amend": _OPEN | _ENDED,
    "retract": _OPEN | _ENDED,
}

_OUTCOME = {"resolve": RESOLVED, "cancel": CANCELLED, "close": CLOSED}


def check(incident: Incident, verb: str, *, echo: str | None = None) -> None:
    """Raise RefusedError when a verb may not be done now; `echo` is what the user typed."""
    state = "open" if incident.open else incident.status
    if state in ALLOWED.get(verb, _NOT_CLOSED):
        return
    if state == _OUTCOME.get(verb):
        raise RefusedError(
            f"{incident.id} is already {state}.", hint="There is nothing left to do.", echo=echo
        )
    hint: str | Hint
    if not incident.open:
        hint = Hint("reopen", {"incident": incident.id})
    else:
        hint = "It is open already." if verb == "reopen" else Hint("end-first")
    raise RefusedError(f"{incident.id} is {state}: you cannot {verb} now.", hint=hint, echo=echo)
