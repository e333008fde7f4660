"""A folder of pages: only what changed is written, and nothing foreign is touched."""

from __future__ import annotations

import json

import pytest

from incidentctl.errors import EnvironmentFailedError, RefusedError
from incidentctl.files.site import MANIFEST, Part, write_site


def parts(**texts):
    return {
        path.replace("__", "/"): Part(text, lambda text=text: text.encode())
        for path, text in texts.items()
    }


def never():
    raise AssertionError("made again")


def test_only_what_changed_is_written(tmp_path):
    first = write_site(tmp_path, parts(index="a", in__one="1", in__two="2"))
    assert (first.written, first.same, first.removed) == (3, 0, 0)
    kept = {"index": Part("a", never), "in/one": Part("1", never)}
    second = write_site(tmp_path, kept | parts(in__two="3"))
    assert (second.written, second.same, second.removed) == (1, 2, 0)
    assert (tmp_path / "in/two").read_text() == "3"


def test_without_a_key_it_is_made_and_compared(tmp_path):
    made = {"index": Part(None, lambda: b"a")}
    write_site(tmp_path, made)
    before = (tmp_path / "index").stat().st_mtime_ns
    assert write_site(tmp_path, made).written == 0
    assert (tmp_path / "index").stat().st_mtime_ns == before


def test_what_is_no_part_any_more_goes_with_its_folder(tmp_path):
    write_site(tmp_path, parts(index="a", old__one="1", old__two="2"))
    (tmp_path / "old/two").write_text("changed by hand")
    (tmp_path / "old/foreign").write_text("foreign")
    done = write_site(tmp_path, parts(index="a"))
    assert (done.removed, done.left) == (1, ("old/two",))
    assert sorted(path.name for path in (tmp_path / "old").iterdir()) == ["foreign", "two"]
    write_site(tmp_path, parts(index="a", new__one="1"))
    write_site(tmp_path, parts(index="a"))
    assert not (tmp_path / "new").exists()


def test_a_file_that_was_removed_by_hand_comes_again(tmp_path):
    write_site(tmp_path, parts(index="a", other="b"))
    (tmp_path / "index").unlink()
    (tmp_path / "other").write_text("longer by hand")
    assert write_site(tmp_path, parts(index="a", other="b")).written == 2
    assert (tmp_path / "index").read_text() == "a"


def test_a_foreign_file_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "index").write_text("foreign")
    (tmp_path / "notes").write_text("foreign")
    with pytest.raises(RefusedError, match="index was not written by this program"):
        write_site(tmp_path, parts(index="a", other="b"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "notes"]
    assert (tmp_path / "index").read_text() == "foreign"


def test_foreign_files_elsewhere_stay(tmp_path):
    (tmp_path / "CNAME").write_text("foreign")
    write_site(tmp_path, parts(index="a"))
    assert (tmp_path / "CNAME").read_text() == "foreign"


@pytest.mark.parametrize("name", ["in", "in/one"])
def test_a_link_in_the_way_is_refused(tmp_path, name):
    outside, folder = tmp_path / "outside", tmp_path / "page"
    outside.mkdir()
    write_site(folder, parts(index="a", in__one="1"))
    if name == "in":
        (folder / "in/one").unlink()
        (folder / "in").rmdir()
    else:
        (folder / "in/one").unlink()
    (folder / name).symlink_to(outside)
    with pytest.raises(RefusedError):
        write_site(folder, parts(index="b", in__one="2"))
    assert list(outside.iterdir()) == []
    assert (folder / "index").read_text() == "a"


def test_through_a_link_nothing_is_removed(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "page"
    outside.mkdir()
    (outside / "one").write_text("1")
    write_site(folder, parts(index="a", in__one="1"))
    (folder / "in/one").unlink()
    (folder / "in").rmdir()
    (folder / "in").symlink_to(outside)
    assert write_site(folder, parts(index="a")).left == ("in/one",)
    assert (outside / "one").read_text() == "1"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"written_by": 1, "files": {}}', "\x00"])
def test_a_damaged_list_is_refused(tmp_path, text):
    write_site(tmp_path, parts(index="a"))
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(RefusedError, match="is damaged"):
        write_site(tmp_path, parts(index="b"))


def test_a_path_in_the_list_that_leads_out_removes_nothing(tmp_path):
    outside, folder = tmp_path / "precious", tmp_path / "page"
    outside.write_text("1")
    write_site(folder, parts(index="a"))
    listed = json.loads((folder / MANIFEST).read_text())
    digest = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"  # of "1"
    listed["files"]["../precious"] = [None, digest, 1]
    (folder / MANIFEST).write_text(json.dumps(listed))
    with pytest.raises(RefusedError, match="is damaged"):
        write_site(folder, parts(index="a"))
    assert outside.exists()


def test_after_a_crash_it_goes_on(tmp_path):
    def fails():
        raise OSError(28, "No space left on device")

    with pytest.raises(EnvironmentFailedError, match="No space left"):
        write_site(tmp_path, {**parts(index="a"), "other": Part(None, fails)})
    assert write_site(tmp_path, parts(index="a", other="b")).written == 1


def test_the_folder_of_the_team_is_no_folder_for_pages(tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("")
    with pytest.raises(RefusedError, match="a folder of its own"):
        write_site(tmp_path, parts(index="a"))


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "page").write_text("")
    with pytest.raises(RefusedError, match="is not a folder"):
        write_site(tmp_path / "page", parts(index="a"))
