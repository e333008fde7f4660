"""Write the bulk of the bank: a file for each row of services.txt, and runbooks for seven areas.

For whoever keeps this example: edit services.txt or the table below, then run
`python examples/bank/generate.py`. The same input gives the same bytes. Teams, product areas and
the runbooks of payments and cards are written by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
MARK = "# Written by generate.py; edit its tables instead.\n"

#: When each team last went through its entries.
REVIEWED = {
    "payments": "2026-11-02",
    "cards": "2026-10-26",
    "accounts": "2026-10-12",
    "lending": "2026-09-21",
    "onboarding": "2026-10-05",
    "digital": "2026-11-09",
    "investing": "2026-09-28",
    "business": "2026-10-19",
    "financial-crime": "2026-10-28",
    "customer-care": "2026-09-14",
    "platform": "2026-11-11",
    "security": "2026-11-16",
}


class Area(NamedTuple):
    """What differs between the runbooks of two product areas."""

    name: str
    says: str
    """What customers are told about, in the words of a public notice."""
    extra: tuple[str, str, str]
    """The area's own step when it is critical: id, title, purpose."""
    mitigate: tuple[str, ...]
    """The area's known tasks for whoever mitigates."""


AREAS = (
    Area(
        "accounts",
        "balances, transactions and statements",
        (
            "hold-night-run",
            "Ask operations to hold the end-of-day run",
            "A night run over wrong balances takes days to undo; a late one takes an hour",
        ),
        (
            "Compare ledger and balances for ten accounts by hand",
            "Empty balances-cache only after asking how much load the ledger can bear",
            "Look whether interest or end-of-day is still running",
        ),
    ),
    Area(
        "lending",
        "loans, mortgages and overdrafts",
        (
            "stop-decisions",
            "Decide whether credit decisions go on",
            "A decision that waits is an apology; a wrong one is a contract",
        ),
        (
            "Look at the credit bureau's status page",
            "Switch credit-decision to people if the model's answers look wrong",
            "List the applications that were decided since it began",
        ),
    ),
    Area(
        "onboarding",
        "becoming a customer",
        (
            "pause-campaigns",
            "Ask marketing to pause campaigns",
            "Each click that ends at a broken form is paid for, and comes back as a call",
        ),
        (
            "Send people to the other way of showing who they are",
            "Look how many wait in front of video-ident",
            "Make sure that half-finished applications are kept longer than thirty days",
        ),
    ),
    Area(
        "digital",
        "signing in, the app and web banking",
        (
            "offer-telephone",
            "Let the contact centre take orders by telephone",
            "Who cannot sign in still has to pay the rent",
        ),
        (
            "Look at sign-ins per minute, by app version and by operating system",
            "Take one data centre out of edge-lb if only one is ill",
            "Look whether a feature flag was switched",
            "Try the second factor by text message and by app",
        ),
    ),
    Area(
        "investing",
        "buying and selling securities",
        (
            "tell-trading-desk",
            "Tell the trading desk, and ask what is open in the market",
            "They can close positions by telephone, and must write down when we could not",
        ),
        (
            "Stop new orders before those that are on their way are understood",
            "Compare our orders with the venue's, one by one",
            "Write down the minute in which prices stopped",
        ),
    ),
    Area(
        "business",
        "banking for companies and merchants",
        (
            "call-key-customers",
            "Have the relationship managers call the largest customers",
            "Salaries and tills depend on us; they hear it from a person they know",
        ),
        (
            "Look whether files of salaries are waiting, and by when they must leave",
            "Give merchants the number for authorisation by telephone",
            "Look whether other banks get answers from open-banking-hub",
        ),
    ),
    Area(
        "reaching-us",
        "messages, calls and letters between customers and us",
        (
            "put-up-announcement",
            "Put an announcement on the telephone line",
            "Half of those who hear it hang up content",
        ),
        (
            "Send what is urgent by another way - push instead of text message, or the reverse",
            "Look at the queue of notifications that wait",
            "Ask the vendor when, and write the answer down",
        ),
    ),
)

