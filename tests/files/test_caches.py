import pickle
import subprocess
import sys
from dataclasses import fields
from types import SimpleNamespace

import pytest

from incidentctl.domain.catalog.settings import RecordSettings, Settings
from incidentctl.files import cache
from incidentctl.files.catalog.basics import Basics, Person, basics_of, load_basics
from incidentctl.files.catalog.cached import load_cached
from incidentctl.files.catalog.loader import load
from incidentctl.files.layout import read_all
from incidentctl.render.catalog.yaml_examples import EXAMPLES


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "repo"
    for folder in ("teams", "services", "runbooks"):
        (root / folder).mkdir(parents=True)
    (root / "incidentctl.yaml").write_text("organisation: Acme\nrecord: {remote: origin}\n")
    (root / "teams/a.yaml").write_text(
        "name: core\nmembers:\n  - {handle: alice, name: Alice, email: Alice@Example.com}\n"
        "  - {handle: bob, timezone: Europe/Berlin}\n"
        "on_call: {rota: [alice], shift: 1w, starts: 2026-01-05T09:00+01:00}\n"
    )
    (root / "services/a.yaml").write_text("name: a\nowner: core\nreviewed: 2026-09-01\n")
    (root / "runbooks/r.yaml").write_text("name: r\nsteps: [{id: a, title: b, every: 30m}]\n")
    (root / "services/b.yaml").write_text("name: b\n")
    return root


def test_the_cached_catalog_is_the_loaded_one(root, tmp_path):
    folder = tmp_path / "cache"
    assert load_cached(root, folder) == load(root)
    (folder / "catalog.pickle").touch()
    assert load_cached(root, folder) == load(root)
    assert load_cached(root, None) == load(root)


def test_a_change_of_content_is_seen(root, tmp_path):
    folder = tmp_path / "cache"
    load_cached(root, folder)
    (root / "services/b.yaml").write_text("name: b\nowner: core\n")
    assert list(load_cached(root, folder)[0].services) == ["a", "b"]


def test_no_cache_holds_what_is_private_of_a_drill(root, tmp_path):
    public, _ = EXAMPLES["drill"].split("---\n")
    (root / "drills").mkdir()
    (root / "drills/q1-unplanned.yaml").write_text(public)
    private = root / "drills/q1-unplanned.private.yaml"
    private.write_text(EXAMPLES["private_half"] + "zebra: 1\n")
    folder = tmp_path / "cache"
    for _ in range(2):
        load_basics(root, folder)
        catalog, problems = load_cached(root, folder)
        assert (catalog, problems) == load(root)
        assert catalog.private_halves["q1-unplanned"].saboteur == "carol"
        assert [p.path for p in problems if "zebra" in p.message] == [
            "drills/q1-unplanned.private.yaml"
        ]
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"q1-unplanned" in kept, "the public half is cached"
    assert not [word for word in (b"carol", b"zebra", b"token database") if word in kept]
    before = (folder / "catalog.pickle").read_bytes()
    private.write_text(EXAMPLES["private_half"].replace("carol", "dave"))
    assert load_cached(root, folder)[0].private_halves["q1-unplanned"].saboteur == "dave"
    assert (folder / "catalog.pickle").read_bytes() == before
    private.unlink()
    assert load_cached(root, folder) == load(root)


@pytest.mark.parametrize("harm", ["torn", "changed", "empty", "folder"])
def test_a_harmed_cache_is_ignored(root, tmp_path, harm):
    folder = tmp_path / "cache"
    load_cached(root, folder)
    load_basics(root, folder)
    for file in folder.iterdir():
        kept = file.read_bytes()
        if harm == "folder":
            file.unlink()
            file.mkdir()
            continue
        file.write_bytes({"torn": kept[:-9], "changed": kept[:-1] + b"!", "empty": b""}[harm])
    assert load_cached(root, folder) == load(root)
    assert load_basics(root, folder) == load_basics(root, None)


def test_a_foreign_pickle_runs_nothing(root, tmp_path):
    proof = tmp_path / "proof"

    class Evil:
        def __reduce__(self):
            return (type(proof).touch, (proof,))

    folder = tmp_path / "cache"
    key = cache.key_of(read_all(root))
    for payload in (pickle.dumps(Evil()), pickle.dumps((1, 2)), b"no pickle"):
        cache.write(folder / "catalog.pickle", key, payload)
        assert load_cached(root, folder) == load(root)
    assert not proof.exists()


def test_a_cache_that_cannot_be_written_is_no_fault(root, tmp_path):
    (tmp_path / "file").write_text("")
    assert load_cached(root, tmp_path / "file" / "cache") == load(root)
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith("catalog")] == []


def test_basics_know_the_settings_and_the_people(root, tmp_path):
    alice = Person("alice", "Alice", "Alice@Example.com", None)
    for _ in range(2):
        basics = load_basics(root, tmp_path / "cache")
        assert (basics.organisation, basics.remote, basics.branch) == (
            "Acme",
            "origin",
            "incident-log",
        )
        assert basics.by_email == {"alice@example.com": alice}
        assert basics.by_handle["bob"] == Person("bob", None, None, "Europe/Berlin")
        assert basics.problems == (), "the fault of a service is not theirs"


def test_basics_have_each_setting_of_their_name():
    record, settings = (
        SimpleNamespace(**{field.name: object() for field in fields(kind)})
        for kind in (RecordSettings, Settings)
    )
    settings.record = record
    catalog = SimpleNamespace(
        settings=settings,
        members=dict,
        of_kind=lambda _: [object()],
        scale=SimpleNamespace(severities=()),
    )
    given = vars(settings) | vars(record)
    found = {n: v for n, v in basics_of(catalog, [])._asdict().items() if n in given}
    assert len(found) > 4
    assert found == {name: given[name] for name in found}


def test_broken_files_leave_the_defaults(root):
    (root / "incidentctl.yaml").write_text("organisation: Acme\ntimezone: Mars\nrecord: [\n")
    (root / "teams/b.yaml").write_bytes(b"\xff")
    basics = load_basics(root, None)
    assert (basics.organisation, basics.timezone) == (None, Basics().timezone)
    assert set(basics.by_handle) == {"alice", "bob"}
    assert len(basics.problems) == 2


def test_warm_caches_import_neither_yaml_nor_pydantic(root, tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from incidentctl.files.catalog.basics import load_basics\n"
        "load_basics(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "early = 'incidentctl.domain.catalog.model' in sys.modules\n"
        "from incidentctl.files.catalog.cached import load_cached\n"
        "load_cached(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "print(early, *(m for m in ('yaml', 'pydantic') if m in sys.modules))\n"
    )
    command = [sys.executable, "-c", script, str(root), str(tmp_path / "cache")]
    outputs = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)
    ]
    assert outputs == ["True yaml pydantic\n", "False\n"]


def test_what_another_build_computed_is_computed_again(tmp_path, monkeypatch):
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    load_cached(tmp_path, tmp_path / "cache")
    before = (tmp_path / "cache" / "catalog.pickle").read_bytes()
    monkeypatch.setattr("incidentctl.files.cache.fingerprint", lambda: "another build")
    catalog, problems = load_cached(tmp_path, tmp_path / "cache")
    assert (catalog.settings.organisation, problems) == ("Acme", [])
    assert (tmp_path / "cache" / "catalog.pickle").read_bytes() != before
