"""What receivers derive of one alert: of two wordings the first in the history counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.record.kit import AUTHOR, Clone
from tests.record.sharing import BRANCH, Team, commit_on, exchange, opened, shared

from incidentctl.domain.alerts import derive
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.incident.event_json import encode
from incidentctl.git.run import Git
from incidentctl.record.record import Action
from incidentctl.record.store.paths import event_name, event_path

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


def opening(title: str):
    alert = Alert("own", "k", "g", "firing", title, started=START)
    return derive.group_id("own", alert, START), derive.opening("own", alert, START)


def hears(clone: Clone, title: str) -> str:
    group, event = opening(title)
    record = clone.record(remote="origin")
    record.acknowledge(Action(group, (event,), AUTHOR, "opened"))
    record.flush()
    return group


def title_in(clone: Clone) -> str:
    (group,) = opened(clone).groups()
    return group.title


def reword(clone: Clone, title: str) -> None:
    group, event = opening(title)
    _, before = opening("Checkout is down")
    assert event.id == before.id
    path = event_path(group, event_name(event))
    commit_on(clone, BRANCH, {path: encode(event).decode()})


@pytest.mark.parametrize("title", ["A", "Zzz"], ids=["smaller", "larger"])
def test_a_wording_that_somebody_puts_in_later_is_put_back_and_told(team: Team, title: str) -> None:
    hears(team.ann, "Checkout is down")
    shared(team.ann)
    reword(team.remote, title)
    late = team.clone("late")
    shared(late)
    assert title_in(late) == title  # it has seen nothing else
    result = exchange(team.ann)
    assert result.state == "ok"
    assert any("changed" in note for note in result.notes)
    for clone in (late, team.ann, late, team.bob):
        shared(clone)
        assert title_in(clone) == "Checkout is down"


@pytest.mark.parametrize("titles", [("A", "B"), ("B", "A")])
def test_of_two_receivers_without_each_other_all_choose_alike(
    team: Team, titles: tuple[str, str]
) -> None:
    for clone, title in zip((team.ann, team.bob), titles, strict=True):
        hears(clone, title)
    for clone in (team.ann, team.bob, team.ann):
        assert not exchange(clone).notes
    assert title_in(team.ann) == title_in(team.bob) == "A"


def test_a_receiver_does_not_put_its_wording_over_what_is_in_the_record(team: Team) -> None:
    hears(team.ann, "Checkout is down")
    shared(team.ann, team.bob)
    hears(team.bob, "A")
    assert opened(team.bob).pending() == 0
    shared(team.bob, team.ann)
    assert title_in(team.ann) == title_in(team.bob) == "Checkout is down"


def test_a_wording_that_is_changed_very_often_costs_few_processes(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    hears(team.ann, "Checkout is down")
    shared(team.ann)
    for number in range(60):
        reword(team.remote, ("A", "B")[number % 2])
    calls: list[str] = []
    before = Git.start

    def start(self: Git, arguments: Sequence[str], **options: Any) -> Any:
        calls.append(arguments[0])
        return before(self, arguments, **options)

    monkeypatch.setattr(Git, "start", start)
    shared(team.ann)
    assert title_in(team.ann) == "Checkout is down"
    assert len(calls) < 80, calls
