"""The example repositories: they load without a problem, and are what their READMEs say."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from incidentctl.app.lint.lint import lint
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.process import built_in
from incidentctl.domain.process import resolution as process
from incidentctl.files.catalog.loader import load
from incidentctl.files.layout import KINDS, yaml_files

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ("startup", "otel-demo", "marketplace", "bank")

#: Name, services in production, teams, product areas, runbooks, tier.
WHAT_THEY_ARE = (
    ("startup", 4, 1, 1, 1, "single"),
    ("otel-demo", 23, 4, 6, 2, "critical-split"),
    ("marketplace", 50, 7, 6, 5, "per-severity"),
    ("bank", 118, 13, 9, 43, "per-severity-and-area"),
)

#: The service diagram of the demo's published architecture (version 2.2), typed from it.
OTEL_DEMO = {
    "accounting": (".NET", "kafka postgresql"),
    "ad": ("Java", "flagd"),
    "cart": (".NET", "flagd valkey-cart"),
    "checkout": ("Go", "cart currency email kafka payment product-catalog shipping"),
    "currency": ("C++", ""),
    "email": ("Ruby", ""),
    "flagd": ("Go", ""),
    "flagd-ui": ("Elixir", "flagd"),
    "fraud-detection": ("Kotlin", "flagd kafka"),
    "frontend": (
        "TypeScript",
        "ad cart checkout currency product-catalog product-reviews recommendation shipping",
    ),
    "frontend-proxy": ("Envoy", "flagd flagd-ui frontend image-provider"),
    "image-provider": ("nginx", ""),
    "kafka": ("Kafka", ""),
    "llm": ("Python", "flagd"),
    "load-generator": ("Python", "flagd frontend-proxy"),
    "payment": ("JavaScript", "flagd"),
    "postgresql": ("PostgreSQL", ""),
    "product-catalog": ("Go", ""),
    "product-reviews": ("Python", "flagd llm postgresql product-catalog"),
    "quote": ("PHP", ""),
    "react-native-app": ("TypeScript", "frontend-proxy"),
    "recommendation": ("Python", "flagd product-catalog"),
    "shipping": ("Rust", "quote"),
    "valkey-cart": ("Valkey", ""),
}

PLAIN = ["page-on-call", "open-channel", "create-ticket", "notify-internal", "assign-roles"]
CRITICAL = [*PLAIN[:2], "status-page", *PLAIN[2:], "assign-tasks", "updates"]
SEV3 = ["open-channel", "create-ticket", "page-on-call", "notify-incidents-channel", "assign-team"]
SEV2 = [*SEV3[:4], "public-notification", "assign-team", "assign-tasks", "updates"]
SMALL = ["open-channel", "create-ticket", "assign-individual"]
BY_SEVERITY = {
    "SEV1": [*SEV2, "notify-executives"],
    "SEV2": SEV2,
    "SEV3": SEV3,
    "SEV4": SMALL,
    "SEV5": SMALL,
}


def catalog_of(name: str) -> Catalog:
    catalog, problems = load(EXAMPLES / name)
    assert problems == []
    return catalog


def steps(catalog: Catalog, severity: str, *areas: str) -> list[str]:
    (runbook,) = process.resolve(catalog, process.Case(severity, areas)).runbooks
    return [step.id for step in runbook.steps]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", EXAMPLES / "bank" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "services", "teams", "areas", "runbooks", "tier"),
    WHAT_THEY_ARE,
    ids=[row[0] for row in WHAT_THEY_ARE],
)
def test_they_are_what_they_say(name, *, services, teams, areas, runbooks, tier):
    catalog = catalog_of(name)
    assert len(catalog.production_services()) == services
    assert len(catalog.teams) == teams
    assert len(catalog.product_areas) == areas
    assert len(catalog.runbooks) == runbooks
    assert catalog.settings.tier == tier
    assert process.recommend_for(catalog).tier == tier


@pytest.mark.parametrize("name", NAMES)
def test_they_lint_clean_also_of_warnings_and_information(name):
    root = EXAMPLES / name
    catalog, problems = load(root)
    report = lint(root, catalog, problems=problems, today=date(2026, 11, 24))
    assert report.problems == ()
    assert report.files == len(yaml_files(root)) > 0


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_the_tier_has_its_own_runbook(name):
    catalog = catalog_of(name)
    tier = process.tier_in_force(catalog)
    assert process.missing(catalog, tier) == []
    for case in process.cases(catalog, tier):
        assert [a.rivals for a in process.resolve(catalog, case).answers] == [()]


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_tells_what_people_need_at_night(name):
    catalog = catalog_of(name)
    reached = {s for area in catalog.product_areas.values() for s in area.all_services}
    for service in catalog.production_services():
        assert service.description, service.name
        assert service.importance, service.name
        assert service.reviewed, service.name
        assert service.reviewed.year == 2026
        assert service.name in reached or not service.faces_customers, service.name
    for team in catalog.teams.values():
        handles = {member.handle for member in team.members}
        assert team.lead in handles
        assert team.on_call is not None
        assert set(team.on_call.rota) <= handles
        assert {o.who for o in team.on_call.overrides} <= handles
        assert team.contacts["channel"].startswith("#")
    everybody = [m.handle for team in catalog.teams.values() for m in team.members]
    assert len(everybody) == len(set(everybody))


@pytest.mark.parametrize("name", NAMES)
def test_every_file_names_its_schema(name):
    root = EXAMPLES / name
    for path in yaml_files(root):
        first = (root / path).read_text(encoding="utf-8").splitlines()[0]
        kind = KINDS[path.partition("/")[0]]
        schema = "../" * (2 + path.count("/")) + f"schemas/{kind}.json"
        assert first == f"# yaml-language-server: $schema={schema}", path


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_real_and_nothing_is_secret(name):
    for path in (p for p in (EXAMPLES / name).rglob("*") if p.suffix in (".yaml", ".md", ".txt")):
        text = path.read_text(encoding="utf-8")
        for host in re.findall(r"(?:@|https?://)([\w.-]+)", text):
            open_ones = ("opentelemetry.io", "github.com")
            assert host.endswith(".example") or host in open_ones, (path, host)
        assert "lorem" not in text.casefold()
    for team in catalog_of(name).teams.values():
        for way in ("pager", "phone"):
            assert team.contacts.get(way, "env:").startswith("env:")


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_says_what_to_try(name):
    text = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ (.+)$", text, flags=re.MULTILINE)
    assert 2 <= len(commands) <= 3
    assert all(c.startswith(f"incidentctl -C examples/{name} ") for c in commands)


def test_the_start_up_has_the_reference_s_five_steps_in_its_own_words():
    catalog = catalog_of("startup")
    assert steps(catalog, "SEV1") == PLAIN == steps(catalog, "SEV5")
    standard = {step.title for step in built_in.SINGLE.steps}
    assert not standard & {step.title for step in catalog.runbooks["incident"].steps}


def test_the_demo_shop_is_the_published_architecture():
    services = catalog_of("otel-demo").services
    assert set(services) == set(OTEL_DEMO)
    for name, (language, needs) in OTEL_DEMO.items():
        assert services[name].tags[0] == language, name
        assert sorted(services[name].depends_on) == needs.split(), name


def test_the_load_generator_is_not_production_and_says_why():
    service = catalog_of("otel-demo").services["load-generator"]
    assert not service.counts
    assert "Not production" in (service.description or "")


def test_the_demo_shop_has_the_two_processes():
    catalog = catalog_of("otel-demo")
    for severity in catalog.scale.severities:
        assert steps(catalog, severity.name) == (CRITICAL if severity.critical else PLAIN)
    updates = catalog.runbooks["critical"].steps[-1]
    assert updates.every is not None
    assert updates.every.total_seconds() == 1800


def test_the_marketplace_has_the_reference_s_steps_for_each_severity():
    catalog = catalog_of("marketplace")
    for severity, expected in BY_SEVERITY.items():
        assert steps(catalog, severity) == expected
    for name in ("sev1", "sev2"):
        (every,) = (s.every for s in catalog.runbooks[name].steps if s.every)
        assert every.total_seconds() == 900


def test_the_marketplace_shows_every_form_of_a_file():
    catalog = catalog_of("marketplace")
    sources = [entry.source for entry in catalog.entries]
    assert any(source.item is None and source.document == 0 for source in sources)
    assert any(source.item is not None for source in sources)
    assert any(source.document > 0 for source in sources)


def test_the_bank_has_the_reference_s_steps_in_every_area():
    catalog = catalog_of("bank")
    for severity, expected in BY_SEVERITY.items():
        assert steps(catalog, severity) == expected
        for area in catalog.product_areas:
            shown = steps(catalog, severity, area)
            assert [step for step in shown if step in expected] == expected
            own = len(shown) - len(expected)
            assert own <= 1
            assert own == 1 or severity != "SEV1", "a SEV1 has a step of the area's own"


@pytest.mark.parametrize("category", ["security", "data-loss", "vendor"])
def test_the_bank_answers_a_category_before_all_else(category):
    catalog = catalog_of("bank")
    for severity in catalog.scale.severities:
        case = process.Case(severity.name, ("payments",), category)
        assert [r.name for r in process.resolve(catalog, case).runbooks] == [category]


def test_the_bank_knows_vendors_databases_and_load_balancers():
    types = [service.type for service in catalog_of("bank").services.values()]
    for kind, least in (("third-party", 15), ("database", 10), ("load-balancer", 3), ("queue", 1)):
        assert types.count(kind) >= least, kind


def test_the_bank_is_on_call_in_several_zones_with_overrides():
    rotas = [team.on_call for team in catalog_of("bank").teams.values() if team.on_call]
    assert len({rota.timezone for rota in rotas}) >= 5
    assert sum(len(rota.overrides) for rota in rotas) >= 3


def test_the_bank_s_generated_files_are_fresh():
    generate = generator()
    root = EXAMPLES / "bank"
    written = generate.files()
    marked = {
        path for path in yaml_files(root) if generate.MARK in (root / path).read_text("utf-8")
    }
    assert marked == set(written)
    for path, text in written.items():
        assert (root / path).read_text(encoding="utf-8") == text, path
