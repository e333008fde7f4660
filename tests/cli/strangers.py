"""What a stranger may write, and a team whose record and files have it in every place."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.app.workspace.people import Actor
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.domain.incident import facts
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.state import StepPlan, TaskPlan
from incidentctl.git.author import Author
from incidentctl.record.write.outbox import Action

#: A second line that begins with this must never begin a line, a row or an entry.
FORGED = "FORGED"
PAYLOADS = {
    "rich link": "[link=https://evil.example]x[/link]",
    "rich end": "disk [/] full [/dev/sda1]",
    "rich bold": "[bold red]x[/bold red] [prod] a[0]",
    "clear screen": "a\x1b[2J\x1b[H\x1b[35mb",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "C1": "a\x9b2Jb\x9d0;title\x9c\x90q\x85c",
    "bell, backspace": "safe\x07\x08\x08\x08\x08evil\x7f",
    "carriage return": f"safe\r{FORGED}",
    "bidi": "a\u202ecba\u2066x\u2069\u200f",
    "zero width": "a\u200bb\ufeffc\u2060\u00add",
    "separators": f"a\u2028{FORGED}\u2029{FORGED}\x0b{FORGED}\x0c{FORGED}\x1c{FORGED}",
    "surrogate": "caf\udce9 \ud800",
    "tags": "a\U000e0041\U000e007f \ue000 \U0010ffff",
    "img": "<img src=x onerror=alert(1)>",
    "script": "</script></title></textarea><script>alert(1)</script><svg/onload=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'y\' autofocus onfocus=alert(1)',
    "comment": "--> x <!-- y ]]> <?php",
    "pixel": "![x](https://evil.example/p.png) [x](javascript:alert(1))",
    "heading": f"ok\n# {FORGED} SEV1 RESOLVED",
    "entry": f"ok\n{FORGED} 2026-11-24 03:14:00 | alice | resolved",
    "row": "ok |\n| 99 | 2026-11-24 14:01:00 | alice | Forged row |",
    "table": "a | b |\n|---|---|",
    "backticks": "`a` ``b`` ```c\n```\n```",
    "list": f"- [x] done\n- {FORGED}\n1. one",
    "mentions": "@everyone @here closes #4 fixes GH-5 user/repo#6 !7 www.evil.example",
    "jinja": "{{7*7}} {% for x in y %} {# #} {{''.__class__}}",
    "template": "${x} $x {0} {title} %s %(x)s %n $(id) `id`",
    "formula": "=cmd|' /C calc'!A0",
    "formula 2": "+1+1;=2\t@SUM(1)\n-3",
    "calendar": "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:FORGED-EVENT\r\nATTENDEE:mailto:x@y",
    "long word": "w" * 3000,
    "NUL": "a\x00b",
    "emoji": ":warning: :skull: 🔥 👩\u200d🚒 日本語",
    "trailers": "x\n\nSigned-off-by: Forged <x@y>\nCo-authored-by: Forged <x@y>",
    "armour": "-----BEGIN PGP SIGNATURE-----\n-----END OPENSSH PRIVATE KEY-----",
    "path": "../../x /etc/passwd C:\\x file:///etc/passwd",
    "json": '"}, {"x": "\\u001b[2J", \\',
    "yaml": "x: &a [*a]\n---\n!!python/object/apply:os.system [id]\n...",
    "diagram": 'x"];\n  evil [label="FORGED", URL="https://evil.example"];\nclick a "javascript:x"',
    "workflow": "::error file=a::FORGED%0A::add-mask::x ##[error]x",
    "options": "--upload-pack=touch --help -i",
    "dots": ". .. ... … -",
}


#: A joiner within a word or an emoji that is written with it, and signs over or around a number.
_WRITTEN = re.compile(r"(?<=[^\x00-\u061f\u2000-\u206f])[\u200c\u200d]|[\u0600-\u0605\u06dd\u070f]")


def acts(text: str) -> set[str]:
    """Return the characters of a text that a terminal or a page might obey."""
    return {
        char
        for char in _WRITTEN.sub("", text)
        if char not in "\n\t"
        and (
            unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
            or ord(char) & 0xFFFE == 0xFFFE
        )
    }


def forged_lines(text: str) -> list[str]:
    """Return the lines that begin as only a stranger's line does.

    Those of a fence are quoted, and a line may be wrapped after the sign of a line break.
    """
    lines, fence, before = [], None, ""
    for line in text.splitlines():
        mark = re.match(r"`{3,}", line)
        if fence is None and mark:
            fence = mark[0]
        elif fence is not None and line == fence:
            fence = None
        elif (
            fence is None
            and re.match(rf"[\s#>|*-]*{FORGED}", line)
            and not re.search(r"⏎( [#-])?$", before)
        ):
            lines.append(line)
        before = line
    return lines


class Hostile(NamedTuple):
    """A team's repository, and by payload the open incident and the resolved one that have it."""

    folder: Path
    opened: dict[str, str]
    resolved: dict[str, str]


