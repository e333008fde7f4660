"""A room of a clone in this process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.serve.room.browser import Browser, Rooms, enter

from incidentctl.app.workspace import places
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.serve.room.server import RoomServer


@pytest.fixture
def team(example, tmp_path) -> Path:
    folder = tmp_path / "team"
    shutil.copytree(example, folder, symlinks=True)
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
