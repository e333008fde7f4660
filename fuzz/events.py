"""Hostile events on the branch, as another clone could push them; then whatever reads them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from random import Random
from typing import Any, get_type_hints

from fuzz.place import Place, Ran
from fuzz.words import NUMBERS, word
from incidentctl.domain.incident.facts import KINDS
from incidentctl.domain.incident.ids import incident_folder, ulid
from incidentctl.domain.incident.state import StepPlan, TaskPlan

_MOMENTS = (
    "2026-11-24T10:00:00.000Z", "1970-01-01T00:00:00+00:00", "1970-01-01T00:00:00-23:59",
    "9899-12-31T23:59:59Z", "9899-12-31T23:59:59+23:59", "2026-11-24T10:00:00+05:30",
    "1999-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
)  # fmt: skip
_NONE = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-11-24T10:00:00", "noon", 7)
_AUTHORS = ("alice", "mallory", "\x1b[1m", "x" * 200, "root@vm", "\u202ebob")
_IDENTS = (
    "inc-20261124-1401-{}", "drl-20261124-1401-{}", "bkf-20261124-1401-{}", "inc-00000000-0000-{}",
    "inc-99999999-9999-{}", "drl-20261399-2561-{}",
)  # fmt: skip
#: Each reads or responds; `{}` is the incident.
_COMMANDS = (
    "list --all", "list --all --json", "list --since 1d", "show {}", "show {} --json",
    "show {} --at 10:00", "log -i {}", "due", "due --json", "watch --once", "report --since 9000d",
    "report --since 9000d --json", "report --since 9000d --csv", "step list -i {}",
    "task list -i {}", "status -i {}", "run -i {}", "retro {}", "update u -i {}", "resolve z -i {}",
    "reopen z -i {}", "severity SEV2 -i {}", "assign mitigator alice -i {}", "undo -i {}",
    "amend -1 x -i {}", "redact -1 -i {}", "retract -1 -i {}", "handover bob -i {}",
    "accept -i {}", "take-command why -i {}", "close x -i {}", "escalate core -i {}",
    "cancel no -i {}", "drill score {}", "drill next -i {}", "drill stop -i {}",
    "drill pause -i {}", "doctor", "affects checkout -i {}", "task add t -i {}",
    "step done 1 -i {}", "hypothesis h -i {}", "link channel http://x/y -i {}",
)  # fmt: skip
_SAID = "an entry that must be shown"


def attempt(place: Place, chance: Random) -> Iterator[Ran | str]:
    """Plant events in an incident and run commands on it; yields each, and what was lost."""
    ident = (_IDENTS[0] if chance.random() < 0.5 else chance.choice(_IDENTS)).format(
        "".join(chance.choices("bcdfghjkm", k=3))
    )
    plant(place, ident, list(_events(chance)))
    for command in chance.sample(_COMMANDS, 8):
        yield place.run(*command.format(ident).split(" "))
    said = place.run("log", _SAID, "-i", ident)
    yield said
    if said.code == 0:
        shown = place.run("show", ident, "--json")
        yield shown
        if _SAID not in shown.out:
            yield "what was acknowledged is not shown"


def plant(place: Place, ident: str, events: list[tuple[str, bytes]]) -> None:
    """Commit files as the events of an incident on the branch."""
    tip = place.git("rev-parse", "refs/heads/incident-log")
    parts = [b"commit refs/heads/incident-log\ncommitter M <m@x> 1 +0000\ndata 1\nx\n"]
    parts.append(f"from {tip}\n".encode())
    for name, data in events:
        path = f"{incident_folder(ident)}/events/{name}"
        parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    place.git("fast-import", "--quiet", "--force", data=b"".join(parts))


def _events(chance: Random) -> Iterator[tuple[str, bytes]]:
    known: list[str] = []
    if chance.random() < 0.8:
        yield _event(chance, "declared", known)
    for _ in range(chance.randint(1, 25)):
        yield _event(chance, chance.choice(list(KINDS)), known)


def _event(chance: Random, kind: str, known: list[str]) -> tuple[str, bytes]:
    now = int(time.time() * 1000)
    when = chance.choice((now, now - 60_000, now + 86_400_000, 0, 2**48 - 1))
    ident = ulid(when, chance.getrandbits(80))
    known.append(ident)
    entry: dict[str, Any] = {
        "v": 1 if chance.random() < 0.95 else 2,
        "id": ident,
        "kind": kind,
        "at": _moment(chance),
        "recorded": _moment(chance),
        "by": chance.choice(_AUTHORS),
    }
    if chance.random() < 0.3:
        entry["name"] = word(chance)
    if chance.random() < 0.3:
        entry["action"] = chance.choice(known)
    entry |= _fact(chance, KINDS[kind], known)
    return f"{ident}-{kind}.json", json.dumps(entry).encode()


def _moment(chance: Random) -> Any:
    return chance.choice(_MOMENTS if chance.random() < 0.97 else _NONE)


def _fact(chance: Random, cls: Any, known: list[str]) -> dict[str, Any]:
    return {
        field: _value(chance, field, str(hint), known)
        for field, hint in get_type_hints(cls).items()
        if field not in cls._field_defaults or chance.random() < 0.7
    }


def _value(chance: Random, field: str, hint: str, known: list[str]) -> Any:
    if chance.random() < 0.03:
        return chance.choice((None, [], {}, 1.5, "x", True, [[]], {"a": 1}, 1e308))
    several = range(chance.randint(0, 4))
    if "StepPlan" in hint:
        return [_fact(chance, StepPlan, known) for _ in several]
    if "TaskPlan" in hint:
        return [_fact(chance, TaskPlan, known) for _ in several]
    if "tuple" in hint:
        return [word(chance) for _ in several]
    if "bool" in hint:
        return chance.random() < 0.5
    if "int" in hint:
        return chance.choice(NUMBERS)
    if field in ("event", "hypothesis", "task", "offer") and chance.random() < 0.8:
        return chance.choice(known)
    return word(chance)