def plant_record(folder: Path) -> Hostile:
    """Record two incidents for each payload, with it in every text of every kind of event."""
    workspace = open_workspace(str(folder))
    made = Hostile(folder, {}, {})
    for name, text in PAYLOADS.items():
        for kind, idents in (("drill", made.opened), ("incident", made.resolved)):
            ident = workspace.new_incident_id(kind, workspace.now())
            who = Actor(text[:100], text, text, text)
            first = workspace.stamp(_told(text, kind), ident, who)
            rest = workspace.stamp(_about(text, first), ident, who, group=first[0].id)
            # As another clone may number them: after the first, whatever the clock says.
            rest = tuple(
                each._replace(id=f"{first[-1].id[:-4]}{number + 1000:04d}")
                for number, each in enumerate(rest)
            )
            if kind == "incident":
                unknown = facts.Unknown("teleported", json.dumps({"to": text, text: [text]}))
                rest = (*rest, _last(rest[-1], 9998, unknown))
                rest = (*rest, _last(rest[-1], 9999, facts.Resolved(text)))
            action = Action(ident, (*first, *rest), Author(text, text), f"{text}: {text}")
            workspace.record.acknowledge(action)
            idents[name] = ident
    flushed = workspace.flush()
    assert flushed.commit, flushed
    return made


def _last(before: Event, number: int, fact: Any) -> Event:
    return before._replace(id=f"{before.id[:-4]}{number}", fact=fact)


def _told(text: str, kind: str) -> list[Any]:
    """Every fact that needs no other one."""
    plans = (StepPlan("s", text, text, text, None, text), StepPlan("t", text))
    return [
        facts.Declared(text, kind, text, text, text),
        facts.ProcessResolved(text, text, text, (text,), (text,)),
        facts.SeveritySet(text, True, False, 60, "required", text, text),
        facts.AffectedSet((text, text), (text,), text, text),
        facts.RunbookAttached(text, text, plans, (TaskPlan(text, text),), text),
        facts.TeamAssigned(text),
        facts.IndividualAssigned(text, text),
        facts.RoleAssigned("mitigator", text, text),
        facts.RoleAssigned(text, text, text),
        facts.HandoverOffered(text, text),
        facts.Escalated(text, text, text),
        facts.StatusSet(text),
        facts.Noted(text),
        facts.Noted(text, pinned=True),
        facts.Noted(text, command=text, exit_code=1),
        facts.SummarySet(text),
        facts.ImpactSet(text),
        facts.Linked(text, text),
        facts.Linked("chat", f"https://chat.example/{text}"),
        facts.Related(text, text),
        facts.UpdatePosted(text),
        facts.UpdatePosted(text, public=True),
        facts.StepDone("s", text, text),
        facts.StepSkipped("t", text),
        facts.StepReopened("t", text),
        facts.TaskAdded(text, text, text),
        facts.HypothesisProposed(text),
        facts.HypothesisProposed(text),
        facts.DrillStarted(text, True, text),
        facts.InjectPlayed(1, text),
    ]


def _about(text: str, before: tuple[Event, ...]) -> list[Any]:
    """Facts about those that were told before, and about what does not exist."""
    of: dict[str, list[str]] = {}
    for each in before:
        of.setdefault(each.kind, []).append(each.id)
    return [
        facts.HypothesisRuledOut(of["hypothesis-proposed"][0], text),
        facts.HypothesisConfirmed(of["hypothesis-proposed"][1], text),
        facts.TaskAssigned(of["task-added"][0], text),
        facts.TaskDone(of["task-added"][0], text),
        facts.Amended(of["noted"][0], text),
        facts.Retracted(of["noted"][1], text),
        facts.CommandTaken(text, text),
        facts.Amended(text, text),
        facts.StepDone(text, text),
        facts.TaskDone(text, text),
        facts.MomentMarked(text),
        facts.UpdateSnoozed(text),
        facts.RunbookDetached(text, text),
        facts.RoleReleased(text, text),
        facts.HandoverAccepted(text),
        facts.Reopened(text),
        facts.DrillEnded(True, text, text),
    ]


