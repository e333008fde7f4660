import os
import time

import pytest

from incidentctl.files.catalog import loader, parallel
from incidentctl.files.catalog.parallel import load_in_two_processes


def test_each_half_is_done_and_kept_in_order():
    assert load_in_two_processes(lambda items: [n * n for n in items], range(5)) == (
        [0, 1],
        [4, 9, 16],
    )


@pytest.mark.parametrize("harm", ["raises", "is killed", "gives what cannot be pickled"])
def test_a_child_that_fails_leaves_its_half_to_the_parent(harm):
    parent = os.getpid()

    def work(items):
        if os.getpid() != parent:
            if harm == "raises":
                raise OSError
            if harm == "is killed":
                os.kill(os.getpid(), 9)
            return lambda: None
        return list(items)

    assert load_in_two_processes(work, range(4)) == ([0, 1], [2, 3])


def test_a_failure_here_leaves_no_child_behind(monkeypatch):
    parent, fork, children = os.getpid(), os.fork, []

    def noted():
        children.append(fork())
        return children[-1]

    monkeypatch.setattr(os, "fork", noted)

    def work(items):
        if os.getpid() == parent:
            raise ValueError
        time.sleep(0.05)
        return b"x" * 1_000_000

    with pytest.raises(ValueError):  # noqa: PT011 (it has no text)
        load_in_two_processes(work, range(4))
    assert children
    for child in children:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)


def test_the_catalog_is_the_same_from_two_processes(tmp_path, monkeypatch):
    (tmp_path / "services").mkdir()
    for number in range(20):
        text = f"name: s{number}\nowner: t\n" + ("typ: x\n" if number % 3 == 0 else "")
        (tmp_path / f"services/{number}.yaml").write_text(text)
    alone = loader.load(tmp_path)
    monkeypatch.setattr(parallel, "MIN_FILES", 2)
    assert loader.load(tmp_path) == alone
    assert len(alone[1]) == 7
