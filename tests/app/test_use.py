"""`use` saves the default repository."""

from __future__ import annotations

import pytest

from incidentctl.app.setup.use import use
from incidentctl.errors import EnvironmentFailedError, NotFoundError


def test_keeps_the_root_of_the_folder(tmp_path):
    (tmp_path / "incidentctl.yaml").touch()
    (tmp_path / "services").mkdir()
    config = tmp_path / "config" / "incidentctl" / "config.json"
    assert use(tmp_path / "services", config) == tmp_path
    assert config.read_text() == f'{{"repository": "{tmp_path}"}}\n'
    assert [path.name for path in config.parent.iterdir()] == ["config.json"]


@pytest.mark.parametrize("name", [".", "nowhere"])
def test_refuses_a_folder_without_marker(tmp_path, name):
    with pytest.raises(NotFoundError, match=r"incidentctl\.yaml"):
        use(tmp_path / name, tmp_path / "config.json")
    assert not (tmp_path / "config.json").exists()


def test_a_configuration_that_cannot_be_written(tmp_path):
    (tmp_path / "incidentctl.yaml").touch()
    with pytest.raises(EnvironmentFailedError):
        use(tmp_path, tmp_path / "incidentctl.yaml" / "config.json")
