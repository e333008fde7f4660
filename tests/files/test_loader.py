import gc
import os
from datetime import date, datetime, timedelta

import pytest

from incidentctl.app.drill import documents
from incidentctl.app.learn import retro
from incidentctl.domain.catalog.model import Source
from incidentctl.domain.catalog.roles import STANDARD
from incidentctl.domain.catalog.severity import BUILT_IN
from incidentctl.files.catalog.loader import load
from incidentctl.files.misnamed import TEMPLATES, in_capitals, misnamed, not_read
from incidentctl.files.yaml.positions import Positions


def write(root, files):
    for path, text in {"incidentctl.yaml": "", **files}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def told(root):
    return [(p.code, p.path, p.line, p.column) for p in load(root)[1]]


def test_an_empty_repository_has_the_built_in_scale_and_roles(tmp_path):
    catalog, problems = load(write(tmp_path, {}))
    assert problems == []
    assert (catalog.scale, catalog.roles) == (BUILT_IN, STANDARD)
    assert catalog.entries == ()


def test_one_mapping_a_list_and_several_documents(tmp_path):
    root = write(
        tmp_path,
        {
            "services/a.yaml": "name: a\nowner: t\n---\nname: b\nowner: t\n",
            "services/deeper/c.yml": "- {name: c, owner: t}\n- {name: d, owner: t}\n",
        },
    )
    catalog, problems = load(root)
    assert problems == []
    assert list(catalog.services) == ["a", "b", "c", "d"]
    assert [entry.source for entry in catalog.entries] == [
        Source("services/a.yaml", 0),
        Source("services/a.yaml", 1),
        Source("services/deeper/c.yml", 0, 0),
        Source("services/deeper/c.yml", 0, 1),
    ]
    second, fourth = catalog.entries[1].source, catalog.entries[3].source
    positions = {
        source: Positions((root / source.path).read_bytes()) for source in (second, fourth)
    }
    assert positions[fourth].value(fourth, ("owner",)) == (2, 20)
    assert positions[second].value(second, ()) == (4, 1)
    assert positions[second].value(second, ("nowhere", 3)) == (4, 1)


def test_values_become_what_they_mean(tmp_path):
    text = (
        "name: a\nowner: t\nreviewed: 2026-09-01\nx-mine: [1]\nlinks: [{title: T, url: http:x}]\n"
    )
    service = load(write(tmp_path, {"services/a.yaml": text}))[0].services["a"]
    assert service.reviewed == date(2026, 9, 1)
    assert service.links[0].title == "T"


def test_the_scale_and_its_matrix(tmp_path):
    text = (
        "severities:\n  - {name: S1, critical: true, update_every: 1h30m}\n  - {name: S2}\n"
        "matrix: {conditions: [down], importance: {1: [S1], 2: [S2]}}\n"
    )
    catalog, problems = load(write(tmp_path, {"severities.yaml": text}))
    assert problems == []
    assert catalog.scale.severities[0].update_every == timedelta(minutes=90)
    assert catalog.scale.matrix.suggest(1, "down") == "S1"
    assert [(e.kind, e.name, e.source.inside) for e in catalog.entries] == [
        ("severity", "S1", ("severities", 0)),
        ("severity", "S2", ("severities", 1)),
        ("matrix", "matrix", ("matrix",)),
    ]


@pytest.mark.parametrize("form", ["roles:\n  - {%s}\n", "- {%s}\n"])
def test_roles_join_the_standard_ones_or_replace_one(tmp_path, form):
    text = form % "name: scribe, title: Scribe, responsibilities: [write]"
    text += text.split("\n")[-2].replace("scribe", "planning") + "\n"
    catalog, problems = load(write(tmp_path, {"roles.yaml": text}))
    assert problems == []
    names = [role.name for role in catalog.roles]
    assert names == ["commander", "mitigator", "planning", "communication", "scribe"]
    assert catalog.role("planning").title == "Scribe"


