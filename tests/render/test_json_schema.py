import json
import re
from pathlib import Path

import pytest
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from jsonschema import Draft7Validator

from incidentctl.files.catalog.loader import load
from incidentctl.render.catalog.json_schema import KINDS, schema, text
from incidentctl.render.catalog.reference import reference
from incidentctl.render.catalog.yaml_examples import EXAMPLES

ROOT = Path(__file__).parent.parent.parent
PLACES = {
    "settings": "incidentctl.yaml",
    "severities": "severities.yaml",
    "roles": "roles.yaml",
    "announcements": "announce.yaml",
    "alerts": "alerts.yaml",
    "team": "teams/a.yaml",
    "service": "services/a.yaml",
    "product_area": "product_areas/a.yaml",
    "runbook": "runbooks/a.yaml",
    "drill": "drills/a.yaml",
    "private_half": "drills/a.private.yaml",
    "maintenance": "maintenance/a.yaml",
}


def test_the_files_checked_in_are_fresh():
    assert {f.name for f in (ROOT / "schemas").iterdir()} == {f"{kind}.json" for kind in KINDS}
    for kind in KINDS:
        assert (ROOT / "schemas" / f"{kind}.json").read_text() == text(kind), "run `make docs`"
    assert (ROOT / "docs/reference/yaml.md").read_text() == reference(), "run `make docs`"


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_valid_draft_07_and_describes_every_key(kind):
    made = schema(kind)
    Draft7Validator.check_schema(made)
    for definition in made["definitions"].values():
        for name, part in definition["properties"].items():
            assert part.get("description"), name


SERVICE = "name: a\nowner: t\n"
PLANNED = "name: a\nwhat: b\nteam: t\nat: 2026-03-29T10:30\nhow: c\nwhy: d\nsaboteur: e\n"
PUBLIC = (
    "name: a\nmode: unplanned\nwindow: {from: 2026-03-29T09:00, to: 2026-03-29T15:00}\nwhy: d\n"
)
PRIVATE = PLANNED.replace("name: a", "commander: a\nmitigator: b")
ACTION = "name: a\nsteps: [{{id: a, title: b, action: {{uses: {}}}}}]\n"
ACCEPTED = [(kind, example) for kind, example in EXAMPLES.items() if "---" not in example] + [
    ("service", SERVICE),
    ("service", f"# a comment\n{SERVICE}x-mine: {{a: 1}}\n"),
    ("service", "- {name: a, owner: t}\n- {name: b, owner: t, title: null}\n"),
    ("service", "# nothing yet\n"),
    ("service", SERVICE + "identifiers: {x-a: [1], pagerduty: P1}\n"),
    ("service", SERVICE + "links: [{title: no, url: 'a:b', x-mine: 1}]\n"),
    ("settings", ""),
    ("settings", "tier: single\nx-mine: 1\n"),
    ("roles", "- {name: a, title: b, responsibilities: [c]}\n"),
    ("roles", "roles: []\nx-mine: 1\n"),
    ("severities", "severities: [{name: A}]\nx-mine: 1\n"),
    ("runbook", ACTION.format("webhook, with: {url: 'https://a/b', body: {n: [1, {x-h: 2}]}}")),
    (
        "runbook",
        ACTION.format("webhook, with: {url: 'https://a/{env:A}', headers: {x-a: 'env:B'}}"),
    ),
    ("runbook", ACTION.format("slack, with: {token: 'env:A', invite: [U1], x-mine: 1}")),
    ("drill", PLANNED),
    ("drill", PLANNED + "mode: planned\nsent: 2026-03-20T10:00\nx-mine: 1\n"),
    ("drill", PUBLIC),
    ("private_half", PRIVATE + "targets: {commander: 2m}\nx-mine: 1\n"),
    ("private_half", ""),
    ("team", "name: a\non_call: {rota: [b], shift: 1d12h, starts: '2026-01-05T09:00Z'}\n"),
]
REFUSED = [
    ("service", "name: a\n"),
    ("service", SERVICE + "ownr: t\n"),
    ("service", SERVICE + "type: databse\n"),
    ("service", SERVICE + "importance: 6\n"),
    ("service", SERVICE + "importance: '1'\n"),
    ("service", SERVICE + "customer_facing: yes\n"),
    ("service", SERVICE + "reviewed: yesterday\n"),
    ("service", SERVICE + "depends_on: [1.10]\n"),
    ("service", SERVICE + "depends_on: b\n"),
    ("service", SERVICE + "links: [{title: a}]\n"),
    ("service", SERVICE + "links: [{title: a, url: page}]\n"),
    ("service", SERVICE + "identifiers: {a: 1}\n"),
    ("service", "name: -a\nowner: t\n"),
    ("service", "text\n"),
    ("service", "- text\n"),
    ("settings", "- {tier: single}\n"),
    ("settings", "tier: triple\n"),
    ("settings", "lint: {IC101: eror}\n"),
    ("settings", "expected_services: -1\n"),
    ("severities", "- {name: A}\n"),
    ("severities", "matrix: {conditions: [a], importance: {1: [A]}}\n"),
    ("severities", "severities: []\nmatrix: {conditions: [a], importance: {one: [A]}}\n"),
    ("severities", "severities: [{name: A, retrospective: {within: soon}}]\n"),
    ("roles", "name: a\ntitle: b\nresponsibilities: [c]\n"),
    ("runbook", "name: a\n"),
    ("runbook", "name: a\nsteps: [{title: b}]\n"),
    ("runbook", "name: a\nsteps: []\napplies_to: {critical: 'true'}\n"),
    ("team", "name: a\non_call: {rota: [b], shift: 1 week, starts: '2026-01-05T09:00'}\n"),
    ("team", "name: a\nmembers: [{name: b}]\n"),
    ("runbook", ACTION.format("pagerdty, with: {}")),
    ("runbook", ACTION.format("pagerduty")),
    ("runbook", ACTION.format("pagerduty, with: {routing_key: R0123}")),
    ("runbook", ACTION.format("pagerduty, with: {routing_key: 'env:A', sevrity: error}")),
    ("runbook", ACTION.format("slack, with: {token: 'env:A', timeout: 10}")),
    ("runbook", ACTION.format("github, with: {token: 'env:A', repository: acme}")),
    ("runbook", ACTION.format("webhook, with: {url: 'https://{env:HOST}/a'}")),
    ("runbook", ACTION.format("notify, with: {url: 'env:A'}")),
    ("product_area", "name: a\n"),
    ("drill", PUBLIC + "what: User login\n"),
    ("drill", PUBLIC + "at: 2026-03-29T10:30\n"),
    ("drill", PLANNED + "commander: bob\n"),
    ("drill", PLANNED + "mode: unplaned\n"),
    ("drill", PLANNED.replace("saboteur: e\n", "")),
    ("drill", PUBLIC.replace("why: d\n", "")),
    ("private_half", PRIVATE + "name: a\n"),
    ("private_half", PRIVATE.replace("commander: a\n", "")),
    ("private_half", f"- {PRIVATE.strip()}\n".replace("\n", "\n  ").strip() + "\n"),
]


