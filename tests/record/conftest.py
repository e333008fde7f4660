"""Real repositories, with the user's git configuration shut out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.record.kit import SHUT_OUT, Clone, make_clone
from tests.record.sharing import Team, first_clone_of, make_remote


@pytest.fixture(autouse=True)
def _no_user_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SHUT_OUT.items():
        monkeypatch.setenv(name, value)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_formats"):
        metafunc.parametrize("_format", ["sha1", "sha256"], indirect=True)


@pytest.fixture(autouse=True)
def _format(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each new repository of the test have ids in a format; clones have their remote's."""
    monkeypatch.setenv("GIT_DEFAULT_HASH", getattr(request, "param", "sha1"))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A repository with one commit, and its record."""
    return make_clone(tmp_path / "clone")


@pytest.fixture
def remote(tmp_path: Path) -> Clone:
    """A bare repository with a branch of the team's own."""
    return make_remote(tmp_path)


@pytest.fixture
def ann(remote: Clone) -> Clone:
    """A clone of the remote."""
    return first_clone_of(remote, "ann")


@pytest.fixture
def bob(remote: Clone) -> Clone:
    """Another one."""
    return first_clone_of(remote, "bob")


@pytest.fixture
def team(remote: Clone, ann: Clone, bob: Clone) -> Team:
    """The remote and both clones."""
    return Team(remote, ann, bob)