def test_of_two_with_one_name_the_first_stands_and_both_are_entries(tmp_path):
    text = "- {name: a, owner: one}\n- {name: a, owner: two}\n"
    catalog, _ = load(write(tmp_path, {"services/a.yaml": text}))
    assert catalog.services["a"].owner == "one"
    assert len(catalog.entries) == 2


SERVICE = "name: a\nowner: t\n"
MATRIX = "severities: []\nmatrix: {{conditions: [x], importance: {{{}}}}}\n"
ROTA = "name: a\non_call: {{rota: [], shift: 1w, starts: '{}'}}\n"
#: Python reads these; the reference and the schemas have none of them.
NO_TIMES = (
    "2026-01-05", "2026-01-05 09:00", "20260105T0900", "2026-W02-1T09:00", "2026-01-05T09",
    "2026-01-05T09:00:00.5", "2026-01-05T09:00+01", "2026-01-05T09:00+0100",
    "2026-01-05T09:00+01:00:30", "2026-01-05t09:00", "\uff12026-01-05T09:00", "2026-01-05T24:00",
)  # fmt: skip
FAULTS = [
    ("services/a.yaml", "name: a\nownr: t\n", "IC010", 2, 1, "Did you mean 'owner'?"),
    ("services/a.yaml", "name: a\n", "IC011", 1, 1, "Add `owner:`."),
    ("services/a.yaml", SERVICE + "tags: x\n", "IC012", 3, 7, "Write a list: `[x]`."),
    ("services/a.yaml", SERVICE + "tags: [1.10]\n", "IC012", 3, 8, 'Write it in quotes: "1.10".'),
    ("services/a.yaml", SERVICE + "tags: [true]\n", "IC012", 3, 8, 'Write it in quotes: "true".'),
    ("services/a.yaml", SERVICE + "type: databse\n", "IC013", 3, 7, "Did you mean 'database'?"),
    ("services/a.yaml", SERVICE + "importance: 6\n", "IC014", 3, 13, None),
    ("services/a.yaml", SERVICE + "reviewed: 2026-02-30\n", "IC014", 3, 11, None),
    ("services/a.yaml", SERVICE + "identifiers: {1: x}\n", "IC008", 3, 15, None),
    ("services/a.yaml", SERVICE + "links: [{titel: x, url: a:b}]\n", "IC010", 3, 10, "title"),
    ("services/a.yaml", SERVICE + "customer_facing: yes\n", "IC012", 3, 18, "true"),
    ("services/a.yaml", "just text\n", "IC012", 1, 1, None),
    ("services/a.yaml", "- 1\n", "IC012", 1, 3, None),
    ("severities.yaml", "- {name: S1}\n", "IC012", 1, 1, "schema"),
    ("severities.yaml", "severities: S1\n", "IC012", 1, 13, None),
    ("severities.yaml", "matrix: {conditions: [], importance: {}}\n", "IC011", 1, 1, None),
    ("severities.yaml", "severities: []\nmatrx: {}\n", "IC010", 2, 1, None),
    ("incidentctl.yaml", "---\ntimezone: UTC\n---\ntier: single\n", "IC012", 4, 1, None),
    ("incidentctl.yaml", "timezone: Mars/Olympus\n", "IC014", 1, 11, None),
    ("roles.yaml", "name: a\nroles: []\n", "IC010", 1, 1, None),
    ("services/a.yaml", SERVICE + "reviewed: 2026-W36-2\n", "IC014", 3, 11, None),
    ("services/a.yaml", SERVICE + 'reviewed: "20260901"\n', "IC014", 3, 11, None),
    ("severities.yaml", MATRIX.format('1: [A], "1": [B]'), "IC002", 2, 48, "Keep one"),
    ("severities.yaml", MATRIX.format("\uff11: [A]"), "IC012", 2, 40, None),
    ("severities.yaml", MATRIX.format('" 1": [A]'), "IC012", 2, 40, None),
    ("severities.yaml", "severities: [{name: A, update_every: \uff13m}]\n", "IC014", 1, 38, None),
    *(("teams/a.yaml", ROTA.format(time), "IC014", 2, 40, None) for time in NO_TIMES),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: f"{case[0]}-{case[1]!r}")
