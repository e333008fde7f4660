"""What may be wrong with receiving alerts, and with what is sent because of them."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from incidentctl.app.actions import run
from incidentctl.app.alerts import deduplicate, receive
from incidentctl.app.alerts.received import Received
from incidentctl.connect.actions import registry
from incidentctl.domain.actions import announce
from incidentctl.domain.actions import run as rules
from incidentctl.domain.alerts import derive
from incidentctl.record.restricted.pair import RecordPair
from incidentctl.record.sync.claims import Claimed
from torture import receiver, two_receivers
from torture.mutants import mutant, replace
from torture.serving import PATIENCE
from torture.two_receivers import Way


def caught(name: str, harness: str, seed: int) -> list[str]:
    """Play a harness of the receiver with a fault planted, and return what it tells."""
    with tempfile.TemporaryDirectory(prefix="torture-mutant-") as place:
        folder = Path(place)
        environment = receiver.environment_in(folder) | {PATIENCE: "6"}
        if harness == "receiver":
            found = receiver.play(folder, 4, seed, environment, mutant=name)
            return [f"lost: {title}" for title in found.lost] + [
                f"doubled: {title}" for title in found.doubled
            ]
        way = Way(apart=harness == "apart", direct=True, faults=(), settles=45.0)
        return two_receivers.play(folder, 3, seed, environment, way=way, mutant=name).violations


@mutant(harness="receiver")
def an_alert_is_acknowledged_before_fsync() -> None:
    take, tick = receive.Receiver.take_all, receive.Receiver.tick
    waiting: list[Any] = []

    def later(_: Any, deliveries: Any) -> list[Received]:
        new = list(deliveries)
        waiting.extend(new)
        return [Received() for _ in new]

    def all_of_them(self: Any, now: datetime) -> Received:
        take(self, waiting)
        waiting.clear()
        return tick(self, now)._replace(opened=("",))

    replace(receive.Receiver, "take_all", later)
    replace(receive.Receiver, "tick", all_of_them)


@mutant(harness="together")
def random_ids_of_what_an_alert_declares() -> None:
    replace(derive, "_number", lambda *_: int.from_bytes(os.urandom(10)))


@mutant(harness="together")
def no_claim_before_sending() -> None:
    replace(RecordPair, "claim", lambda *_, **__: Claimed("held", datetime.now(UTC)))


@mutant(harness="together")
def ticked_without_its_outcome() -> None:
    perform = registry.perform

    def hopeful(*given: Any) -> Any:
        return perform(*given)._replace(state="done")

    replace(run.registry, "perform", hopeful)


@mutant(harness="together")
def tried_again_without_the_key() -> None:
    prepare = run.prepare

    def fresh(workspace: Any, incident: Any, target: Any, **given: Any) -> Any:
        found = prepare(workspace, incident, target, **given)
        attempts = sum(each.attempts for each in rules.runs_of(incident, target))
        if not attempts:
            return found
        body = f"{found.planned.key}-{attempts}"
        again = target._replace(key=body)
        return prepare(workspace, incident._replace(actions=()), again, **given)

    replace(run, "prepare", fresh)


@mutant(harness="apart")
def copies_of_an_incident_stay() -> None:
    replace(deduplicate.Deduplication, "cancel_duplicates", lambda *_: None)


@mutant(harness="apart")
def keys_go_by_the_id_of_the_incident() -> None:
    for place in (rules, announce):
        replace(place, "name_outside", lambda incident: incident.id)
