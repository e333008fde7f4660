"""Which of two versions of one event stands: alike in every clone, and never a forged one."""

from __future__ import annotations

import itertools

import pytest
from tests.record.kit import AUTHOR, INCIDENT, Clone, event
from tests.record.sharing import LOG_REF, commit_on

from incidentctl.domain.incident import facts
from incidentctl.domain.incident.event_ids import sealed
from incidentctl.domain.incident.event_json import decode, encode
from incidentctl.domain.incident.events import Event
from incidentctl.domain.incident.ids import ulid
from incidentctl.record.record import Action
from incidentctl.record.store.paths import event_name, event_path
from incidentctl.record.store.stored_event import Stored, blanked, pick_version

STATED = (facts.SeveritySet("SEV2"), facts.Noted("the cause"), facts.Noted("[redacted]"))


def of(data: bytes) -> Stored:
    return Stored(decode(data), data)


def versions(fact: object) -> tuple[Stored, list[Stored]]:
    """The event as it was recorded, and what somebody with git alone makes of it."""
    stored = sealed(event(fact)._replace(action=ulid(1_795_000_000_000, 7)))
    data = encode(stored)
    forged = [
        data.replace(b'"by": "alice"', b'"by": "mallory", "by": "alice"'),
        data.replace(b'"by": "alice"', b'"by":  "alice"'),
        data.replace(b'"by": "alice"', b'"by": "a"'),
        data.replace(b"SEV2", b"SEV0").replace(b"the cause", b"a").replace(b"redacted", b"r"),
    ]
    return of(data), [of(each) for each in forged if each != data]


@pytest.mark.parametrize("fact", STATED)
def test_what_the_id_was_made_from_stands(fact: object) -> None:
    stored, forged = versions(fact)
    assert len(forged) >= 3
    for other, named in itertools.product(forged, ((), (stored.event.id,))):
        for pair in ((stored, other), (other, stored)):
            stands, _ = pick_version(*pair, named=named)
            assert stands in ((stored,) if not named else (stored, blanked(other)))


def test_all_choose_alike() -> None:
    """Also of a kind that this version does not know, where only the bytes differ."""
    known = [of(encode(event(fact))) for fact in STATED]
    plain = encode(Event(known[0].event.id, *known[0].event[1:])).replace(b"severity-set", b"new")
    for one, other in (
        (of(plain), of(plain.replace(b'"by": ', b'"by":  '))),
        (known[0], of(known[0].data.replace(b'"by": ', b'"by":  '))),
    ):
        assert pick_version(one, other, named=())[0] == pick_version(other, one, named=())[0]


def test_no_blanked_form_hides_that_there_was_a_text() -> None:
    stored, _ = versions(facts.Noted("the cause"))
    blank = blanked(stored)
    emptied = of(blank.data.replace(b"[redacted]", b""))
    for pair in ((blank, emptied), (emptied, blank)):
        assert pick_version(*pair, named=(stored.event.id,))[0] == blank


def test_what_is_committed_again_stands_over_what_somebody_wrote_there(clone: Clone) -> None:
    clone.declare()
    stored, forged = versions(facts.Noted("the cause"))
    box, record = clone.git_dir / "incidentctl", clone.record()
    record.acknowledge(Action(INCIDENT, (stored.event,), AUTHOR, "noted"))
    record.flush()
    path = event_path(INCIDENT, event_name(stored.event))
    commit_on(clone, LOG_REF, {path: forged[-1].data.decode()})
    (kept,) = (box / "kept").glob(f"{stored.event.id}*")
    kept.rename(box / "outbox" / kept.name)
    clone.record().flush()
    assert clone.git("show", f"{LOG_REF}:{path}") == stored.data.decode()