def loader_says(tmp_path, kind, written):
    (tmp_path / "incidentctl.yaml").write_text("")
    file = tmp_path / PLACES[kind]
    file.parent.mkdir(exist_ok=True)
    file.write_text(written)
    return file, [problem.code for problem in load(tmp_path)[1]]


def oracle_says(file, kind):
    arguments = ["--schemafile", str(ROOT / "schemas" / f"{kind}.json"), str(file)]
    return CliRunner().invoke(check_jsonschema, arguments)


@pytest.mark.parametrize(("kind", "written"), ACCEPTED)
def test_what_the_loader_accepts_the_schema_accepts(kind, written, tmp_path):
    file, codes = loader_says(tmp_path, kind, written)
    assert codes == []
    result = oracle_says(file, kind)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(("kind", "written"), REFUSED)
def test_what_the_loader_refuses_the_schema_refuses(kind, written, tmp_path):
    file, codes = loader_says(tmp_path, kind, written)
    assert codes
    result = oracle_says(file, kind)
    assert result.exit_code == 1
    assert "Schema validation errors" in result.output


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_the_reference_load_without_a_fault(kind, tmp_path):
    assert loader_says(tmp_path, kind, EXAMPLES[kind])[1] == []


def test_the_schemas_are_json_with_stable_bytes():
    assert text("service") == text("service")
    assert json.loads(text("service"))["$schema"].startswith("http://json-schema.org/draft-07/")


def test_a_default_is_written_as_the_file_would_have_it():
    def parts(part):
        if isinstance(part, dict):
            yield part
            part = list(part.values())
        for inner in part if isinstance(part, list) else ():
            yield from parts(inner)

    found = [
        (part["default"], part["pattern"])
        for kind in KINDS
        for part in parts(schema(kind))
        if isinstance(part.get("default"), str) and isinstance(part.get("pattern"), str)
    ]
    assert "30m" in {default for default, _ in found}
    assert [pair for pair in found if not re.search(pair[1], pair[0])] == []


def test_each_row_of_the_reference_is_one_line():
    rows = [line for line in reference().splitlines() if line.startswith("|")]
    assert len(rows) > 300
    assert [row for row in rows if not row.endswith(" |") and not row.endswith("---|")] == []
