"""Which module plans and performs which action; the one list of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import ModuleType

from incidentctl.connect.actions import (
    command,
    github,
    jira,
    notify,
    pagerduty,
    shortcut,
    slack,
    webhook,
)
from incidentctl.connect.actions.session import Session, StoppedError
from incidentctl.connect.actions.vault import MissingSecretError, Vault
from incidentctl.domain.actions.reach import reach
from incidentctl.domain.actions.request import Call, Outcome, Plan, Request
from incidentctl.domain.catalog.action_settings import uses_of
from incidentctl.domain.common.text import clean, one_line
from incidentctl.errors import RefusedError

#: Every kind of action by its `uses`.
ACTIONS: dict[str, ModuleType] = {
    "webhook": webhook,
    "pagerduty": pagerduty,
    "slack": slack,
    "github": github,
    "jira": jira,
    "shortcut": shortcut,
    "command": command,
    "notify": notify,
}


def plan(request: Request, *, trusted: Collection[str] = ()) -> Plan:
    """Return exactly what would be sent; nothing is looked up, and no secret is read.

    `trusted` are the hosts that the local trust names: only those may be on this machine or in a
    private network, or be spoken to without TLS. RefusedError for another host without TLS,
    UsageError where a value is missing without which it cannot be done.
    """
    inert = {name: clean(text, keep_lines=True) for name, text in request.values.items()}
    request = request._replace(values=inert, subject=clean(request.subject))
    planned: Plan = ACTIONS[uses_of(request.settings)].plan(request, request.settings)
    host = (reach(request.settings).host or "").rpartition("://")[2]
    private = host in {each.casefold() for each in trusted}
    for step in planned.steps:
        if isinstance(step, Call) and str(step.url[0]).startswith("http://") and not private:
            raise RefusedError(
                f"{host} would be spoken to without TLS, so that others can read and change it.",
                hint="Write https:// in the settings, or name the host in the trust.",
            )
    return replace(planned, private=private)


def perform(planned: Plan, environment: Mapping[str, str]) -> Outcome:
    """Do it once, and say what came of it; the secrets are read from `environment`.

    It never raises for what a target or the network does, and no text of the outcome holds a
    secret. Trying again is the caller's: `may_retry` says whether it may.
    """
    try:
        session = Session(planned, environment)
    except MissingSecretError as error:
        return Outcome("failed", str(error))
    vault = session.vault
    try:
        outcome: Outcome = ACTIONS[uses_of(planned.settings)].perform(session)
    except StoppedError as error:
        outcome = error.outcome
    except OSError as error:
        outcome = Outcome("failed", f"It could not be started: {error.strerror or 'no reason'}.")
    except Exception as error:  # noqa: BLE001 (its traceback could hold a secret, so it ends here)
        where = f"{type(error).__name__}: {vault.said(str(error))}"
        outcome = Outcome("unknown", f"The action broke off by a fault of this program ({where}).")
    return _masked(outcome, vault)


def _masked(outcome: Outcome, vault: Vault) -> Outcome:
    """Return an outcome without secrets, also where a target echoes them in a link or a name."""
    link = vault.mask(outcome.link or "")
    return outcome._replace(
        reason=one_line(vault.mask(outcome.reason)),
        link=None if "***" in link else one_line(link) or None,
        ident=one_line(vault.mask(outcome.ident or "")) or None,
        output=clean(vault.mask(outcome.output), keep_lines=True),
    )
