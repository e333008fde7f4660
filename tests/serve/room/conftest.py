"""A room of a clone in this process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.serve.room.browser import Browser, Rooms, enter

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.serve.room.server import RoomServer

EXAMPLE = Path(__file__).parents[3] / "examples" / "otel-demo"


@pytest.fixture(scope="session")
def _example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("room") / "team"
    shutil.copytree(EXAMPLE, folder)
    for arguments in (
        ["init", "-q", "-b", "main", "--template="],
        ["config", "user.name", "Greta Lindqvist"],
        ["config", "user.email", "greta@astronomy-shop.example"],
        ["add", "-A"],
        ["commit", "-q", "-m", "The catalog"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder


@pytest.fixture
def team(_example, tmp_path):
    folder = tmp_path / "team"
    shutil.copytree(_example, folder, symlinks=True)
    return folder


@pytest.fixture
def rooms() -> Iterator[Rooms]:
    found = Rooms()
    yield found
    found.stop()


@pytest.fixture
def server(team, rooms) -> RoomServer:
    """The room of a clone."""
    return rooms.start(team)


@pytest.fixture
def browser(server) -> Browser:
    """A browser in the room of a clone."""
    return enter(server)


@pytest.fixture
def workspace(team) -> Callable[[], Workspace]:
    return lambda: Workspace(places.RepositoryChoice(team, "-C"), dict(os.environ))
