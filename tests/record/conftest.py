"""Real repositories, with the user's git configuration shut out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.record.kit import SHUT_OUT, Clone, make_clone


@pytest.fixture(autouse=True)
def _no_user_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SHUT_OUT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A repository with one commit, and its record."""
    return make_clone(tmp_path / "clone")
