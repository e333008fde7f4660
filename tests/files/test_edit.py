import pytest

from incidentctl.domain.catalog.model import Source
from incidentctl.errors import RefusedError
from incidentctl.files.yaml.edit import set_text

WHEN = "2026-03-20T10:00"


def edited(root, text, source=None):
    file = root / "drills" / "a.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode())
    set_text(root, source or Source("drills/a.yaml"), "sent", WHEN)
    return file.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: a  # ours\nwhy: b\n", f"name: a  # ours\nsent: {WHEN}\nwhy: b\n"),
        ("why: 'ä'\nname: a", f"why: 'ä'\nname: a\nsent: {WHEN}\n"),
        ("name: a\r\nwhy: b\r\n", f"name: a\r\nsent: {WHEN}\r\nwhy: b\r\n"),
        ("\ufeffname: a\n", f"\ufeffname: a\nsent: {WHEN}\n"),
        ("{name: a, why: b} # x\n", f"{{name: a, sent: {WHEN}, why: b}} # x\n"),
        ("name: a\nsent: 2026-01-01T10:00  # x\n", f"name: a\nsent: {WHEN}  # x\n"),
        ('sent: "2026-01-01T10:00"\nname: a\n', f"sent: {WHEN}\nname: a\n"),
        ("name: 'a\n  b'\n", f"name: 'a\n  b'\nsent: {WHEN}\n"),
        ("# sent: x\n\n  name: a\n  why: >\n   b\n", None),
    ],
)
def test_one_value_changes_and_no_other_byte(tmp_path, before, after):
    expected = after or f"# sent: x\n\n  name: a\n  sent: {WHEN}\n  why: >\n   b\n"
    assert edited(tmp_path, before) == expected


def test_the_entry_of_a_list_and_of_a_document(tmp_path):
    text = "- {name: b}\n- why: x\n  name: a\n---\nname: c\n"
    source = Source("drills/a.yaml", 0, 1)
    assert edited(tmp_path, text, source) == text.replace(
        "  name: a\n", f"  name: a\n  sent: {WHEN}\n"
    )
    source = Source("drills/a.yaml", 1)
    assert edited(tmp_path, text, source) == f"{text}sent: {WHEN}\n"


@pytest.mark.parametrize("text", ["? name\n: a\n", "why: b\n", "[", "- name: a\n", ""])
def test_what_cannot_be_changed_safely_is_left_alone(tmp_path, text):
    with pytest.raises(RefusedError) as refusal:
        edited(tmp_path, text)
    assert (tmp_path / "drills" / "a.yaml").read_text() == text
    assert f"sent: {WHEN}" in (refusal.value.hint or "")


def test_a_link_is_left_alone(tmp_path):
    (tmp_path / "drills").mkdir()
    (tmp_path / "real.yaml").write_text("name: a\n")
    (tmp_path / "drills" / "a.yaml").symlink_to(tmp_path / "real.yaml")
    with pytest.raises(RefusedError):
        set_text(tmp_path, Source("drills/a.yaml"), "sent", WHEN)
    assert (tmp_path / "real.yaml").read_text() == "name: a\n"


def test_permissions_stay(tmp_path):
    file = tmp_path / "drills" / "a.yaml"
    file.parent.mkdir()
    file.write_text("name: a\n")
    file.chmod(0o640)
    set_text(tmp_path, Source("drills/a.yaml"), "sent", WHEN)
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir()] == ["a.yaml"]
