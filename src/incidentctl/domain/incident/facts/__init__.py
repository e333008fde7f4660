"""The facts that an event can state: one small immutable class per kind.

A fact is in the past tense and states one thing, so that the concurrent facts of two people both
stand. They are named tuples and not dataclasses: 40 of them cost 3 ms of start-up instead of 17,
and `incidentctl log` pays it each time (docs/decisions/0002).

Spans are whole seconds, moments are text as `times.iso` writes them.
"""

from incidentctl.domain.incident.facts.checklist import (
    StepDone,
    StepReopened,
    StepSkipped,
    TaskAdded,
    TaskAssigned,
    TaskDone,
)
from incidentctl.domain.incident.facts.corrections import Amended, Redacted, Retracted, Unknown
from incidentctl.domain.incident.facts.drill import (
    DrillEnded,
    DrillPaused,
    DrillResumed,
    DrillStarted,
    InjectPlayed,
)
from incidentctl.domain.incident.facts.lifecycle import (
    AffectedSet,
    Cancelled,
    Closed,
    Declared,
    MomentMarked,
    ProcessResolved,
    Reopened,
    Resolved,
    RunbookAttached,
    RunbookDetached,
    SeveritySet,
    StatusSet,
    StepPlan,
    TaskPlan,
    TitleSet,
)
from incidentctl.domain.incident.facts.notes import (
    HypothesisConfirmed,
    HypothesisProposed,
    HypothesisRuledOut,
    ImpactSet,
    Linked,
    Noted,
    Related,
    SummarySet,
    UpdatePosted,
    UpdateSnoozed,
)
from incidentctl.domain.incident.facts.roles import (
    CommandTaken,
    Escalated,
    HandoverAccepted,
    HandoverOffered,
    IndividualAssigned,
    RoleAssigned,
    RoleReleased,
    RolesKept,
    TeamAssigned,
)
from incidentctl.domain.incident.facts.spans import Seconds

__all__ = [
    "AffectedSet",
    "Amended",
    "Cancelled",
    "Closed",
    "CommandTaken",
    "Declared",
    "DrillEnded",
    "DrillPaused",
    "DrillResumed",
    "DrillStarted",
    "Escalated",
    "HandoverAccepted",
    "HandoverOffered",
    "HypothesisConfirmed",
    "HypothesisProposed",
    "HypothesisRuledOut",
    "ImpactSet",
    "IndividualAssigned",
    "InjectPlayed",
    "Linked",
    "MomentMarked",
    "Noted",
    "ProcessResolved",
    "Redacted",
    "Related",
    "Reopened",
    "Resolved",
    "Retracted",
    "RoleAssigned",
    "RoleReleased",
    "RolesKept",
    "RunbookAttached",
    "RunbookDetached",
    "Seconds",
    "SeveritySet",
    "StatusSet",
    "StepDone",
    "StepPlan",
    "StepReopened",
    "StepSkipped",
    "SummarySet",
    "TaskAdded",
    "TaskAssigned",
    "TaskDone",
    "TaskPlan",
    "TeamAssigned",
    "TitleSet",
    "Unknown",
    "UpdatePosted",
    "UpdateSnoozed",
]
