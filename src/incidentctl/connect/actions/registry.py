"""Which module plans and performs which action; the one list of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from incidentctl.domain.actions.request import Outcome, Plan, Request


def plan(request: Request, *, trusted: Collection[str] = ()) -> Plan:
    """Return exactly what would be sent; nothing is looked up, and no secret is read.

    `trusted` are the hosts that the local trust names: only those may be on this machine or in a
    private network, or be spoken to without TLS. RefusedError for another host without TLS.
    """
    raise NotImplementedError


def perform(planned: Plan, environment: Mapping[str, str]) -> Outcome:
    """Do it once, and say what came of it; the secrets are read from `environment`.

    It never raises for what a target or the network does, and no text of the outcome holds a
    secret. Trying again is the caller's: `may_retry` says whether it may.
    """
    raise NotImplementedError


def shown(planned: Plan) -> str:
    """Return the exact requests for people, with secrets masked."""
    raise NotImplementedError