def test_a_fault_is_told_once_at_its_place(case, tmp_path):
    path, text, code, line, column, hint = case
    root = write(tmp_path, {path: text})
    assert told(root) == [(code, path, line, column)]
    if hint:
        assert hint in load(root)[1][0].hint


def test_one_bad_entry_leaves_the_others(tmp_path):
    text = "- {name: a, owner: t}\n- {name: b}\n- {name: c, owner: t}\n"
    catalog, problems = load(write(tmp_path, {"services/a.yaml": text, "services/b.yaml": "["}))
    assert list(catalog.services) == ["a", "c"]
    assert [p.code for p in problems] == ["IC011", "IC001"]


def test_a_faulty_key_leaves_the_rest_of_its_entry(tmp_path):
    text = (
        "name: core\ntitl: Core\nmembers: [{handle: a, age_key: 1}, {name: B}, {handle: c}]\n"
        "contacts: {phone: 112, chat: '#c'}\n"
        "on_call: {rota: [a, 1], shift: 1w, starts: 2026-01-05T09:00}\n"
    )
    catalog, problems = load(write(tmp_path, {"teams/core.yaml": text}))
    team = catalog.teams["core"]
    assert [member.handle for member in team.members] == ["a", "c"]
    assert team.contacts == {"chat": "#c"}
    assert team.on_call is None, "half a rota would call the wrong person"
    assert len(problems) == 5


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-05", "2026-01-05T00:00"),
        ("2026-01-05 09:00", "2026-01-05T09:00"),
        ("2026-01-05T09:00+0100", "2026-01-05T09:00+01:00"),
        ("2026-01-05T09:00:00.5", "2026-01-05T09:00"),
    ],
)
def test_a_time_in_another_form_is_a_fault_and_calls_somebody_all_the_same(
    written, meant, tmp_path
):
    text = f"name: core\non_call: {{rota: [a], shift: 1w, starts: '{written}'}}\n"
    catalog, problems = load(write(tmp_path, {"teams/core.yaml": text}))
    assert [problem.code for problem in problems] == ["IC014"]
    assert catalog.teams["core"].on_call.starts == datetime.fromisoformat(meant)


def test_a_runbook_with_a_faulty_condition_is_not_used(tmp_path):
    text = "name: r\napplies_to: {critcal: true}\nsteps: []\n"
    catalog, problems = load(write(tmp_path, {"runbooks/r.yaml": text}))
    assert catalog.runbooks == {}, "it would answer everything"
    assert [p.code for p in problems] == ["IC010"]


def test_files_that_are_not_ours_are_ignored(tmp_path):
    bad = "["
    names = ["services/readme.md", "other.yaml", "docs/a.yaml", "services/.#a.yaml"]
    assert told(write(tmp_path, dict.fromkeys(names, bad))) == []


def test_a_link_is_followed_only_inside_the_repository(tmp_path):
    (tmp_path / "secret.yaml").write_text("name: s\nowner: t\n")
    (tmp_path / "elsewhere").mkdir()
    root = write(tmp_path / "repo", {"outside.yaml": "name: a\nowner: t\n", "services/b.md": ""})
    (root / "services/in.yaml").symlink_to("../outside.yaml")
    (root / "services/out.yaml").symlink_to("../../secret.yaml")
    (root / "services/gone.yaml").symlink_to("nowhere.yaml")
    (root / "services/folder").symlink_to("../teams")
    (root / "teams").mkdir()
    (root / "runbooks").symlink_to(tmp_path / "elsewhere")
    catalog, problems = load(root)
    assert list(catalog.services) == ["a"]
    assert [(p.code, p.path) for p in problems] == [
        ("IC007", "runbooks"),
        ("IC007", "services/folder"),
        ("IC007", "services/gone.yaml"),
        ("IC007", "services/out.yaml"),
    ]


