"""The cause is told, and its consequences are not: what is missing may stand in a faulty file."""

from datetime import date

import pytest

from incidentctl.app.lint.lint import lint
from incidentctl.files.catalog.loader import load

TEAM = "name: core\nmembers: [{handle: alice}]\ncontacts: {channel: '#core'}\n"
ROTA = TEAM + "on_call: {rota: [alice], shift: 1w, starts: 2026-01-05T09:00}\n"
PLAIN = "name: a\nowner: core\ncustomer_facing: false\n"
SERVICES = "".join(f"- {{name: s{n}, owner: core, customer_facing: false}}\n" for n in range(30))


@pytest.fixture
def check(tmp_path):
    def call(files):
        for path, text in {
            "incidentctl.yaml": "tier: single\nlint: {IC301: off}\n",
            **files,
        }.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        catalog, problems = load(tmp_path)
        found = lint(tmp_path, catalog, problems=problems, today=date(2026, 11, 24)).problems
        return [(problem.path, problem.code) for problem in found]

    return call


@pytest.mark.parametrize(
    ("team", "code"),
    [
        ("name: core\n\tmembers: []\n", "IC001"),
        (f"<<<<<<< HEAD\n{TEAM}=======\n{TEAM}>>>>>>> b\n", "IC001"),
        (ROTA.replace("name: core", "nmae: core"), "IC010"),
        (ROTA.replace("name: core\n", ""), "IC011"),
        (ROTA.encode("utf-16"), "IC007"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n", "IC007"),
        (ROTA.replace("shift: 1w", "shift: 604800"), "IC012"),
        (ROTA.replace("handle: alice", "handel: alice"), "IC010"),
        (ROTA.replace("channel: '#core'", "channel: #core"), "IC001"),
        (ROTA.replace("contacts: {channel: '#core'}", "contacts:\n  channel: #core"), "IC012"),
    ],
)
def test_a_faulty_team_file_makes_one_problem(check, team, code):
    assert check({"teams/core.yaml": team, "services/all.yaml": SERVICES}) == [
        ("teams/core.yaml", code)
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"services/b.yaml": "name: b\nowner core\n", "services/a.yaml": "needs-b"},
        {"product_areas/a.yaml": "name: shop\nowner: core\nservices: [s\n"},
        {"product_areas/a.yaml": "name: shop\nservices: [a]\n"},
        {"runbooks/r.yaml": "name: r\nsteps: [\n"},
        {"severities.yaml": "severities: [{name: P1}\n", "runbooks/r.yaml": "needs-P1"},
        {"roles.yaml": "roles: [{name: scribe\n", "runbooks/r.yaml": "needs-scribe"},
    ],
)
def test_what_stands_in_a_faulty_file_is_not_told_to_be_missing(check, files):
    needs = {
        "needs-b": "name: a\nowner: core\ncustomer_facing: false\ndepends_on: [b]\n",
        "needs-P1": "name: r\napplies_to: {severities: [P1]}\nsteps: []\n",
        "needs-scribe": "name: r\nsteps: [{id: a, title: A, role: scribe}]\n",
    }
    files = {path: needs.get(text, text) for path, text in files.items()}
    files = {"teams/core.yaml": ROTA, "services/a.yaml": PLAIN, **files}
    found = check({**files, "incidentctl.yaml": "tier: critical-split\nlint: {IC209: off}\n"})
    faulty = {path for path, text in files.items() if text not in needs.values()}
    assert {code[:3] for _, code in found} == {"IC0"}
    assert {path for path, _ in found} <= faulty


def test_a_name_that_no_faulty_file_has_is_told_all_the_same(check):
    found = check(
        {
            "teams/core.yaml": ROTA,
            "teams/edge.yaml": "name: edge\nmembers: [\n",
            "services/a.yaml": "name: a\nowner: cor\ncustomer_facing: false\n",
        }
    )
    assert found == [("services/a.yaml", "IC101"), ("teams/edge.yaml", "IC001")]


def advice(tmp_path, files):
    for path, text in {"incidentctl.yaml": "tier: single\n", **files}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    catalog, problems = load(tmp_path)
    found = lint(tmp_path, catalog, problems=problems, today=date(2026, 11, 24)).problems
    return next(p.hint for p in found if p.code in ("IC101", "IC106"))


def test_the_new_name_of_a_team_is_told(tmp_path):
    renamed = ROTA.replace("core", "platform")
    files = {"services/a.yaml": "name: a\nowner: core\n"}
    hint = advice(tmp_path, {**files, "teams/core.yaml": renamed})
    assert hint == "teams/core.yaml now holds 'platform': was the team renamed?"


def test_a_team_that_owns_nothing_may_be_the_new_name(tmp_path):
    files = {
        "services/a.yaml": "- {name: a, owner: core}\n- {name: b, owner: edge}\n",
        "teams/edge.yaml": "name: edge\n",
        "teams/platform.yaml": ROTA.replace("core", "platform"),
    }
    assert advice(tmp_path, files) == "Was it renamed? The team 'platform' owns nothing yet."


def test_the_new_name_of_a_service_is_told(tmp_path):
    files = {
        "teams/core.yaml": ROTA,
        "services/a.yaml": "name: a\nowner: core\ndepends_on: [db]\n",
        "services/db.yaml": "name: postgres\nowner: core\n",
    }
    assert "'postgres'" in advice(tmp_path, files)


def test_a_catalog_without_any_product_area_is_told_so_once(check):
    services = "".join(f"- {{name: s{n}, owner: core}}\n" for n in range(30))
    found = check(
        {
            "incidentctl.yaml": "tier: critical-split\nlint: {IC301: off}\n",
            "teams/core.yaml": ROTA,
            "services/all.yaml": services,
        }
    )
    assert found == [("incidentctl.yaml", "IC204")]


@pytest.mark.parametrize("kind", ["storage", "job", "dns", "cdn", "third-party", "database"])
def test_what_stands_behind_needs_no_product_area(check, kind):
    found = check(
        {
            "incidentctl.yaml": "tier: critical-split\nlint: {IC209: off}\n",
            "teams/core.yaml": ROTA,
            "services/a.yaml": f"name: a\nowner: core\ntype: {kind}\n",
        }
    )
    assert found == []


@pytest.mark.parametrize(
    "settings", ["lint: {IC203: off\n", "- lint\n", "<<<<<<< a\n=======\n>>>>>>> b\n"]
)
def test_without_settings_only_errors_are_told(check, settings):
    team = ROTA.replace("contacts: {channel: '#core'}\n", "")
    services = "- {name: a, owner: core}\n- {name: b, owner: nobody}\n"
    found = check(
        {"incidentctl.yaml": settings, "teams/core.yaml": team, "services/a.yaml": services}
    )
    assert [code for path, code in found if path != "incidentctl.yaml"] == ["IC101"]
    assert [code[:3] for path, code in found if path == "incidentctl.yaml"] == ["IC0"]
