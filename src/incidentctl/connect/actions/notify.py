"""`notify`: chat, mail, SMS or push by Apprise, in a process of its own.

So it is bounded in time, its libraries burden nobody, and each address that it connects to is
checked (`apprise_child`). Apprise's address reaches it on standard input.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import Literal

from incidentctl.connect.actions.child import run
from incidentctl.connect.actions.key import key_mark
from incidentctl.connect.actions.session import Session, seconds
from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.request import Event, Notice, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import NotifySettings

#: Seconds for a message, where the settings do not say: to start Python and Apprise is one.
_TIMEOUT = 20.0
_TITLE, _BODY = 250, 30_000
_KINDS: dict[Event, Literal["info", "success", "warning", "failure"]] = {
    "trigger": "failure",
    "acknowledge": "warning",
    "resolve": "success",
    "say": "info",
}
#: Variables that name further authorities, whose certificates are accepted.
_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_MISSING = (
    "Apprise is not installed, which sends it: install the extra `notify`, "
    "in the environment of incidentctl."
)


def plan(request: Request, settings: NotifySettings) -> Plan:
    """Return the one message."""
    values = request.values
    url, text = values.get("url"), values.get("text", "")
    notice = Notice(
        url=settings.url,
        title=" ".join((request.subject or values.get("title", "Incident")).split())[:_TITLE],
        body=(f"{text}\n\n{url}" if url and url not in text else text)[:_BODY].strip(),
        kind=settings.type or _KINDS[request.event],
    )
    to = reach(settings).host or ""
    return Plan(settings=settings, to=to, key=request.key, steps=(notice,))


def perform(session: Session) -> Outcome:
    """Send it; a target of Apprise is tried again as a whole, so a second one may come twice."""
    [step] = (step for step in session.plan.steps if isinstance(step, Notice))
    vault = session.vault
    if find_spec("apprise") is None:
        return Outcome("failed", _MISSING)
    given = session.environment
    authorities = {name: given[name] for name in _AUTHORITIES if name in given}
    asked = {
        "url": vault.user_address(step.url),
        "title": step.title,
        "body": step.body or step.title,
        "kind": step.kind,
        "key": key_mark(session.plan.key),  # customers get it
        "private": session.plan.private,
    }
    ended = run(
        # -P: import nothing from the current folder.
        [sys.executable, "-P", "-m", "incidentctl.connect.actions.apprise_child"],
        stdin=json.dumps(asked).encode(),
        environment={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"} | authorities,
        timeout=(limit := seconds(session.plan.settings, _TIMEOUT)),
    )
    if ended.code is None:
        reason = f"{session.plan.to} took longer than {limit:g} seconds."
        return Outcome("unknown", reason, may_retry=True)
    try:
        answer = json.loads(ended.out)
        state, said = str(answer["state"]), vault.said(str(answer["said"]))
    except (ValueError, TypeError, LookupError):
        said = vault.said(ended.err.decode(errors="replace").rpartition("\n")[2])
        return Outcome("unknown", f"Apprise ended without a result: {said}.", may_retry=True)
    if state == "done":
        return Outcome("done")
    reason = f"{session.plan.to} was not reached{f': {said}' if said else ''}"
    return Outcome("failed", f"{reason.rstrip('.')}.", may_retry=state == "failed")
