"""One part of the record of a clone: acknowledge, flush, exchange, purge, read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from incidentctl.domain.incident.ids import is_group_id
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git.author import Author
from incidentctl.record import bug_report
from incidentctl.record.change_token import change_token
from incidentctl.record.upkeep import Upkeep
from incidentctl.record.write.acknowledge import Acknowledged, acknowledge, acknowledge_all
from incidentctl.record.write.fallback import unclaimed
from incidentctl.record.write.flush import Flush, Flushed
from incidentctl.record.write.outbox import Action
from incidentctl.record.write.part import Part

if TYPE_CHECKING:
    from incidentctl.record.sync.background import Background
    from incidentctl.record.sync.claims import Claimed
    from incidentctl.record.sync.exchange import Retries
    from incidentctl.record.sync.remote import Remote
    from incidentctl.record.sync.status import Exchanged, Status

__all__ = ["Acknowledged", "Action", "Author", "Flushed", "Part", "Record"]


class Record(Upkeep):
    """Reads and writes of one part of the record."""

    def __init__(self, part: Part, *, also_waiting: Callable[[], Iterable[Path]] = tuple) -> None:
        """Take the part, as `Reader` does."""
        super().__init__(part, also_waiting=also_waiting)
        self._mine: Path | None = None
        self._touched: dict[str, None] = {}

    def acknowledge(self, action: Action) -> Acknowledged:
        """Put an action on disk: once this returns, it survives a crash or a power cut.

        EnvironmentFailedError if no folder takes it: then nothing is acknowledged.
        """
        self.part.announce([action.incident])
        done = acknowledge(self.part.box, self.part.fallback, action)
        self._mine = done.path
        if not is_group_id(action.incident):
            self._touched[action.incident] = None
        return done

    def acknowledge_all(self, actions: Sequence[Action]) -> None:
        """Put actions on disk together, each as `acknowledge`: the disk is waited for once.

        Raises as `acknowledge` if one is not on disk; others may be nevertheless.
        """
        self.part.announce({action.incident for action in actions})
        self._mine = acknowledge_all(self.part.box, self.part.fallback, actions)[-1]
        self._touched |= {a.incident: None for a in actions if not is_group_id(a.incident)}

    def flush(self) -> Flushed:
        """Commit everything that is acknowledged; wait at most 0.3 seconds for other processes.

        Never raises: what cannot be committed now is safe and waits, and the result says why.
        `has_unsent` and `is_due` say whether something is left for another process.
        """
        flush = Flush(self.part)
        flushed = flush.run(self._mine)
        self._held_up = flushed.reason
        notes = [*flushed.notes]
        for incident in dict.fromkeys((*self._touched, *filter(self._has_view, flush.touched))):
            note = self._show_view(incident, rendered=flush.touched.get(incident))
            notes += [note] if note and incident in self._touched else []
        self._touched.clear()
        self.refresh_stale()
        return flushed._replace(notes=tuple(notes))

    def exchange(
        self,
        author: Author,
        *,
        limit: float,
        retries: Retries | None = None,
        flush: Callable[[], object] | None = None,
    ) -> Exchanged | None:
        """Exchange with the remote, for at most `limit` seconds; None without a remote.

        Never raises. The caller holds the lock of exchanges, `background().lock()`. Pass a `flush`
        if more than this part has to be committed meanwhile.
        """
        if self.part.remote is None:
            return None
        # Commands that only record save 3 ms.
        from incidentctl.record.sync.exchange import Exchange, Retries  # noqa: PLC0415 (as said)

        done = Exchange(
            self.part,
            self.remote(),
            author,
            flush=flush or self.flush,
            repair=self.repair,
            retries=retries or Retries(),
        ).run(limit=limit)
        try:
            notes = self._show_received(done.received)
        except Exception as error:  # noqa: BLE001 (in the background nobody would see it)
            notes = [f"the view is not shown: {bug_report.describe(error, self.part.user_state)}"]
        return done._replace(notes=(*done.notes, *notes))

    def _show_received(self, received: Iterable[str]) -> list[str]:
        """Update the view of incidents with new events; return what went wrong."""
        try:
            opened = {head.id for head in self.open_heads()}
        except EnvironmentFailedError:
            opened = set()
        shown = [each for each in sorted(received) if each in opened or self._has_view(each)]
        notes = [self._show_view(incident) for incident in shown]
        self.refresh_stale()
        return [note for note in notes if note]

    def remote(self) -> Remote:
        """Return the remote that has this part; ValueError when there is none."""
        # Commands that only read save 2 ms.
        from incidentctl.record.sync.remote import Remote  # noqa: PLC0415 (as said)
        from incidentctl.record.sync.restricted_remote import SharedPlace  # noqa: PLC0415

        part = self.part
        if part.remote is None:
            raise ValueError("the record has no remote")
        shared = part.beside
        return Remote(
            part.git,
            part.remote,
            part.branch,
            folder=part.folder,
            must_differ_from=(
                SharedPlace(shared.remote, shared.branch) if shared and shared.remote else None
            ),
        )

    def claim(self, key: str, turn: int, *, limit: float) -> Claimed | None:
        """Claim an attempt at a deed on the remote; None without one: the clone is alone."""
        if self.part.remote is None:
            return None
        from incidentctl.record.sync import claims  # noqa: PLC0415 (few commands send)

        part, remote = self.part, self.remote()
        if fault := remote.fault():
            return claims.Claimed("unreachable", part.now(), fault)
        return claims.claim(part.git, remote, part.state, key, turn, now=part.now(), limit=limit)

    def clean_claims(self, *, limit: float) -> None:
        """Remove claims of long ago from the remote, if there is one; looks once a day."""
        if self.part.remote is None or (remote := self.remote()).fault():
            return
        from incidentctl.record.sync import claims  # noqa: PLC0415 (few commands send)

        claims.clean(remote, self.part.state, now=self.part.now(), limit=limit)

    def purge(
        self,
        author: Author,
        *,
        marker: str,
        limit: float,
        flush: Callable[[], object] | None = None,
    ) -> str | None:
        """Start the branch over without its history, here and on the remote; return the new root.

        `marker` is a ULID, `flush` as in `exchange`. EnvironmentFailedError if the remote is not up
        to date or refuses: then nothing has changed. None without a record. The caller holds the
        lock of exchanges.
        """
        from incidentctl.record.sync.purge import start_over  # noqa: PLC0415 (hardly ever)

        until = time.monotonic() + limit
        part, flush = self.part, flush or self.flush
        self.ensure_read()  # a file that cannot be read may hold the text
        done = self.exchange(author, limit=limit, flush=flush)
        # A remote that refuses may do so because of the very text that is to be purged.
        if done is not None and done.state not in ("ok", "refused"):
            raise EnvironmentFailedError(
                f"Sync with the remote has to work first: {done.reason or done.state}."
            )
        flush()
        remote = self.remote() if part.remote else None
        commit = start_over(part, author, remote, marker=marker, until=until)
        if part.remote:  # the remote's refusal may quote the text
            from incidentctl.record.sync import status  # noqa: PLC0415 (hardly ever)

            status.write(
                part.state, status.Status(part.now(), "ok", None, part.now(), was_read=True)
            )
        flush()
        part.announce(self.ids())  # other work trees
        for incident in self.ids():
            if self._has_view(incident):
                self._show_view(incident)
        return commit

    def unclaimed(self) -> dict[Path, list[Path]]:
        """Return what waits in the user's own state and may be this repository's, by folder."""
        return unclaimed(self.part.user_state, self.part.git_dir)

    def background(self) -> Background:
        """Return the lock and the stamp of the exchanges of this clone."""
        # Without a remote, commands do without what is about one.
        from incidentctl.record.sync.background import Background  # noqa: PLC0415 (as said)

        return Background(self.part.state)

    def exchange_status(self) -> Status | None:
        """Return how the last exchange ended; None before the first."""
        if self.part.remote is None:
            return None
        from incidentctl.record.sync import status  # noqa: PLC0415 (only with a remote)

        return status.read(self.part.state)

    def is_unseen(self) -> bool:
        """Say whether there is a remote whose copy of the record was never read here."""
        if self.part.remote is None or self._store.named().tracking is not None:
            return False
        last = self.exchange_status()
        return last is None or not last.was_read

    def clear_notes(self) -> None:
        """Forget the notes of exchanges, once somebody has read them."""
        last = self.exchange_status()
        if last is not None and last.notes:
            from incidentctl.record.sync import status  # noqa: PLC0415 (only with a remote)

            status.write(self.part.state, last._replace(notes=()))

    def change_token(self) -> tuple[object, ...]:
        """Return a value that changes when the record does; this costs a few stats only."""
        names = [self._store.log_ref, self._store.mirror, self._store.tracking]
        return change_token(self.part.git_dir, filter(None, names), self.part.boxes)
