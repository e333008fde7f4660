"""`incidentctl drill seal` and `unseal`, with keys of age and SSH, beside the program age."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys

import pytest

HALF = """\
what: User login on staging
team: orders
commander: omar
mitigator: sanne
at: 2026-03-29T10:30
how: Dropping the token database
why: To exercise the orders team
saboteur: greta
readers: [greta, omar]
"""
PUBLIC = """\
name: q1
mode: unplanned
window: {from: 2026-03-29T09:00, to: 2026-03-29T15:00}
why: To exercise our response to an incident
"""
PLAIN, SEALED = "drills/q1.private.yaml", "drills/q1.private.yaml.age"


def ssh_key(path, *, kind="ed25519", passphrase=""):
    options = ["-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path)]
    subprocess.run(["ssh-keygen", *options], check=True)
    return path.with_name(f"{path.name}.pub").read_text().strip()


def age_key(path):
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    path.write_text(f"# created by a test\n{identity}\n")
    return str(identity.to_public())


@pytest.fixture
def keys(tmp_path):
    """Greta's is of age, omar's of SSH."""
    folder = tmp_path / "keys"
    folder.mkdir()
    return {"greta": age_key(folder / "greta"), "omar": ssh_key(folder / "omar")}, folder


def give(team, who, key):
    path = team / "teams/orders.yaml"
    text = path.read_text()
    assert f"handle: {who}, " in text
    path.write_text(text.replace(f"handle: {who}, ", f'handle: {who}, age_key: "{key}", '))


@pytest.fixture
def planned(team, keys):
    (team / "drills").mkdir()
    (team / ".gitignore").write_text("drills/*.private.yaml\n")
    (team / PLAIN).write_text(HALF)
    (team / "drills/q1.yaml").write_text(PUBLIC)
    for who, key in keys[0].items():
        give(team, who, key)
    return team


@pytest.mark.parametrize("who", ["greta", "omar"])
def test_each_reader_opens_what_is_sealed(run, planned, keys, who):
    sealed = run("drill", "seal", "Q1", "--json")
    assert sealed.json["readers"] == ["greta", "omar"]
    assert "token" not in (planned / SEALED).read_text()
    assert (planned / SEALED).read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----\n")
    (planned / PLAIN).unlink()
    opened = run("drill", "unseal", "q1", "--identity", str(keys[1] / who))
    assert (opened.code, opened.out) == (0, f"{PLAIN}\n"), opened.err
    assert (planned / PLAIN).read_text() == HALF
    assert stat.S_IMODE((planned / PLAIN).stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_ssh_key_of_each_kind_opens_what_was_sealed_for_it(run, planned, tmp_path, kind):
    public = ssh_key(tmp_path / "key", kind=kind)
    assert public.startswith(f"ssh-{kind} ")
    give(planned, "sanne", f"{public} sanne@host")
    half = HALF.replace("[greta, omar]", "[sanne]")
    (planned / PLAIN).write_text(half)
    assert run("drill", "seal", "q1", "--json").json["readers"] == ["sanne"]
    assert "token" not in (planned / SEALED).read_text()
    (planned / PLAIN).unlink()
    assert run("drill", "unseal", "q1", "--identity", str(tmp_path / "key")).code == 0
    assert (planned / PLAIN).read_text() == half
    assert run("drill", "seal", "q1", "--json").json["outcome"] == "unchanged"


def test_git_takes_the_sealed_half_only(run, planned, git):
    assert run("drill", "seal", "q1").code == 0
    git(planned, "add", "-A")
    assert git(planned, "ls-files", "drills").split() == [SEALED, "drills/q1.yaml"]


def test_it_is_sealed_again_only_if_something_changed(run, planned, keys):
    assert run("drill", "seal", "q1", "--json").json["outcome"] == "sealed"
    first = (planned / SEALED).read_bytes()
    assert run("drill", "seal", "q1", "--json").json["outcome"] == "unchanged"
    assert (planned / SEALED).read_bytes() == first
    (planned / PLAIN).write_text(HALF.replace("10:30", "10:45"))
    assert run("drill", "seal", "q1", "--json").json["outcome"] == "sealed"
    second = (planned / SEALED).read_bytes()
    give(planned, "sanne", age_key(keys[1] / "sanne"))
    assert run("drill", "seal", "q1", "--json").json["outcome"] == "unchanged"
    (planned / PLAIN).write_text(
        HALF.replace("10:30", "10:45").replace("[greta, omar]", "[greta, sanne]")
    )
    assert run("drill", "seal", "q1", "--json").json["readers"] == ["greta", "sanne"]
    assert len({first, second, (planned / SEALED).read_bytes()}) == 3


def test_another_clone_that_opened_it_does_not_seal_it_again(run, planned, keys, git):
    run("drill", "seal", "q1")
    (planned / PLAIN).unlink()
    shutil.rmtree(planned / ".git/incidentctl")
    assert run("drill", "unseal", "q1", "--identity", str(keys[1] / "omar")).code == 0
    assert run("drill", "seal", "q1", "--json").json["outcome"] == "unchanged"


def test_a_sealed_half_of_a_colleague_is_not_overwritten(run, planned):
    run("drill", "seal", "q1")
    shutil.rmtree(planned / ".git/incidentctl")
    before = (planned / SEALED).read_bytes()
    refused = run("drill", "seal", "q1")
    assert (refused.code, refused.out) == (5, "")
    assert "perhaps by a colleague" in refused.err
    assert (planned / SEALED).read_bytes() == before


def test_a_reader_removed_cannot_open_the_new_file(run, planned, keys):
    assert "Earlier readers" not in run("drill", "seal", "q1").err  # there is no old version
    (planned / PLAIN).write_text(HALF.replace("[greta, omar]", "[greta]"))
    again = run("drill", "seal", "q1")
    assert again.code == 0
    assert "Earlier readers can still open the old version" in again.err
    (planned / PLAIN).unlink()
    refused = run("drill", "unseal", "q1", "--identity", str(keys[1] / "omar"))
    assert (refused.code, refused.out) == (5, "")
    assert "not sealed for your key" in refused.err
    assert not (planned / PLAIN).exists()
    assert run("drill", "unseal", "q1", "--identity", str(keys[1] / "greta")).code == 0


def test_a_lead_whom_the_drill_surprises_is_no_reader_where_nobody_is_named(run, planned):
    half = HALF.replace("readers: [greta, omar]\n", "").replace("saboteur: greta", "saboteur: omar")
    who = next(line for line in half.splitlines() if line.startswith("commander: "))
    (planned / PLAIN).write_text(half.replace(who, "commander: greta"))
    private = run("drill", "plan", "q1", "--audience", "private").out
    assert "greta" not in private.split("Readers")[1]
    # Who seals it has read it.
    assert run("drill", "seal", "q1", "--json").json["readers"] == ["omar", "greta"]


def test_the_lead_reads_where_nobody_is_named(run, planned):
    (planned / PLAIN).write_text(HALF.replace("readers: [greta, omar]\n", ""))
    assert run("drill", "seal", "q1", "--json").json["readers"] == ["greta"]


def test_who_causes_it_reads_where_nobody_is_named_and_who_has_no_key_is_told(run, planned):
    half = HALF.replace("readers: [greta, omar]\n", "").replace("saboteur: greta", "saboteur: omar")
    (planned / PLAIN).write_text(half)
    assert run("drill", "seal", "q1", "--json").json["readers"] == ["greta", "omar"]
    (planned / SEALED).unlink()
    (planned / PLAIN).write_text(half.replace("saboteur: omar", "saboteur: sanne"))
    done = run("drill", "seal", "q1")
    assert done.code == 0
    assert "Cannot read it, without an `age_key`: sanne." in done.err


def test_the_usual_keys_are_found(run, planned, keys, monkeypatch, tmp_path):
    run("drill", "seal", "q1")
    (planned / PLAIN).unlink()
    assert run("drill", "unseal", "q1").code == 3, "no key anywhere"
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    shutil.copy(keys[1] / "omar", home / ".ssh/id_ed25519")
    assert run("drill", "unseal", "q1").code == 0
    (planned / PLAIN).unlink()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    (home / ".ssh/id_ed25519").unlink()
    ssh_key(home / ".ssh/id_ed25519", passphrase="of no use here")
    ssh_key(home / ".ssh/id_rsa", kind="rsa")
    locked = run("drill", "unseal", "q1")
    assert (locked.code, "protected by a passphrase" in locked.err) == (5, True)
    (home / "config/incidentctl").mkdir(parents=True)
    shutil.copy(keys[1] / "greta", home / "config/incidentctl/age.txt")
    assert run("drill", "unseal", "q1").code == 0


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("age1nokey", "The age_key of greta is neither an age recipient nor an SSH public key"),
        ("ssh-ed25519 AAAA", "The age_key of greta is no whole ssh-ed25519 key"),
        ("sk-ssh-ed25519@openssh.com AAAA", "The age_key of greta is an SSH key of a kind"),
        ("AGE-SECRET-KEY-1QQPQYQQQPQYQQQPQYQQQ", "The age_key of greta is an age secret key"),
        (None, "No `age_key` to seal for: greta"),
    ],
)
def test_keys_that_cannot_seal(run, team, planned, keys, key, said):
    path = team / "teams/orders.yaml"
    text = path.read_text().replace(f'age_key: "{keys[0]["greta"]}", ', "")
    path.write_text(text)
    if key:
        give(team, "greta", key)
    refused = run("drill", "seal", "q1")
    assert (refused.code, refused.out) == (4, "")
    assert said in refused.err
    if key:
        assert "error: teams/orders.yaml:7:30: " in refused.err
        assert "It is a public key: age1… of `age-keygen`" in refused.err
    assert "QQPQYQ" not in refused.err
    assert not (planned / SEALED).exists()


def test_a_key_with_a_passphrase(run, planned, tmp_path):
    run("drill", "seal", "q1")
    ssh_key(tmp_path / "locked", passphrase="a secret")
    refused = run("drill", "unseal", "q1", "--identity", str(tmp_path / "locked"))
    assert refused.code == 5
    assert "protected by a passphrase" in refused.err
    assert "age -d -i" in refused.err


@pytest.mark.parametrize(
    "content", ["", "junk\n", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "# x\n"]
)
def test_an_identity_that_is_no_key(run, planned, tmp_path, content):
    run("drill", "seal", "q1")
    (tmp_path / "junk").write_text(content)
    refused = run("drill", "unseal", "q1", "--identity", str(tmp_path / "junk"))
    assert refused.code == 4
    assert "is not a key" in refused.err
    assert run("drill", "unseal", "q1", "--identity", str(tmp_path / "absent")).code == 3


def test_a_sealed_half_that_somebody_edited(run, planned, keys):
    run("drill", "seal", "q1")
    (planned / PLAIN).unlink()
    lines = (planned / SEALED).read_text().splitlines(keepends=True)
    for damaged in (
        lines[:-2] + lines[-1:],
        [*lines[:-2], "AAAA\n", lines[-1]],
        ["name: q1\n"],
        [],
    ):
        (planned / SEALED).write_text("".join(damaged))
        refused = run("drill", "unseal", "q1", "--identity", str(keys[1] / "greta"))
        assert refused.code == 4, damaged
        assert f"{SEALED} is damaged, or somebody edited it" in refused.err
        assert f"Take it from an earlier commit (`git log -- {SEALED}`)" in refused.err
        assert not (planned / PLAIN).exists()


def test_what_is_written_already_is_left_alone(run, planned, keys):
    run("drill", "seal", "q1")
    identity = ("--identity", str(keys[1] / "greta"))
    assert run("drill", "unseal", "q1", *identity, "--json").json["outcome"] == "unchanged"
    (planned / PLAIN).write_text(HALF + "# mine\n")
    refused = run("drill", "unseal", "q1", *identity)
    assert refused.code == 5
    assert (planned / PLAIN).read_text() == HALF + "# mine\n"


def test_without_the_extra_it_says_what_to_install(run, planned, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyrage", None)
    refused = run("drill", "seal", "q1")
    assert refused.code == 6
    assert "pip install '.[seal]'" in " ".join(refused.err.split())
    assert "Traceback" not in refused.err


def test_nothing_to_seal_or_open(run, planned):
    (planned / PLAIN).unlink()
    assert run("drill", "seal", "q1").code == 3
    assert run("drill", "unseal", "q1").code == 3
    assert run("drill", "seal", "q9").code == 3


@pytest.mark.parametrize(
    "arguments", [("plan", "q1", "--audience", "private"), ("run", "q1"), ("check", "q1")]
)
def test_where_only_the_sealed_half_is_it_says_how_to_open_it(run, planned, arguments):
    run("drill", "seal", "q1")
    (planned / PLAIN).unlink()
    refused = run("drill", *arguments)
    assert (refused.code, refused.out) == (3 if "check" in arguments else 5, "")
    assert "`incidentctl drill unseal q1`" in refused.err


@pytest.fixture
def age():
    if shutil.which("age") is None:
        if os.environ.get("INCIDENTCTL_REQUIRE_ALL") == "1":
            pytest.fail("age is missing")
        pytest.skip("age is not installed")
    return "age"


@pytest.mark.parametrize("who", ["greta", "omar"])
def test_the_program_age_opens_what_is_sealed_here(run, planned, keys, age, who):
    run("drill", "seal", "q1")
    command = [age, "-d", "-i", str(keys[1] / who), str(planned / SEALED)]
    opened = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert opened.startswith(HALF)
    assert opened.removeprefix(HALF).startswith("# sealed for: ")


def test_the_program_age_cannot_open_the_new_file_with_a_removed_reader_s_key(
    run, planned, keys, age
):
    run("drill", "seal", "q1")
    (planned / PLAIN).write_text(HALF.replace("[greta, omar]", "[greta]"))
    run("drill", "seal", "q1")
    codes = [
        subprocess.run(
            [age, "-d", "-i", str(keys[1] / who), str(planned / SEALED)],
            check=False,
            capture_output=True,
        ).returncode
        for who in ("greta", "omar")
    ]
    assert codes == [0, 1]


@pytest.mark.parametrize("armor", [["--armor"], []])
def test_what_the_program_age_sealed_is_opened_here(run, planned, keys, age, armor):
    command = [age, *armor, "-r", keys[0]["greta"], "-o", str(planned / SEALED)]
    subprocess.run([*command, str(planned / PLAIN)], check=True)
    (planned / PLAIN).unlink()
    opened = run("drill", "unseal", "q1", "--identity", str(keys[1] / "greta"))
    assert opened.code == 0, opened.err
    assert (planned / PLAIN).read_text() == HALF
    assert run("drill", "seal", "q1", "--json").json["outcome"] == "sealed", "for whom is not known"


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "elsewhere", "nowhere"])
def test_nothing_is_sealed_into_or_opened_from_a_link(run, planned, keys, tmp_path, target):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (planned / SEALED).symlink_to(target if target[0] == "/" else tmp_path / target)
    sealed = run("drill", "seal", "q1")
    assert (sealed.code, "Sealed" in sealed.err) == (5, False)
    assert "link that leaves the repository" in sealed.err
    (planned / PLAIN).unlink()
    opened = run("drill", "unseal", "q1", "--identity", str(keys[1] / "greta"))
    assert (opened.code, opened.out) == (5, "")
    assert not (planned / PLAIN).exists()
    assert elsewhere.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("target", ["/dev/zero", "elsewhere", "nowhere"])
def test_what_is_opened_is_not_written_through_a_link(run, planned, keys, tmp_path, target):
    assert run("drill", "seal", "q1").code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(HALF)
    (planned / PLAIN).unlink()
    (planned / PLAIN).symlink_to(target if target[0] == "/" else tmp_path / target)
    opened = run("drill", "unseal", "q1", "--identity", str(keys[1] / "greta"))
    assert opened.code == 5, opened.err
    assert not (tmp_path / "nowhere").exists()
    assert elsewhere.read_text() == HALF


def test_a_private_half_is_its_owners_alone_from_its_first_byte(run, planned, keys, monkeypatch):
    assert run("drill", "seal", "q1").code == 0
    (planned / PLAIN).unlink()
    seen = []
    real = os.open

    def look(path, flags, mode=0o777, **more):
        handle = real(path, flags, mode, **more)
        if flags & os.O_CREAT and "drills" in str(path):
            seen.append(
                (os.fspath(path).rpartition("/")[2], stat.S_IMODE(os.fstat(handle).st_mode))
            )
        return handle

    monkeypatch.setattr(os, "open", look)
    assert run("drill", "unseal", "q1", "--identity", str(keys[1] / "greta")).code == 0
    ((name, mode),) = seen
    assert mode == 0o600
    assert name.endswith("q1.private.yaml"), "git ignores it also before it has its name"
    asked = ["git", "-C", planned, "check-ignore", "-q", f"drills/{name}"]
    assert subprocess.run(asked, check=False).returncode == 0