def plant_files(folder: Path) -> None:
    """Write team's files with each payload in every text that people read."""
    texts = list(PAYLOADS.values())
    both = list(enumerate(texts))
    _write_each(
        folder / "teams",
        [
            {
                "name": f"team-{n}", "title": text, "description": text, "lead": f"p{n}",
                "members": [{"handle": f"p{n}", "name": text, "email": text}],
                "on_call": {"rota": [f"p{n}"], "shift": "1w", "starts": "2026-01-05T09:00"},
                "contacts": {"channel": text, "phone": text, "pager": text},
            }
            for n, text in both
        ],
    )  # fmt: skip
    _write_each(
        folder / "services",
        [
            {
                "name": f"service-{n}", "owner": f"team-{n}", "title": text, "description": text,
                "links": [{"title": text, "url": text}], "tags": [text],
                "identifiers": {"pagerduty": text},
            }
            for n, text in both
        ],
    )  # fmt: skip
    _write_each(
        folder / "product_areas",
        [
            {
                "name": f"area-{n}", "owner": f"team-{n}", "title": text, "description": text,
                "functionalities": [{"name": text, "words": [text], "services": [f"service-{n}"]}],
            }
            for n, text in both
        ],
    )  # fmt: skip
    _write_each(
        folder / "runbooks",
        [
            {
                "name": f"runbook-{n}", "title": text, "description": text,
                "applies_to": {"product_areas": [f"area-{n}"]},
                "steps": [{"id": "s", "title": text, "purpose": text}],
                "tasks": [{"title": text}],
            }
            for n, text in both
        ],
    )  # fmt: skip
    (folder / ".gitignore").write_text("drills/*.private.yaml\n")
    for n, text in both:
        write_yaml(folder / "drills" / f"planned-{n}.yaml", [_planned(n, text)])
        if n % 5 == 0 or FORGED in text:  # the search for leaks takes its time with each
            write_yaml(folder / "drills" / f"hidden-{n}.yaml", [announced(n, text)])
            write_yaml(folder / "drills" / f"hidden-{n}.private.yaml", [hidden(n, text)])


def _planned(n: int, text: str) -> dict[str, Any]:
    return {
        "name": f"planned-{n}", "what": text, "how": text, "why": text, "team": f"team-{n}",
        "at": f"2026-12-{n % 28 + 1:02}T10:30", "saboteur": f"p{n}", "environment": text,
        "services": [f"service-{n}"], "distribute_to": [f"team-{n}"],
        "injects": [{"after": "5m", "tell": text}],
    }  # fmt: skip


def announced(n: int, text: str) -> dict[str, Any]:
    """Return the public half of an unplanned drill."""
    return {
        "name": f"hidden-{n}", "mode": "unplanned", "environment": text, "why": text,
        "window": {"from": "2026-12-01T09:00", "to": "2026-12-01T15:00"},
        "distribute_to": [f"team-{n}"],
    }  # fmt: skip


def hidden(n: int, text: str) -> dict[str, Any]:
    """Return its private half."""
    return {
        "what": text, "how": text, "why": text, "team": f"team-{n}", "commander": f"p{n}",
        "mitigator": f"p{n}", "at": "2026-12-01T10:30", "saboteur": f"p{n}", "readers": [f"p{n}"],
        "injects": [{"after": "5m", "tell": text}],
    }  # fmt: skip


def write_yaml(path: Path, entries: list[dict[str, Any]]) -> None:
    """Write YAML documents: JSON in ASCII is YAML, and can escape what YAML cannot hold."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"---\n{json.dumps(entry)}\n" for entry in entries))


def _write_each(folder: Path, entries: list[dict[str, Any]]) -> None:
    """Write each entry into a file of its own: what is refused takes no other with it."""
    for number, entry in enumerate(entries):
        write_yaml(folder / f"hostile-{number}.yaml", [entry])