_CHANNEL = ("open-channel", "Open an incident channel and its bridge", "One place to triage")
_TICKET = ("create-ticket", "Create an incident ticket", "Auditors and the supervisor ask for it")
_PAGE = ("page-on-call", "Page the on-call engineer", "Unless one is paged already")
_INCIDENTS = ("notify-incidents-channel", 'Tell "#incidents"', "Who can help comes")
_TEAM = ("assign-team", "Assign a team", "One team knows that it is theirs to mitigate")
_TASKS = ("assign-tasks", "Share out the known tasks", "Each gets one name")
_PERSON = ("assign-individual", "Assign one person", "A small fault needs one name, not a crowd")
_EXECUTIVES = (
    "notify-executives",
    "Tell the board member on duty",
    "The supervisor may call within the hour",
)
_UPDATES = (
    "updates",
    "Remind the channel to post updates",
    "Every quarter of an hour, even when there is nothing new",
)
_SPEAKS = {"notify-incidents-channel", "public-notification", "updates", "notify-executives"}
_PLANS = {"create-ticket"}


def _comment(schema: str) -> str:
    return f"# yaml-language-server: $schema=../../../schemas/{schema}.json\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def service(row: str) -> tuple[str, str]:
    """Return the name of a service and its file, for one row of services.txt."""
    name, owner, kind, importance, facing, needs, tags, description = row.split("|")
    lines = [
        _comment("service") + MARK + f"name: {name}",
        f"owner: {owner}",
        f"description: {_text(description)}",
    ]
    if kind != "service":
        lines.append(f"type: {kind}")
    lines.append(f"importance: {importance}")
    if facing == "no":
        lines.append("customer_facing: false")
    lines.append(f"reviewed: {REVIEWED[owner]}")
    if needs:
        lines.append(f"depends_on: [{', '.join(needs.split())}]")
    if kind != "third-party":
        lines.append(f"identifiers: {{cmdb: nb-{name}}}")
    lines.append(f"tags: [{tags}]")
    return name, "\n".join(lines) + "\n"


def _step(step: tuple[str, str, str]) -> str:
    key, title, purpose = step
    lines = [f"  - id: {key}", f"    title: {_text(title)}", f"    purpose: {_text(purpose)}"]
    role = "communication" if key in _SPEAKS else "planning" if key in _PLANS else None
    if role:
        lines.append(f"    role: {role}")
    if key == "updates":
        lines.append("    every: 15m")
    return "\n".join(lines)


def _runbook(area: Area, suffix: str, severities: str, steps: list[tuple[str, str, str]]) -> str:
    lines = [
        f"name: {area.name}-{suffix}",
        f"title: {_text(f'{severities} in {area.says}')}",
        f"applies_to: {{severities: [{severities}], product_areas: [{area.name}]}}",
        "steps:",
        *map(_step, steps),
    ]
    if _TASKS in steps:
        lines.append("tasks:")
        lines += [f"  - {{title: {_text(task)}, role: mitigator}}" for task in area.mitigate]
        lines.append('  - {title: "Write down follow-up work while it is fresh", role: planning}')
        words = _text(f"Give the contact centre the words about {area.says}")
        lines.append(f"  - {{title: {words}, role: communication}}")
    return "\n".join(lines) + "\n"


def runbooks(area: Area) -> str:
    """Return the file with the runbooks of one area: SEV1, SEV2, SEV3, and the two small ones."""
    public = (
        "public-notification",
        f"Post on the status site: {area.says}",
        "What customers notice, since when, and when the next word comes",
    )
    bad = [_CHANNEL, _TICKET, _PAGE, _INCIDENTS, public, _TEAM, area.extra, _TASKS, _UPDATES]
    impaired = [_CHANNEL, _TICKET, _PAGE, _INCIDENTS, _TEAM]
    parts = [
        _runbook(area, "sev1", "SEV1", [*bad, _EXECUTIVES]),
        _runbook(area, "sev2", "SEV2", bad),
        _runbook(area, "sev3", "SEV3", impaired),
        _runbook(area, "small", "SEV4, SEV5", [_CHANNEL, _TICKET, _PERSON]),
    ]
    return _comment("runbook") + MARK + "---\n".join(parts)


def files() -> dict[str, str]:
    """Return every file that this program writes: path below this folder, and text."""
    rows = (HERE / "services.txt").read_text(encoding="utf-8").splitlines()[1:]
    written = {f"services/{name}.yaml": text for name, text in map(service, rows)}
    return written | {f"runbooks/{area.name}.yaml": runbooks(area) for area in AREAS}


if __name__ == "__main__":
    for path, text in files().items():
        target = HERE / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
