"""The smallest bad repository for each code of lint, and what lint says of it."""

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from incidentctl.app.lint.lint import lint
from incidentctl.domain.lint.rule import Late, Played
from incidentctl.domain.lint.rules.registry import RULES
from incidentctl.domain.lint.rules.syntax import SYNTAX
from incidentctl.files.catalog.loader import load
from incidentctl.files.layout import MAX_BYTES
from incidentctl.render.lint.output import Style
from incidentctl.render.lint.registry import OUTPUTS

CASES = Path(__file__).parent / "cases"
#: Rules that ask git.
IN_GIT = ("IC122", "IC212", "IC213", "IC214", "IC223")
#: What is told as well: the first hundred of too many faults.
ALSO = {"IC015": {"IC010"}}
#: The drill that was played, for the rules that tell whose practice is missing.
PLAYED = {
    "IC122": (Played(date(2026, 11, 2), None),),
    "IC213": (Played(date(2026, 10, 14), "core", ("critical",)),),
    "IC214": (Played(date(2026, 10, 14), "core", ("critical",)),),
    "IC223": (Played(date(2026, 11, 2), None),),
}
#: The incident without a retrospective.
LATE = {
    "IC223": (Late("inc-20261102-0915-k7f", "SEV1", "Nobody can log in.", date(2026, 11, 5)),),
}
LONG_AGO = {"GIT_COMMITTER_DATE": "2026-01-01T12:00:00Z"}
FOLDERS = sorted(folder for folder in CASES.iterdir() if folder.is_dir())


def said(root, played=(), late=()):
    catalog, problems = load(root)
    report = lint(
        root,
        catalog,
        problems=problems,
        today=date(2026, 11, 24),
        environment=os.environ,
        played=lambda: played,
        late=lambda _root: late,
    )
    return {problem.code for problem in report.problems}, OUTPUTS["text"](report, Style()) + "\n"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_bad_repository_is_told_what_is_wrong(folder, tmp_path):
    root = tmp_path / "repository"
    shutil.copytree(folder, root)
    if folder.name == "IC006":  # a file of a megabyte is made here, not kept in the repository
        large = root / "services" / "api.yaml"
        large.write_text(large.read_text() + "#" * MAX_BYTES)
    if folder.name == "IC015":  # so are a hundred faults more
        (root / "services" / "api.yaml").write_text(
            "name: api\nowner: core\n" + "".join(f"field_{n}: x\n" for n in range(1, 104))
        )
    if folder.name in IN_GIT:  # the folder of the test is in no repository, this one is
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Our catalog"]):
            subprocess.run(["git", "-C", root, *arguments], check=True, env=LONG_AGO | os.environ)

    if folder.name == "IC230":  # of two commits, CI has one
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Our catalog"]):
            subprocess.run(["git", "-C", root, *arguments], check=True)
        again = ["commit", "-q", "--allow-empty", "-m", "One more"]
        subprocess.run(["git", "-C", root, *again], check=True)
        whole, root = root, tmp_path / "shallow"
        clone = ["git", "clone", "-q", "--depth", "1", f"file://{whole}", root]
        subprocess.run(clone, check=True)

    codes, text = said(root, PLAYED.get(folder.name, ()), LATE.get(folder.name, ()))
    if folder.name == "IC015":  # the others are as for IC010
        text = "".join(text.splitlines(keepends=True)[:2])

    assert codes == {folder.name, *ALSO.get(folder.name, ())}
    assert text == (folder / "expected.txt").read_text()


def test_every_code_has_a_case():
    codes = {*RULES, *(text.code for text in SYNTAX)}
    assert {folder.name for folder in FOLDERS} == codes
