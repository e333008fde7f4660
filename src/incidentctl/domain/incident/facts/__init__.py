"""The kinds of events, each in one place: a small immutable class with its effect and sentence.

A fact is in the past tense and states one thing, so that the concurrent facts of two people both
stand. Of each kind come, in this order: the fields, whose annotations are the check of their form
when an event is read; `apply`, what the fact changes in the incident that is folded (a kind without
it stands in the timeline only); `sentence`, how the timeline says it. `ticks` are the ids of the
steps of every runbook that a fact does by itself. What is imported here is a
kind, and the name of its class is its name in the record: StepDone is `step-done`.

Facts are named tuples and not dataclasses: 40 of them cost 3 ms of start-up instead of 17, and
`incidentctl log` pays it each time (docs/decisions/0002). Closely related kinds share a module for
the same reason: a module each would cost 6 ms more.

Spans are whole seconds, moments are text as `times.iso` writes them.
"""

from incidentctl.domain.incident.events import Unknown, kind_of
from incidentctl.domain.incident.facts.actions import ActionDone, ActionFailed, ActionStarted
from incidentctl.domain.incident.facts.alerts import (
    AlertAcknowledged,
    AlertAttached,
    AlertDeclared,
    AlertDismissed,
    AlertJoined,
    AlertOpened,
    AlertRepeated,
    AlertResolved,
    AlertSpread,
    AlertWorsened,
)
from incidentctl.domain.incident.facts.corrections import Amended, Pinned, Redacted, Retracted
from incidentctl.domain.incident.facts.drill import (
    DrillEnded,
    DrillPaused,
    DrillResumed,
    DrillStarted,
    InjectPlayed,
)
from incidentctl.domain.incident.facts.handover import (
    CommandTaken,
    Escalated,
    HandoverAccepted,
    HandoverOffered,
)
from incidentctl.domain.incident.facts.hypotheses import (
    HypothesisConfirmed,
    HypothesisProposed,
    HypothesisRuledOut,
)
from incidentctl.domain.incident.facts.lifecycle import (
    Cancelled,
    Closed,
    Declared,
    MomentMarked,
    Reopened,
    Resolved,
    StatusSet,
    TitleSet,
)
from incidentctl.domain.incident.facts.notes import ImpactSet, Linked, Noted, Related, SummarySet
from incidentctl.domain.incident.facts.people import PersonIdentified
from incidentctl.domain.incident.facts.process import (
    AffectedSet,
    CategorySet,
    ProcessResolved,
    RunbookAttached,
    RunbookDetached,
    SeveritySet,
)
from incidentctl.domain.incident.facts.roles import (
    IndividualAssigned,
    RoleAssigned,
    RoleReleased,
    RolesDeferred,
    RolesKept,
    TeamAssigned,
)
from incidentctl.domain.incident.facts.steps import StepDone, StepReopened, StepSkipped
from incidentctl.domain.incident.facts.tasks import TaskAdded, TaskAssigned, TaskDone
from incidentctl.domain.incident.facts.updates import UpdatePosted, UpdateSnoozed

#: Every kind and its class.
KINDS: dict[str, type] = {
    kind_of(cls.__name__): cls
    for cls in list(globals().values())
    if hasattr(cls, "sentence") and cls is not Unknown
}
#: The kinds that decide what `list` shows of an incident: a cold `list` reads only these.
LIFECYCLE = frozenset(
    {
        "declared", "title-set", "severity-set", "affected-set", "process-resolved", "status-set",
        "moment-marked", "resolved", "reopened", "cancelled", "closed", "role-assigned",
        "role-released", "person-identified", "related", "retracted", "redacted", "amended",
    }
)  # fmt: skip
