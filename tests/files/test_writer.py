"""Only new files, and only inside of the root."""

from __future__ import annotations

import pytest

from incidentctl.errors import EnvironmentFailedError, RefusedError
from incidentctl.files.writer import write_new


def test_writes_new_files_with_their_folders(tmp_path):
    done = write_new(tmp_path, {"a/b/c.yaml": "é\n", "d.yaml": "d\n"})
    assert done.written == ("a/b/c.yaml", "d.yaml")
    assert (tmp_path / "a/b/c.yaml").read_bytes() == "é\n".encode()


@pytest.mark.parametrize("there", ["a.yaml", "A.yaml", "a.yml"])
def test_keeps_what_exists_also_by_another_case_or_ending(tmp_path, there):
    (tmp_path / there).write_text("mine")
    done = write_new(tmp_path, {"a.yaml": "theirs"})
    assert done.kept == ("a.yaml",)
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_a_link_at_the_end_is_neither_followed_nor_replaced(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    (root / "a.yaml").symlink_to(outside)
    assert write_new(root, {"a.yaml": "x"}).kept == ("a.yaml",)
    assert not outside.exists()


def test_a_link_out_of_the_root_is_refused_before_anything_is_written(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "services").symlink_to(outside)
    with pytest.raises(RefusedError, match="symbolic link"):
        write_new(root, {"first.yaml": "x", "services/a.yaml": "x"})
    assert not (root / "first.yaml").exists()
    assert not list(outside.iterdir())


@pytest.mark.parametrize("path", ["../a.yaml", "/etc/a.yaml", "a/../../b.yaml", ""])
def test_a_path_that_leads_out_is_refused(tmp_path, path):
    with pytest.raises(RefusedError):
        write_new(tmp_path / "root", {path: "x"})


def test_a_failure_takes_back_what_was_written(tmp_path):
    (tmp_path / "teams").write_text("a file where a folder belongs")
    with pytest.raises(EnvironmentFailedError, match="teams"):
        write_new(tmp_path, {"a.yaml": "x", "teams/core.yaml": "x"})
    assert [path.name for path in tmp_path.iterdir()] == ["teams"]
