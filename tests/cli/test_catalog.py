import json

import pytest

from incidentctl.cli.boundary import run
from incidentctl.cli.main import app

FILES = {
    "incidentctl.yaml": "organisation: Acme\ntimezone: Europe/Berlin\n",
    "teams/core.yaml": "name: core-services\n"
    "members: [{handle: alice, name: Alice Example}]\n"
    "on_call: {rota: [alice], shift: 1w, starts: 2026-01-05T09:00}\n"
    'contacts: {channel: "#core", pager: env:CORE_PAGER_URL}\n',
    "services/auth.yaml": "name: auth-api\nowner: core-services\ndepends_on: [oauth2-db]\n"
    "tags: [token]\n",
    "services/db.yaml": "name: oauth2-db\nowner: core-services\ntype: database\n",
    "product_areas/login.yaml": "name: login\ntitle: Signing in\nowner: core-services\n"
    "functionalities:\n"
    "  - {name: Log in with a password, words: [password], services: [auth-api]}\n",
    "runbooks/all.yaml": "name: everything\nsteps: [{id: page, title: Page somebody}]\n",
}


@pytest.fixture
def root(tmp_path):
    for path, text in FILES.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.fixture
def catalog(root, capsys):
    def call(*arguments):
        code = run(app, ["-C", str(root), "catalog", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return call


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        (["who", "owns", "login?"], "product_area", "login"),
        (["who owns login?"], "product_area", "login"),
        (["signing", "in"], "product_area", "login"),
        (["logn"], "product_area", "login"),
        (["password"], "functionality", "Log in with a password"),
        (["auth"], "service", "auth-api"),
        (["token"], "service", "auth-api"),
        (["core-services"], "team", "core-services"),
        (["alertname=HighErrorRate", "service=auth-api"], "service", "auth-api"),
    ],
)
def test_who_answers_with_the_best_match_first(catalog, words, kind, name):
    code, out, _ = catalog("who", *words, "--json")
    assert code == 0
    payload = json.loads(out)
    assert payload["schema"] == "incidentctl/catalog-who/1"
    best = payload["matches"][0]
    assert (best["kind"], best["name"]) == (kind, name)
    assert best["owner"] == "core-services"
    assert best["on_call"] == "alice"
    assert best["contacts"] == {"channel": "#core", "pager": "env:CORE_PAGER_URL"}
    assert best["runbooks"] == ["everything"]


def test_who_tells_people_everything_at_once(catalog):
    _, out, _ = catalog("who", "login")
    for part in ("core-services", "alice (Alice Example)", "#core", "everything"):
        assert part in out


def test_who_resolves_a_contact_that_a_variable_has(catalog, monkeypatch):
    monkeypatch.delenv("CORE_PAGER_URL", raising=False)
    _, out, _ = catalog("who", "login")
    assert "#core; pager in the variable CORE_PAGER_URL, which is not set here" in out
    monkeypatch.setenv("CORE_PAGER_URL", "0800123")
    assert "#core; pager 0800123" in catalog("who", "login")[1]


def test_who_says_which_services_are_behind_it_and_who_owns_them(catalog, root):
    (root / "teams" / "data.yaml").write_text("name: data\ncontacts: {channel: '#data'}\n")
    (root / "services" / "db.yaml").write_text("name: oauth2-db\nowner: data\ntype: database\n")
    area = root / "product_areas" / "login.yaml"
    area.write_text(area.read_text() + "services: [oauth2-db, ldap]\n")
    _, out, _ = catalog("who", "nobody can log in")
    assert "  services  auth-api, oauth2-db (team data), ldap (not in the catalog)" in out
    _, out, _ = catalog("who", "data", "--json")
    assert json.loads(out)["matches"][0]["services"] == [{"name": "oauth2-db", "owner": "data"}]


def test_who_knows_people(catalog):
    _, out, _ = catalog("who", "Alice", "Example")
    assert out.startswith("alice (person: Alice Example)\n  team      core-services\n")


def test_who_says_what_was_probably_meant_when_nothing_is_near(catalog):
    code, out, err = catalog("who", "zzzz")
    assert (code, out) == (3, "")
    assert "Nothing in the catalog matches 'zzzz'" in err


def test_lint_of_a_clean_repository(catalog):
    code, out, _ = catalog("lint", "--strict")
    assert (code, out) == (0, "6 files checked, no problems.\n")


def test_lint_is_red_on_errors_and_on_warnings_with_strict(catalog, root):
    (root / "teams" / "edge.yaml").write_text("name: edge\nmembers: [{handle: bob}]\n")
    code, out, _ = catalog("lint", "--json")
    assert code == 0
    assert json.loads(out) == {
        "schema": "incidentctl/catalog-lint/1",
        "problems": [
            {
                "code": "IC203",
                "severity": "warning",
                "message": "The team edge has no contact.",
                "path": "teams/edge.yaml",
                "line": 1,
                "column": 1,
                "hint": 'Add `contacts`, such as `channel: "#core"`.',
            }
        ],
        "root": str(root),
        "files": 7,
        "excluded": 0,
        "errors": 0,
        "warnings": 1,
    }
    assert catalog("lint", "--strict")[0] == 1
    (root / "services" / "auth.yaml").write_text("name: auth-api\nowner: cor\n")
    assert catalog("lint", "--format", "json")[0] == 1