def test_a_pipe_and_a_huge_file_are_refused_at_once(tmp_path):
    root = write(tmp_path, {"services/large.yaml": "#" * ((1 << 20) + 1)})
    write(root, {"services/fits.yaml": "name: a\nowner: t\n" + "#" * (1 << 19)})
    os.mkfifo(root / "services/pipe.yaml")
    assert [p[:2] for p in told(root)] == [
        ("IC006", "services/large.yaml"),
        ("IC007", "services/pipe.yaml"),
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_told(tmp_path):
    root = write(tmp_path, {"services/a.yaml": ""})
    (root / "services/a.yaml").chmod(0)
    assert told(root) == [("IC007", "services/a.yaml", None, None)]


def test_collecting_is_on_again_afterwards(tmp_path):
    load(write(tmp_path, {"services/a.yaml": "["}))
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("service", "services"), ("servcies", "services"), ("Services", "services"),
        ("team", "teams"), ("runbook", "runbooks"), ("runboooks", "runbooks"),
        ("product-areas", "product_areas"), ("productareas", "product_areas"), ("drill", "drills"),
        ("services", None), ("retros", None), ("schemas", None), ("docs", None), ("server", None),
        ("examples", None), ("streams", None), ("devices", None), ("s", None), (".services", None),
    ],
)  # fmt: skip
def test_a_folder_whose_name_is_nearly_ours(tmp_path, name, meant):
    (tmp_path / name).mkdir()
    (tmp_path / name / "readme.md").write_text("no YAML")
    assert misnamed(tmp_path) == []
    (tmp_path / name / "x.yml").write_text("name: x")
    assert misnamed(tmp_path) == ([(name, meant)] if meant else [])


def test_a_file_or_a_link_is_no_folder_of_a_wrong_name(tmp_path):
    (tmp_path / "service").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.yml").write_text("name: x")
    (tmp_path / "team").symlink_to(tmp_path / "elsewhere")
    assert misnamed(tmp_path) == []
    assert misnamed(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("severity.yaml", "severities.yaml"), ("Severities.yaml", "severities.yaml"),
        ("severites.yml", "severities.yaml"), ("role.yaml", "roles.yaml"),
        ("Roles.yaml", "roles.yaml"), ("incidentctl.yml", "incidentctl.yaml"),
        ("services/billing.YAML", "services/billing.yaml"), ("teams/a/b.Yml", "teams/a/b.yaml"),
        ("rules.yaml", None), ("severities.yml", None), ("severity.json", None), ("a.YAML", None),
        ("docs/a.YAML", None), ("services/readme.MD", None), ("services/a.yaml", None),
    ],
)  # fmt: skip
def test_a_file_whose_name_is_nearly_ours(tmp_path, name, meant):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("name: x\n")
    assert misnamed(tmp_path) + in_capitals(tmp_path) == ([(name, meant)] if meant else [])


def test_what_looks_like_ours_and_is_not_read(tmp_path):
    assert not_read(tmp_path) == []
    (tmp_path / "templates").mkdir()
    for name in ("templates/retro.md.j2", "templates/update.public.md.j2"):
        (tmp_path / name).write_text("")
    for name in TEMPLATES:
        (tmp_path / "templates" / name).write_text("")
    assert not_read(tmp_path) == ["templates/retro.md.j2"]


def test_every_template_that_a_document_is_made_of_is_known():
    kinds = ("planned", "public", "private", "note")
    made = {retro.TEMPLATE, *(documents.TEMPLATE.format(kind=kind) for kind in kinds)}
    assert {f"templates/{name}" for name in TEMPLATES} == made
