"""Make a catalog of N services with owners, dependencies and links, for the benchmarks."""

from __future__ import annotations

import random
from pathlib import Path

MOODS = (
    "amber",
    "brisk",
    "calm",
    "dusty",
    "eager",
    "fancy",
    "gentle",
    "happy",
    "icy",
    "jolly",
    "keen",
    "lively",
    "merry",
    "noble",
)
THINGS = (
    "ledger",
    "cart",
    "payments",
    "search",
    "profile",
    "inbox",
    "router",
    "gateway",
    "pricing",
    "billing",
    "vault",
)


def make_catalog(root: Path, services: int, *, seed: int = 7) -> list[Path]:
    """Write a catalog that lints without errors; return the service files, each of one service."""
    chance = random.Random(seed)
    teams = max(1, services // 20)
    (root / "teams").mkdir(parents=True)
    (root / "incidentctl.yaml").write_text("organisation: Acme\ntimezone: Europe/Berlin\n")
    for number in range(teams):
        (root / "teams" / f"team-{number}.yaml").write_text(_team(number))
    files = []
    for number in range(services):
        folder = root / "services" / f"{number // 500:03}"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{_name(number)}.yaml"
        file.write_text(_service(number, teams, chance))
        files.append(file)
    return files


def _name(number: int) -> str:
    return f"{MOODS[number % 14]}-{THINGS[number // 14 % 11]}-{number}"


def _team(number: int) -> str:
    return f"""\
name: team-{number}
members:
  - {{handle: ann-{number}, name: Ann, email: ann-{number}@example.com}}
  - {{handle: ben-{number}, name: Ben, email: ben-{number}@example.com}}
on_call: {{rota: [ann-{number}, ben-{number}], shift: 1w, starts: 2026-01-05T09:00}}
contacts: {{channel: "#team-{number}"}}
"""


def _service(number: int, teams: int, chance: random.Random) -> str:
    name, mood, thing = _name(number), MOODS[number // 7 % 14], THINGS[number % 11]
    # Only on earlier ones: no dependency cycle.
    needs = sorted({chance.randrange(number) for _ in range(3)}) if number else []
    depends_on = "".join(f"  - {_name(need)}\n" for need in needs)
    return f"""\
name: {name}
title: "{name.replace("-", " ").title()}"
description: Handles {thing} requests for the {mood} storefront, see the runbook.
owner: team-{number % teams}
type: {chance.choice(["service", "job", "function"])}
importance: {chance.randrange(1, 6)}
lifecycle: {chance.choice(["production", "experimental", "deprecated"])}
customer_facing: false
reviewed: 2026-09-{chance.randrange(1, 29):02}
identifiers: {{pagerduty: P{chance.randrange(10**6):06}, datadog: {name}}}
{"depends_on:" if needs else "depends_on: []"}
{depends_on}links:
  - title: Dashboard
    url: https://grafana.example.com/d/{name}
  - title: Logs
    url: https://logs.example.com/app/{name}?from=now-1h
tags: [{mood}, {thing}]
"""
