"""`trust`: what a repository sends is shown, allowed by its hash, and asked again at any change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from incidentctl.app.actions.trust import ensure_trusted
from incidentctl.app.workspace.workspace import open_workspace
from incidentctl.errors import RefusedError

RUNBOOK = """\
name: sev1
title: SEV1
steps:
  - id: page-on-call
    title: Page the on-call engineer
    action:
      uses: pagerduty
      on_call: owner
      with: {routing_key: env:PD_KEY}
  - id: tell-everybody
    title: Tell everybody
    action:
      uses: webhook
      with:
        url: https://hooks.example/{env:HOOK}
        headers: {X-From: incidentctl}
        body: {text: 'value:text', n: 0}
"""


@pytest.fixture
def acting(team):
    """The team's repository with a runbook that sends, and a template."""
    (team / "runbooks" / "sev1.yaml").write_text(RUNBOOK)
    (team / "templates").mkdir()
    (team / "templates" / "declared.md.j2").write_text("{{ title }}\n")
    path = team / "teams" / "orders.yaml"
    path.write_text(path.read_text().replace("contacts:", "contacts:\n  pagerduty: env:ORDERS_PD"))
    return team


def state(run):
    return run("trust", "--json").json


def granted(run):
    found = state(run)
    assert run("trust", found["hash"]).code == 0
    return found


def test_it_shows_what_goes_where_and_asks_for_the_hash(run, acting):
    shown = run("trust")
    assert shown.code == 5
    assert "Not trusted: nothing is sent. Once you trust it, it sends\n  to " in shown.out
    assert "to events.pagerduty.com, with the value of ORDERS_PD, PD_KEY" in shown.out
    assert "to hooks.example, with the value of HOOK" in shown.out
    assert "runbook sev1, step page-on-call\n" in shown.out
    assert "contacts of team orders\n" in shown.out
    assert "templates/declared.md.j2\n" in shown.out
    assert state(run)["hash"] in shown.err


@pytest.mark.parametrize("typed", ["y", "yes", "00000000", ""])
def test_only_its_own_hash_is_taken(run, acting, typed):
    refused = run("trust", typed)
    assert refused.code == 2
    assert state(run)["state"] == "never"


def test_it_is_kept_outside_of_the_repository_for_its_owner_alone(run, acting, monkeypatch):
    granted(run)
    assert state(run)["state"] == "trusted"
    kept = list((Path.home() / "config" / "incidentctl" / "trust").iterdir())
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600]
    assert not any("trust" in path.name for path in acting.rglob("*") if ".git" in path.parts)


def test_another_clone_is_not_trusted_with_it(run, acting, git, tmp_path, command):
    git(acting, "add", "-A")
    git(acting, "commit", "-qm", "Actions")
    granted(run)
    git(tmp_path, "clone", "-q", str(acting), "other")
    assert command("-C", str(tmp_path / "other"), "trust", "--json").json["state"] == "never"


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("runbooks/sev1.yaml", "PD_KEY", "AWS_SECRET", "runbook sev1, step page-on-call changed"),
        ("runbooks/sev1.yaml", "hooks.example", "hooks.exampl3", "tell-everybody changed"),
        ("runbooks/sev1.yaml", "X-From: i", "X-From: j", "tell-everybody changed"),
        ("runbooks/sev1.yaml", "Tell everybody", "Tell nobody", "tell-everybody changed"),
        ("runbooks/sev1.yaml", "on_call: owner", "automatic: true", "page-on-call changed"),
        ("runbooks/sev1.yaml", ", n: 0", "", "tell-everybody changed"),
        ("runbooks/sev1.yaml", ", n: 0", ", n: false", "tell-everybody changed"),
        ("templates/declared.md.j2", "title", "tit1e", "templates/declared.md.j2 changed"),
        ("teams/orders.yaml", "ORDERS_PD", "ORDERS_PX", "contacts of team orders changed"),
        ("teams/orders.yaml", "  pagerduty: env:ORDERS_PD\n", "", "contacts of team orders gone"),
    ],
)  # fmt: skip
def test_any_change_of_what_is_sent_asks_again_with_the_difference(
    run, acting, path, old, new, told
):
    granted(run)
    file = acting / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    shown = run("trust")
    assert shown.code == 5
    assert "Changed since you trusted it: nothing is sent." in shown.out
    assert told in shown.out
    with pytest.raises(RefusedError, match="has changed since you trusted it"):
        ensure_trusted(open_workspace())


def test_what_sends_nothing_may_change(run, acting):
    granted(run)
    file = acting / "services" / "cart.yaml"
    file.write_text(file.read_text() + "\n# a comment\n")
    (acting / "runbooks" / "other.yaml").write_text(
        "name: other\nsteps: [{id: think, title: Think}]\n"
    )
    assert state(run)["state"] == "trusted"
    assert ensure_trusted(open_workspace()).near == frozenset()


def test_revoked_trust_is_gone(run, acting):
    granted(run)
    assert run("trust", "--revoke").code == 0
    with pytest.raises(RefusedError, match="not trusted"):
        ensure_trusted(open_workspace())


@pytest.mark.parametrize("spoilt", ["", "{", "[]", "tampered"])
def test_a_spoilt_file_is_no_trust(run, acting, spoilt):
    granted(run)
    kept = next((Path.home() / "config" / "incidentctl" / "trust").iterdir())
    if spoilt == "tampered":
        known = json.loads(kept.read_text())
        known["items"][0][1] += " "
        spoilt = json.dumps(known)
    kept.write_text(spoilt)
    assert state(run)["state"] == "never"
    with pytest.raises(RefusedError):
        ensure_trusted(open_workspace())


def test_a_variable_is_usable_only_for_the_host_that_the_trust_names(run, acting):
    granted(run)
    workspace = open_workspace()
    trusted = ensure_trusted(workspace)
    page, hook = (step.action.with_ for step in workspace.catalog.runbooks["sev1"].steps)
    trusted.check(page)
    trusted.check(hook)
    from dataclasses import replace

    from incidentctl.domain.catalog.action_settings import Secret

    with pytest.raises(RefusedError, match=r"does not name HOOK for events\.pagerduty\.com"):
        trusted.check(replace(page, routing_key=Secret("HOOK")))


def test_a_host_of_this_machine_is_named_as_such(run, acting):
    file = acting / "runbooks" / "sev1.yaml"
    file.write_text(RUNBOOK.replace("https://hooks.example/", "http://127.0.0.1:9/"))
    granted(run)
    assert "to 127.0.0.1 (on this machine or in your network)" in run("trust", "--show").out
    assert ensure_trusted(open_workspace()).near == {"127.0.0.1"}


def test_a_repository_without_actions_has_nothing_to_trust(run, team):
    assert "This repository sends nothing." in run("trust").out
    assert run("trust", "00000000").code == 5


def test_a_template_that_leads_out_of_the_repository_is_refused(run, acting):
    (acting / "templates" / "out.md.j2").symlink_to("/etc/hostname")
    refused = run("trust")
    assert refused.code == 4
    assert "templates/out.md.j2 cannot be read: is a link that leaves" in refused.err
