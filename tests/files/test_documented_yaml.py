"""What the pages on announcements and on-call show is what the files may hold."""

import re
from pathlib import Path

import pytest

from incidentctl.files.catalog.loader import load

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page):
    return re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


@pytest.mark.parametrize("block", blocks("announcements.md"))
def test_the_announcements_shown_load(block, tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    (tmp_path / "announce.yaml").write_text(block)
    catalog, problems = load(tmp_path)
    assert problems == []
    assert list(catalog.announcements) == ["executives", "own-channel", "page-again", "customers"]


@pytest.mark.parametrize("block", blocks("on-call.md"))
def test_the_on_call_shown_loads(block, tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "core.yaml").write_text(f"name: core\n{block}")
    catalog, problems = load(tmp_path)
    assert problems == []
    assert catalog.teams["core"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("on: [declard]", "`on[0]`: 'declard' is not one of"),
        ("on: declared", "must be a list"),
        ("when: [declared]", "Unknown key 'when'"),
        ("applies_to: {severity: [SEV1]}\n    on: [declared]", "Unknown key 'severity'"),
    ],
)
def test_an_announcement_with_a_fault_is_not_used_at_all(change, message, tmp_path):
    (tmp_path / "incidentctl.yaml").write_text("organisation: Acme\n")
    (tmp_path / "announce.yaml").write_text(
        f"announcements:\n  - name: one\n    {change}\n"
        "    actions: [{uses: webhook, with: {url: https://example.com/x}}]\n"
        "  - name: two\n    on: [resolved]\n"
        "    actions: [{uses: webhook, with: {url: https://example.com/x}}]\n"
    )
    catalog, problems = load(tmp_path)
    assert list(catalog.announcements) == ["two"]
    messages = [problem.message for problem in problems]
    assert any(message in each for each in messages), messages
    assert all(problem.line for problem in problems)
