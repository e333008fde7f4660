"""The built-in runbooks of each process tier: what serves, and what `init` and `scaffold` write.

Steps, order and intervals are those of the field's tables; the wording is ours. A step keeps its
id in every runbook, so that runbooks of one incident can be merged and grow into one another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from incidentctl.domain.catalog.runbook import AppliesTo, Runbook, Step, Task
from incidentctl.domain.catalog.settings import TierName
from incidentctl.domain.catalog.severity import BUILT_IN, Scale, Severity

_MAX_NAME = 63  # what a name may have, see fields.Name

_PAGE = Step(
    id="page-on-call",
    title="Page the on-call engineer",
    purpose="Bring in an engineer to mitigate, unless somebody has paged one already. "
    "If nobody answers, escalate.",
)
_CHANNEL = Step(
    id="open-channel",
    title="Open an incident channel",
    purpose="One place, chat channel or conference bridge, to triage and mitigate together. "
    "Save its address here for everybody who joins.",
)
_STATUS_PAGE = Step(
    id="status-page",
    title="Update the public status page",
    purpose="Early and frequent word builds customers' trust. Say what they notice and when you "
    "write next; a cause can wait.",
    role="communication",
)
_TICKET = Step(
    id="create-ticket",
    title="Create an incident ticket",
    purpose="Tracking: follow-up work refers to it, and audits such as SOC 2 commonly ask for it.",
    role="planning",
)
_INTERNAL = Step(
    id="notify-internal",
    title="Notify an internal audience",
    purpose="Colleagues who hear it from you need not guess: tell support, sales and engineering "
    "what is affected and where to follow.",
    role="communication",
)
_ROLES = Step(
    id="assign-roles",
    title="Assign roles to the responders",
    purpose="Clear responsibilities prevent crossed wires. Until a role is assigned, the commander "
    "holds it.",
)
_TASKS = Step(
    id="assign-tasks",
    title="Assign the known tasks to the responders",
    purpose="A list keeps people focused, takes load off and prevents mistakes. "
    "Each task gets one name.",
)
_UPDATES = Step(
    id="updates",
    title="Communicate regularly",
    purpose="Post an update when the clock says so, even when there is nothing new: silence is "
    "read as nobody working on it.",
    role="communication",
    every=timedelta(minutes=30),
)
_REMIND = replace(
    _UPDATES,
    title="Remind the incident's channel to post updates",
    every=timedelta(minutes=15),
)
_INCIDENTS_CHANNEL = Step(
    id="notify-incidents-channel",
    title="Notify the #incidents channel",
    purpose="Everybody who watches it learns of the incident at once, and who can help comes.",
    role="communication",
)
_PUBLIC = Step(
    id="public-notification",
    title="Post a public notification",
    purpose="On the status page or to the customers' e-mail list: what they notice, since when, "
    "and when you write next.",
    role="communication",
)
_TEAM = Step(
    id="assign-team",
    title="Assign a team to the incident",
    purpose="One team knows that it is theirs to mitigate. It need not be the owner of the "
    "service.",
)
_INDIVIDUAL = Step(
    id="assign-individual",
    title="Assign an individual to the incident",
    purpose="A small fault needs one name, not a crowd: this person sees it through.",
)
_EXECUTIVES = Step(
    id="notify-executives",
    title="Notify the executive stakeholders",
    purpose="They hear it from you before a customer calls them: impact, who commands, "
    "next update.",
    role="communication",
)

#: The single process, and non-critical at the second tier: one grows into the other.
_PLAIN = (_PAGE, _CHANNEL, _TICKET, _INTERNAL, _ROLES)
_CRITICAL = (_PAGE, _CHANNEL, _STATUS_PAGE, _TICKET, _INTERNAL, _ROLES, _TASKS, _UPDATES)
_SEV2 = (_CHANNEL, _TICKET, _PAGE, _INCIDENTS_CHANNEL, _PUBLIC, _TEAM, _TASKS, _REMIND)
_SEV1 = (*_SEV2, _EXECUTIVES)
_SEV3 = (_CHANNEL, _TICKET, _PAGE, _INCIDENTS_CHANNEL, _TEAM)
_SMALL = (_CHANNEL, _TICKET, _INDIVIDUAL)

_KNOWN_TASKS = (
    Task(title="Find what was deployed or changed last; in doubt roll it back", role="mitigator"),
    Task(title="Read dashboards and logs of what is affected and what it needs", role="mitigator"),
    Task(
        title="Say in the channel what you are about to do, and what came of it", role="mitigator"
    ),
    Task(title="Write down follow-up work while it is fresh", role="planning"),
    Task(title="Clear the responders' calendars; see who needs relief or food", role="planning"),
    Task(title="Give support the words to answer customers with", role="communication"),
    Task(title="Draft the next update before it is due", role="communication"),
    Task(title="Decide whether another team, or a handover, is needed", role="commander"),
)

#: The process for all incidents; serves, too, where the team wrote no runbook at all.
SINGLE = Runbook(
    name="incident",
    title="Any incident",
    description="The one process for all incidents.",
    steps=_PLAIN,
)

_SPLIT = (
    Runbook(
        name="critical",
        title="Critical incident",
        description="For the critical severities: customers hear early, and again and again.",
        applies_to=AppliesTo(critical=True),
        steps=_CRITICAL,
        tasks=_KNOWN_TASKS,
    ),
    Runbook(
        name="non-critical",
        title="Incident that is not critical",
        description="For every severity that is not critical.",
        applies_to=AppliesTo(critical=False),
        steps=_PLAIN,
    ),
)


def _steps_of(severity: Severity, scale: Scale) -> tuple[Step, ...]:
    """Return the steps for a severity: by its place among the critical ones, or the others.

    On the built-in scale this is the table SEV1 to SEV5; a scale of other names is read alike.
    """
    peers = [s.name for s in scale.severities if s.critical == severity.critical]
    first = peers[0] == severity.name
    if severity.critical:
        return _SEV1 if first else _SEV2
    return _SEV3 if first else _SMALL


def _for_severity(severity: Severity, scale: Scale, area: str | None) -> Runbook:
    suffix = severity.name.casefold()
    name, title, applies_to = suffix, severity.name, AppliesTo(severities=(severity.name,))
    if area is not None:
        name = f"{area[: _MAX_NAME - 1 - len(suffix)]}-{suffix}"
        title = f"{severity.name} in {area}"
        applies_to = replace(applies_to, product_areas=(area,))
    steps = _steps_of(severity, scale)
    return Runbook(
        name=name,
        title=title,
        description=severity.title,
        applies_to=applies_to,
        steps=steps,
        tasks=_KNOWN_TASKS if _TASKS in steps else (),
    )


def runbooks(
    tier: TierName, *, scale: Scale = BUILT_IN, areas: Iterable[str] = ()
) -> tuple[Runbook, ...]:
    """Return the runbooks of a tier for a scale and, at the highest tier, product areas by name.

    There every severity keeps a runbook for what affects no product area.
    """
    if tier == "single":
        return (SINGLE,)
    if tier == "critical-split":
        return _SPLIT
    scopes = [None, *areas] if tier == "per-severity-and-area" else [None]
    return tuple(
        _for_severity(severity, scale, area) for area in scopes for severity in scale.severities
    )
