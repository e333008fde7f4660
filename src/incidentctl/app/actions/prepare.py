"""What an action would send, and whom it reaches: nothing is sent here."""

from __future__ import annotations

from typing import NamedTuple

from incidentctl.app.actions.trust import ensure_trusted
from incidentctl.app.catalog.who import called, on_call_now
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.connect.actions import registry
from incidentctl.connect.actions.shown import shown
from incidentctl.domain.actions.recipient import CONTACTS, with_contact
from incidentctl.domain.actions.request import Plan, Request
from incidentctl.domain.actions.run import (
    Target,
    ensure_may_run,
    ensure_not_sent,
    key_of,
    subject,
    values,
)
from incidentctl.domain.actions.trust import place_of
from incidentctl.domain.catalog.action_settings import PagerdutySettings, Settings
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.catalog.team import Team
from incidentctl.domain.common.text import one_line
from incidentctl.domain.incident.decide.steps import find
from incidentctl.domain.incident.names import with_handle
from incidentctl.domain.incident.state import DONE, Incident
from incidentctl.errors import NotFoundError, RefusedError


class Prepared(NamedTuple):
    """Exactly what would be sent, and whom it reaches."""

    target: Target
    planned: Plan
    whom: str | None
    """Who is on call, where the action names that."""
    shown: str
    """The requests, with secrets masked."""

    @property
    def to(self) -> str:
        """Where it goes, for people."""
        return one_line(self.planned.to)


def targets_of(catalog: Catalog, incident: Incident) -> dict[str, Target]:
    """Return the action of each step that has one in the catalog, by the step's id.

    The record says that a step has an action, and never which: everybody who can push could write
    another one there.
    """
    found: dict[str, Target] = {}
    known = {step.id for step in incident.steps}
    for name in dict.fromkeys(each.name for each in incident.runbooks):
        runbook = catalog.runbooks.get(name)
        for step in runbook.steps if runbook else ():
            if step.action is not None and step.id in known:
                found.setdefault(step.id, Target(step.title, step.action, step.id))
    return found


def target_of(workspace: Workspace, incident: Incident, word: str) -> Target:
    """Return the action of a step, by its id or number; NotFoundError if it has none."""
    step = find(incident, word)
    target = targets_of(workspace.catalog, incident).get(step.id)
    if target is None:
        gone = " any more" if step.action else ""
        raise NotFoundError(
            f"Step {step.id} has no action{gone} in the runbooks of this repository.",
            hint="`incidentctl action list` shows which steps have one.",
        )
    return target


def prepare(
    workspace: Workspace,
    incident: Incident,
    target: Target,
    *,
    again: bool = False,
    dry: bool = False,
) -> Prepared:
    """Return what would be sent; RefusedError if this may not be, or is not trusted.

    Nothing is sent, and no secret is read. `again`: also what may have been sent before. `dry`: to
    look at it, also before it is trusted.
    """
    ensure_may_run(incident, target, restricted=workspace.record.is_restricted(incident.id))
    ensure_not_sent(incident, target, workspace.now(), again=again)
    team, whom = _recipient(workspace, incident, target)
    settings = _settings(target, team)
    if dry:
        near = frozenset(filter(None, [place_of(settings).host]))
    else:
        trusted = ensure_trusted(workspace)
        trusted.check(settings)
        near = trusted.near
    request = Request(
        settings,
        values(incident, target, whom=whom),
        key_of(incident, target),
        target.event,
        thread=_thread(incident, settings, target),
        subject=subject(incident, target),
    )
    planned = registry.plan(request, trusted=near)
    return Prepared(target, planned, whom, shown(planned))


def _recipient(
    workspace: Workspace, incident: Incident, target: Target
) -> tuple[Team | None, str | None]:
    """Return the team that an action reaches, and who of it, as the catalog has it now."""
    duty = target.action.on_call
    if duty is None:
        return None, None
    catalog: Catalog = workspace.catalog
    owner = catalog.teams.get(incident.team or incident.owner or "")
    if owner is None:
        raise RefusedError(
            f"Nothing is sent: {one_line(target.title)!r} goes to the owner of what is affected, "
            "who is not known.",
            hint="Say what is affected with `incidentctl affects SERVICE`.",
        )
    if target.whom is not None:
        return catalog.teams.get(target.team or owner.name, owner), target.whom
    if duty == "lead":
        _, lead = catalog.members().get(owner.lead or "", (None, None))
        whom = with_handle(owner.lead, lead.name if lead else None) if owner.lead else None
        return owner, whom or f"the lead of {owner.name}"
    team = owner
    if duty == "escalation":
        following = catalog.teams.get((owner.on_call.escalate_to if owner.on_call else None) or "")
        if following is None:
            raise RefusedError(
                f"Nothing is sent: no team is called after {owner.name}.",
                hint=f"Write `escalate_to` into the on-call rota of {owner.name}.",
            )
        team = following
    now = on_call_now(catalog, team, workspace.now())
    return team, called(now) if now else f"the team {team.name}"


def _settings(target: Target, team: Team | None) -> Settings:
    place = CONTACTS.get(target.action.uses)
    contact = team.reached_at.get(place.kind) if team and place else None
    return with_contact(target.action, contact) if contact else target.action.with_


def _thread(incident: Incident, settings: Settings, target: Target) -> str:
    """Return the key of the page that is acknowledged or resolved; empty for anything else."""
    if not isinstance(settings, PagerdutySettings):
        return ""
    if (settings.event or target.event) not in ("acknowledge", "resolve"):
        return ""
    paged = [run.key for run in incident.actions if run.uses == "pagerduty" and run.state == DONE]
    return paged[-1] if paged else ""
