"""Which texts are taken for public keys: those that a plan can be sealed for, and no others."""

from __future__ import annotations

import subprocess

import pytest

from incidentctl.domain.catalog.model import Catalog, CatalogEntry, Source
from incidentctl.domain.catalog.team import Member, Team
from incidentctl.domain.lint.rules.age_keys import key_fault, no_key
from incidentctl.errors import InvalidDataError
from incidentctl.files.drill import sealing

AGE = "age17huluyj46va43z96a0mf3nnasa0clygp8s83s4jr8ht4v3wysv0sc5v45k"
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHmBzaGUnyWiX7cHrm44O8lYxZQ3V3oHcDb2kPjVvqzR"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Public keys as the programs make them, by kind."""
    folder = tmp_path_factory.mktemp("keys")
    found = {}
    for kind in ("ed25519", "rsa", "ecdsa"):
        file = folder / kind
        command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "alice@host", "-f", str(file)]
        subprocess.run(command, check=True)
        found[kind] = file.with_suffix(".pub").read_text().strip()
    return found


def sealable(key: str) -> bool:
    pytest.importorskip("pyrage")
    try:
        sealing.seal(b"x", {"alice": key})
    except InvalidDataError:
        return False
    return True


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_keys_of_ssh_keygen_are_keys(made, kind):
    key = made[kind]
    for each in (key, key.rpartition(" ")[0]):
        assert key_fault(each) is None
        assert sealable(each)
    cut = key.split()[1][:-60]
    assert key_fault(f"ssh-{kind} {cut}") == f"is no whole ssh-{kind} key"
    assert not sealable(f"ssh-{kind} {cut}")


def test_a_kind_that_cannot_be_used_is_told(made):
    assert key_fault(made["ecdsa"]) == (
        "is an SSH key of a kind (ecdsa-sha2-nistp256) that nothing can be sealed for"
    )
    assert not sealable(made["ecdsa"])


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (AGE, None),
        (AGE.upper(), None),
        (AGE[:-1] + "q", "checksum"),
        (AGE.replace("7hu", "7uh"), "checksum"),
        (AGE[:-1], "neither"),
        (f"{AGE} alice", "neither"),
        (AGE[:1].upper() + AGE[1:], "neither"),
        (ED25519.replace("ed25519 ", "rsa "), "no whole ssh-rsa"),
        (f"{ED25519}\nssh-rsa AAAA", "neither"),
        ("ssh-ed25519", "no whole"),
        ("ssh-ed25519 not base64!", "no whole"),
        (ED25519.partition(" ")[2], "neither"),
        ("alice", "neither"),
        ("", "neither"),
    ],
)
def test_what_is_a_key_and_what_is_not(key, said):
    fault = key_fault(key)
    assert (fault is None) if said is None else (said in (fault or ""))
    assert sealable(key) is (said is None)


def told(key):
    team = Team(name="core", members=(Member(handle="alice", age_key=key),))
    entry = CatalogEntry("team", "core", team, Source("teams/core.yaml"))
    return list(no_key(Catalog(teams={"core": team}, entries=(entry,))))


def test_no_key_is_none_and_a_secret_one_is_never_repeated():
    assert told(None) == []
    assert told("alice")[0].code == "IC124"
    (secret,) = told("AGE-SECRET-KEY-1" + "Q" * 58)
    assert "is an age secret key, and everybody with the repository can read it" in secret.message
    assert "QQQ" not in secret.message
