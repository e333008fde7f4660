"""Several runbooks become one checklist."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentctl.domain.merging import merged_steps, merged_tasks
from incidentctl.domain.runbook import Action, Runbook, Step, Task


def runbook(name, ids):
    return Runbook(name=name, steps=tuple(Step(id=i, title=f"{name} {i}") for i in ids))


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ("abc", "abc", "abc"),
        ("abc", "axb", "axbc"),
        ("abc", "xyc", "xyabc"),
        ("abc", "cxy", "abcxy"),
        ("abc", "xy", "xyabc"),
        ("ab", "ba", "ab"),
        ("", "ab", "ab"),
    ],
)
def test_a_step_follows_the_one_it_follows_in_its_own_runbook(first, second, merged):
    found = merged_steps([runbook("one", first), runbook("two", second)])
    assert "".join(step.id for step in found) == merged


@given(st.permutations("abcdefgh"), st.sets(st.sampled_from("abcdefgh")))
def test_the_order_of_both_is_kept_where_they_agree(order, left_out):
    one = [i for i in order if i not in left_out]
    found = [step.id for step in merged_steps([runbook("one", one), runbook("two", order)])]
    assert found == list(order)


def test_the_first_wording_the_first_action_and_the_shorter_interval_stand():
    slow = Step(id="u", title="One", every=timedelta(minutes=30))
    fast = Step(
        id="u", title="Two", every=timedelta(minutes=15), action=Action(uses="slack", with_={})
    )
    (step,) = merged_steps([Runbook(name="a", steps=(slow,)), Runbook(name="b", steps=(fast,))])
    assert step == Step(id="u", title="One", every=fast.every, action=fast.action)


def test_tasks_stand_once():
    task = Task(title="Look", role="mitigator")
    other = Task(title="Look")
    books = [Runbook(name=n, steps=(), tasks=t) for n, t in (("a", (task,)), ("b", (task, other)))]
    assert merged_tasks(books) == (task, other)
