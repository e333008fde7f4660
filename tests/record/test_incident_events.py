"""What a process reads again and again of an incident: only what is new."""

from __future__ import annotations

import shutil

import pytest
from tests.record.kit import INCIDENT, Clone, action
from tests.record.sharing import TRUTH, tip

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.redaction import REDACTED
from incidentctl.record.store import incident_events


def test_an_event_is_read_once_and_again_when_it_was_blanked(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    really = incident_events._read

    def counted(name, found):
        read.append(name)
        return really(name, found)

    monkeypatch.setattr(incident_events, "_read", counted)

    def another_process(fact: facts.Fact) -> str:
        record, done = clone.record(), action(fact)
        record.acknowledge(done)
        record.flush()
        shutil.rmtree(clone.git_dir / "incidentctl" / "cache")
        read.clear()
        return done.events[0].id

    clone.declare()
    noted = another_process(facts.Noted("secret"))
    store = clone.record().part.store
    assert (len(store.folder_at(INCIDENT, [tip(clone, TRUTH)]).stored), len(read)) == (2, 2)
    another_process(facts.Noted("next"))
    assert (len(store.folder_at(INCIDENT, [tip(clone, TRUTH)]).stored), len(read)) == (3, 1)
    another_process(facts.Redacted(noted, "a name"))
    folder = store.folder_at(INCIDENT, [tip(clone, TRUTH)])
    assert (len(folder.stored), len(read)) == (4, 2)
    [text] = [each.event.fact.text for name, each in folder.stored.items() if name[:26] == noted]
    assert text == REDACTED