def test_lint_needs_a_repository(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(app, ["catalog", "lint"]) == 3


def test_show_tells_the_blast_radius_of_a_service(catalog):
    _, out, _ = catalog("show", "oauth2-db", "--json")
    (entry,) = json.loads(out)["entries"]
    assert entry["blast_radius"] == {
        "services": ["auth-api"],
        "product_areas": ["login"],
        "teams": ["core-services"],
    }


@pytest.mark.parametrize(
    "name", ["core-services", "login", "everything", "sev1", "auth-api", "alice"]
)
def test_show_knows_every_kind(catalog, name):
    code, out, _ = catalog("show", name)
    assert code == 0
    assert out


def test_show_says_what_was_probably_meant(catalog):
    code, _, err = catalog("show", "auth-apo")
    assert code == 3
    assert "auth-api" in err


def test_list_filters(catalog):
    _, out, _ = catalog("list", "services", "--type", "database", "--json")
    assert [row["name"] for row in json.loads(out)["services"]] == ["oauth2-db"]
    _, out, _ = catalog("list", "services", "--tag", "token")
    assert out.startswith("auth-api\t")


@pytest.mark.parametrize(
    "what", ["teams", "people", "product-areas", "areas", "severities", "runbooks"]
)
def test_list_knows_every_kind(catalog, what):
    code, out, _ = catalog("list", what)
    assert code == 0
    assert out


def test_list_people_says_their_teams(catalog):
    _, out, _ = catalog("list", "people", "--owner", "core-services", "--json")
    assert json.loads(out)["people"] == [
        {"name": "alice", "person": "Alice Example", "teams": ["core-services"], "email": None}
    ]
    _, out, _ = catalog("list", "people", "--owner", "other", "--json")
    assert json.loads(out)["people"] == []
    _, out, _ = catalog("list", "product-areas", "--json")
    assert [row["name"] for row in json.loads(out)["areas"]] == ["login"]


def test_on_call_at_a_moment_before_the_rota_is_nobody(catalog):
    _, out, _ = catalog("on-call", "core-services", "--at", "2026-01-05T08:59", "--json")
    assert json.loads(out)["teams"][0]["on_call"] is None
    _, out, _ = catalog("on-call", "--at", "2026-01-05T09:00", "--json")
    assert json.loads(out)["teams"][0]["on_call"] == "alice"


def test_on_call_refuses_what_is_no_team_and_no_time(catalog):
    assert catalog("on-call", "core")[0] == 3
    assert catalog("on-call", "--at", "soon")[0] == 2


@pytest.mark.parametrize(("form", "edge"), [("mermaid", "a0 -.-> s1"), ("dot", "s1 -> s2;")])
def test_graph(catalog, form, edge):
    _, out, _ = catalog("graph", "--format", form)
    assert edge in out


def test_maintenance_is_listed_by_its_time_and_shown(root, catalog):
    (root / "maintenance").mkdir()
    (root / "maintenance" / "all.yaml").write_text(
        "- {name: b, title: Two, begins: 2026-12-06T02:00, ends: 2026-12-06T04:00, areas: []}\n"
        "- {name: a, title: One, begins: 2026-12-06T00:30Z, ends: 2026-12-06T01:30Z, areas: []}\n"
    )
    code, out, _ = catalog("list", "maintenance", "--json")
    rows = json.loads(out)["maintenance"]
    assert code == 0
    assert [(row["name"], row["begins"]) for row in rows] == [
        ("a", "2026-12-06T00:30:00.000Z"),
        ("b", "2026-12-06T01:00:00.000Z"),
    ]
    assert "2026-12-06 02:00 CET (+01:00)" in catalog("list", "maintenance")[1]
    assert "kind: maintenance" in catalog("show", "B")[1]


def test_a_graph_is_written_in_the_format_of_the_files_name_and_over_nothing_else(catalog, root):
    for name, begins in (("x.dot", "// Written"), ("x.mmd", "%% Written"), ("x", "%% Written")):
        for _ in range(2):  # what it wrote itself it may overwrite
            code, out, _ = catalog("graph", "--out", str(root / name))
            assert (code, out) == (0, f"{root / name}\n")
        assert (root / name).read_text().startswith(begins)
    assert catalog("graph", "--out", "-")[1].startswith("%% Written")
    code, _, err = catalog("graph", "--out", str(root / "incidentctl.yaml"))
    assert (code, (root / "incidentctl.yaml").read_text()) == (5, FILES["incidentctl.yaml"])
    assert "left alone" in err


def test_graph_of_what_fails_says_it_in_words(catalog):
    code, _, err = catalog("graph", "--blast", "oauth2-db")
    assert code == 0
    assert (
        "If oauth2-db fails, so do 1 product area and 1 service of 1 team: login, auth-api." in err
    )
    assert "Nothing in the catalog needs" not in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--blast", "oauth-db"], 3, "Did you mean 'oauth2-db'?"),
        (["--area", "x"], 3, "no product area 'x'"),
        (["--team", "core-servces"], 3, "Did you mean 'core-services'?"),
        (["--team", "core-services", "--area", "login"], 2, "Only one part"),
    ],
)
def test_graph_of_what_is_not_there(catalog, arguments, code, says):
    got, out, err = catalog("graph", *arguments)
    assert (got, out) == (code, "")
    assert says in err


def test_a_picture_without_graphviz_names_what_to_install(catalog, monkeypatch):
    monkeypatch.setattr("incidentctl.connect.graphviz._PACKAGE", "no_such_package")
    monkeypatch.setenv("PATH", "")
    code, out, err = catalog("graph", "--format", "svg")
    assert (code, out) == (6, "")
    assert "apt install graphviz" in err
    assert "Mermaid" in err
