"""What `init` is told: hostile names are refused, with what was typed."""

from __future__ import annotations

import pytest

from incidentctl.app.setup.init_input import (
    Group,
    person,
    read_groups,
    read_name,
    read_names,
    read_organisation,
    read_zone,
)
from incidentctl.errors import UsageError

HOSTILE = [
    "a/b",
    "..",
    ".",
    "../../etc/passwd",
    "/etc/passwd",
    "a\\b",
    "a\nb",
    "a\n",
    "\x1b[2J",
    "a\x00",
    "",
    " ",
    "-rf",
    ".git",
    "a" * 64,
    "ü",
    "\u202eabc",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_refused_and_echoed(text):
    with pytest.raises(UsageError) as refusal:
        read_name(text, "service")
    assert refusal.value.exit_code == 2
    assert refusal.value.echo == text
    assert "\x1b" not in refusal.value.message


@pytest.mark.parametrize("text", [f"good,{text}" for text in HOSTILE] + ["a,,b", "a,A", "a,a"])
def test_a_hostile_name_among_others_is_refused(text):
    with pytest.raises(UsageError):
        read_names(text, "service")


def test_every_wrong_name_is_told_at_once():
    with pytest.raises(UsageError) as refusal:
        read_names("api, a/b, db, Core Services", "service")
    assert "'a/b'" in refusal.value.message
    assert "'Core Services'" in refusal.value.message
    assert refusal.value.hint == "For example a-b. For example core-services."


def test_names_are_read_with_spaces_around():
    assert read_names("auth-api, Auth_db ,x.y", "service") == ("auth-api", "Auth_db", "x.y")


def test_a_refused_name_comes_with_one_that_fits():
    with pytest.raises(UsageError) as refusal:
        read_name("Core Services!", "team")
    assert refusal.value.hint == "For example core-services."


def test_areas():
    assert read_groups(["login", "pay,shop=a"][:1], (), "product area") == (Group("login"),)
    assert read_groups(["login,pay"], (), "product area") == (Group("login"), Group("pay"))
    assert read_groups(["login=A, b"], ("a", "b"), "product area") == (Group("login", ("a", "b")),)


@pytest.mark.parametrize("texts", [["login", "Login"], ["a=x"], ["=a"], ["a="], ["a/b"], [""]])
def test_areas_refused(texts):
    with pytest.raises(UsageError):
        read_groups(texts, ("a",), "product area")


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "\x1b]0;x\x07", "a\u202eb"])
def test_an_organisation_is_a_line_of_text(text):
    with pytest.raises(UsageError):
        read_organisation(text)


def test_an_organisation_may_have_any_letter():
    assert read_organisation(" Müller / Söhne ") == "Müller / Söhne"


@pytest.mark.parametrize("texts", [["a=k,j", "b=k"], ["a=K", "b=j,k"]])
def test_a_service_of_two_teams_is_refused(texts):
    with pytest.raises(UsageError) as refusal:
        read_groups(texts, ("k", "j"), "team")
    assert refusal.value.message == "The teams a and b both name k, and a service has one owner."
    shared = read_groups(texts, ("k", "j"), "product area")
    assert [each.name for each in shared] == ["a", "b"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("asia/calcuta", "Asia/Calcutta"),
        ("kolkata", "Asia/Kolkata"), ("New York", "America/New_York"),
        ("europe/berln", "Europe/Berlin"),
        ("IST", None), ("CEST", None), ("../../etc/passwd", None),
    ],
)  # fmt: skip
def test_a_zone_that_is_nearly_one_is_suggested(typed, meant):
    with pytest.raises(UsageError) as refusal:
        read_zone(typed)
    assert refusal.value.hint == (meant and f"Did you mean {meant!r}?")


def test_a_zone():
    assert read_zone("Europe/Berlin") == "Europe/Berlin"
    assert read_zone("europe/amsterdam ") == "Europe/Amsterdam"
    assert read_zone("utc") == "UTC"
    with pytest.raises(UsageError):
        read_zone("../../etc/passwd")


@pytest.mark.parametrize(
    ("name", "email", "user", "handle"),
    [
        ("Alice Example", "alice@example.com", "root", "alice"),
        ("Alice", "12345+alice-x@users.noreply.github.com", "root", "alice-x"),
        ("Ana Müller", None, "root", "ana-muller"),
        (None, None, "root", "root"),
        ("山田", None, "yamada", "yamada"),
        (None, "山田@例え.jp", "", "me"),
        (None, f"{'a' * 80}@example.com", "", "a" * 63),
    ],
)
def test_whoever_runs_it(name, email, user, handle):
    found = person(name, email, user)
    assert found.handle == handle
    assert found.email == email
