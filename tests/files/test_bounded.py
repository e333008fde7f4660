"""A catalog of any content is read in time and memory that grow with its size, and no faster."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from tests.steps import steps

from incidentctl.domain.lint.problem_limit import MAX_REPORTED
from incidentctl.files import layout
from incidentctl.files.catalog.basics import load_basics
from incidentctl.files.catalog.loader import load_contents
from incidentctl.files.layout import Bounds, Content, read_all
from incidentctl.files.yaml.validate import validate

KEYS = {
    "a number of 20 digits": "99999999999999999999",
    "a negative one": "-99999999999999999999",
    "one that fits no machine word": "0xffffffffffffffffffff",
    "one of a hundred digits": "9" * 100,
    "null": "~",
    "a flag": "true",
    "a fraction": "1.5",
    "infinite": ".inf",
    "no number": ".nan",
    "empty": "? ",
    "a list": "? [a, b]\n",
    "a mapping": "? {a: b}\n",
}
PLACES = {
    "team": "name: x\nmembers: [{{handle: a}}]\ncontacts:\n  {key}: x\n",
    "service": "name: x\nowner: y\nidentifiers:\n  {key}: x\n",
    "settings": "organisation: x\n{key}: x\n",
    "severities": "severities: [{{name: S}}]\nmatrix: {{importance: {{{key}: [S]}}}}",
    "runbook": "name: x\n{key}: x\nsteps: [{{id: a, title: t}}]\n",
}


@pytest.fixture(autouse=True)
def _ends():
    """A loop without an end is a failure, and no test that hangs."""

    def stop(*_):
        raise AssertionError("it does not end")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def read(kind, text, path=None):
    return load_contents([Content(path or f"{kind}/x.yaml", kind, text.encode())])


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
def test_a_key_that_is_no_text_is_told_and_left_out(kind, key):
    catalog, problems = read(kind, PLACES[kind].format(key=key))
    assert problems
    assert {p.code for p in problems} <= {"IC001", "IC008", "IC010", "IC011", "IC012"}
    if kind != "severities" and "IC001" not in {p.code for p in problems}:
        assert len(catalog.entries) == 1, "the rest of the entry is used"


@pytest.mark.parametrize("key", [2**63, -(2**63) - 1, 10**80])
def test_what_a_fault_cannot_be_found_at_goes_with_what_is_around_it(key):
    # pydantic names a number that fits no machine word as text, which leads nowhere.
    value, faults, _ = validate("service", {"name": "x", "owner": "y", "identifiers": {key: "z"}})
    assert faults
    assert value.identifiers == {}


ENTRIES = {
    "unknown keys": ("service", "name: x\nowner: y\n", "k{n}: 1\n"),
    "keys of nobody": ("team", "name: x\ncontacts:\n", "  c{n}: 7\n"),
    "no members": ("team", "name: x\nmembers:\n", "- a{n}\n"),
    "misspelled entries": ("service", "", "- {{nmae: s{n}, ownr: y}}\n"),
    "no entries": ("service", "", "- {n}\n"),
    "documents": ("service", "", "--- {n}\n"),
    "a key many times": ("service", "name: x\n", "name: y\n"),
    "anchors": ("service", "name: x\ntags:\n", "- &a{n} b\n"),
    "numbers as keys": ("service", "name: x\nowner: y\nidentifiers:\n", "  9999999{n}: b\n"),
    "words that are none": ("service", "", "- {{name: s{n}, owner: y, type: servce}}\n"),
    "severities": ("severities", "severities:\n", "- {{name: S{n}}}\n"),
    "rows of the matrix": ("severities", "severities: [{name: S}]\nmatrix:\n  importance:\n",
                           "    x{n}: [S]\n"),
    "keys of severities": ("severities", "severities: [{name: S}]\n", "k{n}: 1\n"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "head", "line"), ENTRIES.values(), ids=list(ENTRIES))
def test_twice_as_much_takes_twice_as_long(kind, head, line):
    def text(count):
        return head + "".join(line.format(n=number) for number in range(count))

    read(kind, text(3))  # what is made once
    small, large = (steps(lambda n=n: read(kind, text(n))) for n in (400, 800))
    assert large < 2.3 * small


@pytest.mark.parametrize(("kind", "head", "line"), ENTRIES.values(), ids=list(ENTRIES))
def test_a_hundred_faults_are_told_and_how_many_more_there_are(kind, head, line):
    text = head + "".join(line.format(n=number) for number in range(300))
    _, problems = read(kind, text)
    assert len(problems) <= MAX_REPORTED + 1
    if len(problems) > MAX_REPORTED:
        assert [p.code for p in problems].count("IC015") == 1


def test_a_catalog_beyond_the_bounds_has_its_settings_and_teams(tmp_path):
    for folder in ("drills", "runbooks", "services", "teams"):
        (tmp_path / folder).mkdir()
        for number in range(3):
            (tmp_path / folder / f"{number}.yaml").write_text("x: " + "y" * 50)
    (tmp_path / "incidentctl.yaml").write_text("organisation: x\n")
    for bounds in (Bounds(4, 1 << 20), Bounds(100, 150)):
        found = read_all(tmp_path, bounds=bounds)
        assert [c.path for c in found if c.data is not None] == [
            "incidentctl.yaml", "teams/0.yaml", "teams/1.yaml", "teams/2.yaml",
        ]  # fmt: skip
        (beyond,) = [c.problem for c in found if c.problem]
        assert (beyond.code, beyond.path) == ("IC006", "services/0.yaml")
        assert "not read" in beyond.message


def test_before_an_acknowledgement_little_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("incidentctl.files.catalog.basics.EARLY", Bounds(3, 1 << 20))
    (tmp_path / "incidentctl.yaml").write_text("organisation: x\n")
    (tmp_path / "teams").mkdir()
    for number in range(9):
        (tmp_path / f"teams/{number}.yaml").write_text(
            f"name: t{number}\nmembers: [{{handle: h{number}}}]\n"
        )
    basics = load_basics(tmp_path, None)
    assert (basics.organisation, len(basics.people)) == ("x", 2)
    assert [problem.code for problem in basics.problems] == ["IC006"]


def test_folders_that_nest_deeper_than_python_calls(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("")
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for name in ("teams", *["d"] * 1500):
            Path(name).mkdir()
            os.chdir(name)
        Path("x.yaml").write_text("name: x\n")
        found = [content.path[-8:] for content in read_all(tmp_path)]
        Path("x.yaml").unlink()
        while Path.cwd() != tmp_path:  # what removes the folders of tests calls itself for each
            os.chdir("..")
            Path(name).rmdir()
            name = "d" if (tmp_path / "teams") != Path.cwd() else "teams"
    finally:
        os.chdir(here)
    assert "d/x.yaml" in found


def test_a_pipe_and_a_folder_in_place_of_a_file(tmp_path):
    (tmp_path / "teams").mkdir()
    os.mkfifo(tmp_path / "teams" / "pipe.yaml")
    (tmp_path / "incidentctl.yaml").mkdir()
    (tmp_path / "teams" / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "teams" / "stdin.yaml").symlink_to("/dev/stdin")
    said = {c.path: c.problem.message for c in read_all(tmp_path) if c.problem}
    assert len(said) == 4
    assert "not a regular file" in said["teams/pipe.yaml"]
    assert "leaves the repository" in said["teams/zero.yaml"]


def test_a_folder_that_is_a_link_out_is_not_read_through(tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "x.md").write_text("secret")
    (root / "retros").symlink_to(outside)
    assert layout.read_one(root, "retros/x.md").data is None
