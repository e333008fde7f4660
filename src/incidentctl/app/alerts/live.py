"""A group of alerts that a receiver writes to, as it has it in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.alerts.decision import Decision
from incidentctl.domain.alerts.group import RESOLVED, WAITING, Group, slot_of, stronger, worst
from incidentctl.domain.common.times import from_iso


class Live:
    """One group; everything in it but `counted` is in the record, too."""

    def __init__(
        self, ident: str, source: str, alert: Alert, started: datetime, decision: Decision
    ) -> None:
        """Begin a group with the alert that opens it, and what the rules say of it."""
        self.ident = ident
        self.source = source
        self.alert = alert
        self.restricted = decision.restricted
        """Whether it is in the part of the record that few may read."""
        self.digest = derive.group_digest(source, alert.group, restricted=decision.restricted)
        self.started = started
        self.decision = decision
        self.severity = decision.severity
        """The worst severity so far, by the catalog."""
        self.services: dict[str, None] = dict.fromkeys(
            [decision.affects] if decision.affects else []
        )
        self.handling = WAITING
        self.incident: str | None = None
        self.joined: datetime | None = None
        """When it came to that incident."""
        self.cause: str | None = None
        self.redacted = False
        """Whether somebody redacted its texts: nothing of what its sender writes is recorded."""
        self.counted = 0
        """How often it was repeated since that was last written."""
        self.last = self.heard = started
        self.slot = 0
        self.newest_id: str | None = None
        self.ends: dict[str, datetime] = {}
        self.members: dict[str, str] = {}
        self._newest: dict[str, str] = {}
        self._states = Counter[str]()
        """How many of the newest firings of each condition have each state."""

    @classmethod
    def of(cls, group: Group, decision: Decision) -> Live:
        """Return what the record has of a group."""
        live = cls(group.id, group.source, group.alert(), group.started, decision)
        live.digest, live.restricted = group.digest, group.restricted
        live.slot = slot_of(group.last - group.started)
        live.update(group)
        return live

    def update(self, group: Group) -> None:
        """Take in what others recorded of it."""
        for member, state in group.members.items():
            self.mark(member, stronger(self.members.get(member, state), state))
        self.handling, self.incident, self.cause = group.handling, group.incident, group.cause
        self.joined = group.joined
        if group.redacted:
            self.redacted, self.alert = True, group.alert()
        self.severity = group.severity or self.severity
        self.services |= dict.fromkeys(group.services)
        self.last = max(self.last, group.last)
        self.slot = max(self.slot, group.slot)

    @property
    def state(self) -> str:
        """The state of the group."""
        return worst(+self._states)

    def mark(self, member: str, state: str) -> None:
        """Keep the state of a firing of a condition."""
        if self.members.get(member) == state:
            return
        condition = member.partition("/")[0]
        newest = self._newest.get(condition, "")
        if member >= newest:
            if newest:
                self._states[self.members[newest]] -= 1
            self._states[state] += 1
            self._newest[condition] = member
        self.members[member] = state

    def newest(self, alert: Alert) -> str | None:
        """Return the newest firing of an alert's condition; None for one that is not known."""
        return self._newest.get(derive.condition(alert.key))

    def fires_anew(self, alert: Alert, received: datetime) -> bool:
        """Say whether a condition that was over fires again; a late copy of a delivery does not."""
        member = self.newest(alert)
        if member is None or self.members[member] != RESOLVED:
            return member is None
        if alert.started is None:
            return True
        over = self.ends.get(member) or _start(member)
        started = derive.credible(alert.started, received)
        return started is not None and (over is None or started > over)

    def ended_by(self, alert: Alert) -> str | None:
        """Return the firing that a resolution ends; None if it is one of an earlier firing."""
        member = self.newest(alert)
        if member is None or self.members[member] == RESOLVED:
            return None
        began, said = _start(member), alert.ended or alert.started
        return None if began and said and said < began else member

    def worsen(self, severity: str | None, scale: Sequence[str]) -> bool:
        """Keep the worst severity; say whether this one is worse than all before."""
        if severity is None or severity not in scale:
            return False
        if self.severity in scale and scale.index(severity) >= scale.index(self.severity):
            return False
        self.severity = severity
        return True

    def consider(self, decision: Decision) -> None:
        """Go by another decision if that declares and the one so far does not."""
        if self.decision.mode != "declare" and decision.mode == "declare":
            self.decision = decision


def _start(member: str) -> datetime | None:
    return from_iso(member.partition("/")[2])
