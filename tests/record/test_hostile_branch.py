"""What anybody who may push can put on the branch: it costs nobody memory, time or the exchange."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.record.kit import INCIDENT, Clone, event
from tests.record.sharing import BRANCH, LOG_REF, Team, clone_of, exchange, opened, say, shared, tip

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_json import encode
from incidentctl.domain.incident.ids import incident_folder
from incidentctl.git.objects import Objects
from incidentctl.git.run import Git
from incidentctl.record.store import changes
from incidentctl.record.store.compare import compare

pytestmark = pytest.mark.both_formats

FOLDER = incident_folder(INCIDENT)


class Invaded(Team):
    """Ann and Bob, up to date, and somebody who pushes to the branch with git alone."""

    def __init__(self, *clones: Clone) -> None:
        super().__init__(*clones)
        self.known = say(self.ann, facts.Declared("a"), facts.Noted("b"))
        shared(self.ann, self.bob)

    def blob(self, text: str) -> str:
        return self.remote.git("hash-object", "-w", "--stdin", data=text).strip()

    def tree(self, *lines: str, of: str = "") -> str:
        """A folder of some lines, and of those that another one has under other names."""
        own = {line.partition("\t")[2] for line in lines}
        before = self.remote.git("ls-tree", of).splitlines() if of else []
        kept = [line for line in before if line.partition("\t")[2] not in own]
        return self.remote.git("mktree", data="\n".join([*kept, *lines]) + "\n").strip()

    def push(self, tree: str) -> str:
        commit = self.remote.git("commit-tree", "-m", "x", "-p", BRANCH, tree).strip()
        self.remote.git("update-ref", BRANCH, commit)
        return commit

    def put(self, path: str, line: str) -> str:
        """Put one line into a folder of the branch, and commit that."""
        *folders, _ = path.split("/")
        for depth in range(len(folders), 0, -1):
            place = "/".join(folders[:depth])
            there = tip(self.remote, f"{BRANCH}:{place}")
            line = f"040000 tree {self.tree(line, of=there)}\t{folders[depth - 1]}"
        return self.push(self.tree(line, of=BRANCH))

    def bomb(self, levels: int) -> str:
        """A folder of ten to the power of `levels` files, in a few hundred bytes."""
        blob = self.blob("hi")
        tree = self.tree(*(f"100644 blob {blob}\tf{n}" for n in range(10)))
        for _ in range(levels - 1):
            tree = self.tree(*(f"040000 tree {tree}\td{n}" for n in range(10)))
        return tree


@pytest.fixture
def team(remote: Clone, ann: Clone, bob: Clone) -> Invaded:
    return Invaded(remote, ann, bob)


@pytest.mark.parametrize(
    "place",
    [
        "zbomb", "incidents/zbomb", "incidents/2026/zbomb", "incidents/2026/11/zbomb",
        f"{FOLDER}/zbomb", f"{FOLDER}/events/zbomb", "purged/zbomb",
        "incidents/2026/11/inc-20261124-1401-zzz", f"{FOLDER}/log.md",
    ],
)  # fmt: skip
def test_folders_in_folders_are_one_path_and_are_never_entered(team: Invaded, place: str) -> None:
    tree = team.bomb(20)
    team.put(place, f"040000 tree {tree}\t{place.rpartition('/')[2]}")
    say(team.ann, facts.Noted("c"))
    notes = shared(team.ann).notes  # whoever enters a folder of 10^20 files never comes back
    assert any(place in note or f"{place}/d0" in note for note in notes)
    shared(team.bob, team.ann)
    assert tip(team.ann, LOG_REF) == tip(team.bob, LOG_REF) == tip(team.remote, BRANCH)
    assert not tip(team.remote, f"{BRANCH}:zbomb")


def test_one_folder_under_very_many_names_is_refused_until_the_remote_is_repaired(
    team: Invaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MAX_CHANGES", 2_000)
    good = tip(team.remote, BRANCH)
    blob = team.blob("hi")
    events = team.tree(
        *(f"100644 blob {blob}\t{event(facts.Noted('x')).id}-noted.json" for _ in range(100))
    )
    incident = team.tree(f"040000 tree {events}\tevents")
    names = [f"inc-20261101-{n // 60:02}{n % 60:02}-bcd" for n in range(100)]
    month = team.tree(*(f"040000 tree {incident}\t{name}" for name in names))
    team.put("incidents/2026/12", f"040000 tree {month}\t12")
    team.put("incidents/2026/11", f"040000 tree {month}\t11")
    say(team.ann, facts.Noted("c"))
    for _ in range(2):
        done = exchange(team.ann)
        assert done.state == "misconfigured"
        assert "more than 2,000 files" in str(done.reason)
    assert len(opened(team.ann).ids()) == 1  # nor does a reader pay for it
    late = clone_of(team.remote, "late")
    assert exchange(late).state == "misconfigured"
    team.remote.git("update-ref", BRANCH, good)
    shared(team.ann, team.bob, late)
    assert tip(team.ann, LOG_REF) == tip(team.bob, LOG_REF) == tip(late, LOG_REF)


def test_very_many_lines_that_both_have_are_not_read_over_and_over(
    team: Invaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_MAX_LINES", 3)
    say(team.bob, facts.Noted("c"))
    shared(team.bob)
    assert exchange(team.ann).state == "misconfigured"


def test_names_of_any_length_and_with_any_sign_end_nothing(team: Invaded) -> None:
    text = encode(event(facts.Noted("x"))).decode()
    names = [
        f"{event(facts.Noted('x')).id}-{'a' * 200}.json",
        f"{event(facts.Noted('x')).id}-{'a' * 40}.json",
        "z" * 3000,
        "é" * 100,
    ]
    data = f"commit {BRANCH}\ncommitter U <u@x> 1 +0000\ndata 1\nx\nfrom {BRANCH}^0\n"
    for name in names:
        for folder in (f"{FOLDER}/events", FOLDER, "incidents", "purged"):
            data += f"M 100644 inline {folder}/{name}\ndata {len(text)}\n{text}\n"
    strange = f"{event(facts.Noted('x')).id}-noted\\n.json"
    data += f'M 100644 inline "{FOLDER}/events/{strange}"\ndata {len(text)}\n{text}\n'
    team.remote.git("fast-import", "--quiet", data=data)
    say(team.ann, facts.Noted("c"))
    shared(team.ann, team.bob, clone_of(team.remote, "late"), team.ann, team.bob)
    assert tip(team.ann, LOG_REF) == tip(team.bob, LOG_REF) == tip(team.remote, BRANCH)
    listed = team.remote.git("ls-tree", "-r", "--name-only", BRANCH).splitlines()
    assert len(listed) == len(team.known) + 2


def test_an_event_that_somebody_broke_is_put_back(team: Invaded) -> None:
    path = f"{FOLDER}/events/{team.known[1]}-noted.json"
    for line in (
        f"100644 blob {team.blob('{torn')}", f"120000 blob {team.blob('/etc/passwd')}",
        f"040000 tree {team.bomb(2)}",
    ):  # fmt: skip
        team.put(path, f"{line}\t{path.rpartition('/')[2]}")
        shared(team.ann, team.bob)
        whole = team.ann.git("show", f"{LOG_REF}:{path}")
        assert "alice" in whole
        assert team.remote.git("show", f"{BRANCH}:{path}") == whole


def test_objects_answers_for_what_is_no_name(clone: Clone) -> None:
    git = Git(clone.git_dir, {})
    with Objects(git) as objects:
        names = ["HEAD:", "a\nHEAD:", "x" * 100_000, "HEAD:" + "y" * 5_000, "HEAD:file.txt"]
        found = list(objects.many(names * 150))
    assert [each and each.type for each in found] == ["tree", None, None, None, "blob"] * 150


def test_a_comparison_sees_both_sides(team: Invaded) -> None:
    old = tip(team.ann, LOG_REF)
    new = say(team.ann, facts.Noted("c"))[0]
    git = Git(team.ann.git_dir, {})
    there = compare(git, old, tip(team.ann, LOG_REF))
    back = compare(git, tip(team.ann, LOG_REF), old)
    assert list(there.added[INCIDENT]) == [f"{new}-noted.json"]
    assert back.missing == {INCIDENT: {f"{new}-noted.json"}}
    assert (there.follows, back.follows) == (True, False)


def test_a_purge_brings_in_nothing_that_is_none_of_the_record(team: Invaded) -> None:
    """The chain that took the place of another one may hold what was never carried before."""
    root = tip(team.remote, BRANCH)
    for path in ("secret.env", f"{FOLDER}/events/{'n' * 200}", "incidents/notes/x.txt"):
        name = path.rpartition("/")[2]
        team.put(path, f"100644 blob {team.blob('a secret')}\t{name}")
    marker = "purged/01M8765GG1993JZZ2RC3PY935S.json"
    blob = team.blob(json.dumps({"v": 1, "replaces": [root]}))
    team.put(marker, f"100644 blob {blob}\t{marker.rpartition('/')[2]}")
    tree = tip(team.remote, f"{BRANCH}^{{tree}}")
    team.remote.git("update-ref", BRANCH, team.remote.git("commit-tree", "-m", "x", tree).strip())
    new = say(team.ann, facts.Noted("only here"))
    shared(team.ann, team.bob)
    assert tip(team.ann, LOG_REF) == tip(team.bob, LOG_REF) == tip(team.remote, BRANCH)
    listed = team.ann.git("ls-tree", "-r", "--name-only", LOG_REF).split()
    assert {Path(path).name[:26] for path in listed if "/events/" in path} == {*team.known, *new}
    assert {path for path in listed if "/events/" not in path} == {f"{FOLDER}/log.md", marker}


@pytest.mark.parametrize(
    "place", ["incidents", "incidents/2026", "incidents/2026/11", FOLDER, f"{FOLDER}/events"]
)
def test_another_repository_in_place_of_a_folder_is_no_damage(team: Invaded, place: str) -> None:
    """As `git add` of a folder with a .git of its own makes it."""
    somewhere = "1" * len(tip(team.ann, LOG_REF))
    team.put(place, f"160000 commit {somewhere}\t{place.rpartition('/')[2]}")
    team.ann.git("fetch", "-q", "origin", f"+{BRANCH}:refs/remotes/origin/incident-log")
    assert [head.id for head in opened(team.ann).open_heads()] == [INCIDENT]
    say(team.ann, facts.Noted("c"))
    shared(team.ann, team.bob, team.ann)
    assert tip(team.ann, LOG_REF) == tip(team.bob, LOG_REF) == tip(team.remote, BRANCH)
    assert set(team.known) < set(team.bob.logged_ids())
