"""A team whose runbook sends to a server on loopback, trusted or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECRET = "s3cr3t-routing-key"

RUNBOOK = """\
name: sev1
title: SEV1
applies_to: {severities: [SEV1]}
steps:
  - id: page-on-call
    title: Page the on-call engineer
    action:
      uses: pagerduty
      on_call: owner
      automatic: true
      with: {routing_key: env:PD_KEY, base_url: URL}
  - id: create-ticket
    title: Create a ticket
    action:
      uses: github
      with: {repository: acme/shop, token: env:GH_TOKEN, base_url: URL}
  - id: tell-everybody
    title: Tell everybody
    action:
      uses: webhook
      drills: true
      restricted: true
      with: {url: 'URL/hook', headers: {Authorization: 'Bearer {env:HOOK}'}}
  - id: think
    title: Think
"""


def plant(team: Path, url: str, environment: Any) -> None:
    """Write the runbook into a team's repository, and set the secrets."""
    for path in (team / "runbooks").iterdir():
        path.unlink()
    (team / "runbooks" / "sev1.yaml").write_text(RUNBOOK.replace("URL", url))
    environment.setenv("PD_KEY", SECRET)
    environment.setenv("GH_TOKEN", f"{SECRET}-github")
    environment.setenv("HOOK", f"{SECRET}-hook")


def answer(asked: Any) -> tuple[int, Any, dict[str, str]]:
    """Answer as PagerDuty, GitHub and a webhook do."""
    if asked.path.startswith("/search") or asked.method == "GET":
        return 200, [] if "issues?" in asked.path else {"items": []}, {}
    if asked.path.endswith("/issues"):
        made = {"number": 7, "html_url": "https://github.example/acme/shop/issues/7"}
        return 201, made, {}
    return 202, {"status": "success", "dedup_key": "k"}, {}


def trusted(run: Any) -> None:
    """Trust the repository in which `run` runs commands."""
    assert run("trust", run("trust", "--json").json["hash"]).code == 0
