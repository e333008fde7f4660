"""What keeps the record of one clone sound: commit what waits, repair what git lost, pack."""

from __future__ import annotations

from pathlib import Path

from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs
from incidentctl.record.reader import Reader
from incidentctl.record.write import kept, maintenance
from incidentctl.record.write.batch import Batch, Render
from incidentctl.record.write.flush import Flush
from incidentctl.record.write.repair import Repair


class Upkeep(Reader):
    """The part of a `Record` that needs the clone's lock."""

    _git_dir: Path
    _work_tree: Path | None
    _state: Path
    _box: Path
    _branch: str
    _render: Render

    def _flush(self) -> Flush:
        return Flush(
            self._store,
            self._boxes,
            state=self._state,
            sent=self._sent,
            make_batch=self._batch,
            make_repair=self._repair,
        )

    def repair(self, *, deep: bool = False) -> tuple[str, ...]:
        """Repair what git has lost of the record; return what was done, for people.

        With `deep` all of it is looked at. EnvironmentFailedError where git or the disk fails.
        """
        try:
            return self._flush().repair(deep=deep, wait=5.0) or ()
        except OSError as error:
            where = error.filename or self._state
            raise EnvironmentFailedError(f"{where}: {error.strerror}") from None

    def _repair(self) -> Repair:
        return Repair(self._store, self._state, self._box, mirror_is_free=self._mirror_is_free())

    def _is_crowded(self) -> bool:
        return maintenance.is_crowded(self._git_dir, self._state)

    def is_due(self) -> bool:
        """Say whether there is something to do that nobody shall wait for: see `maintain`."""
        return self._is_crowded() or kept.is_due(self._state)

    def maintain(self) -> None:
        """Let git pack the record where it has grown, and look whether it has what it was given.

        Takes a second, for nobody to wait for.
        """
        if kept.is_due(self._state):
            self._flush().look()
        if self._is_crowded():
            maintenance.pack(self._store.git, self._state)

    def _batch(self) -> Batch:
        return Batch(self._store, self._render, move_mirror=self._mirror_is_free(), now=self._now)

    def _mirror_is_free(self) -> bool:
        bare = self._work_tree is None and not (self._git_dir / "index").exists()
        return not refs.is_checked_out(self._git_dir, self._branch, bare=bare)

    def mirror_note(self) -> str | None:
        """Say why the branch for people is not where the record is; None when it is."""
        tips = self._store.tips()
        if tips.truth is None or tips.mirror == tips.truth:
            return None
        if not self._mirror_is_free():
            return f"branch {self._branch} is checked out and stays where it is; nothing is lost"
        return (
            f"branch {self._branch} has commits of its own and does not follow the record; "
            "nothing is lost; once it is renamed, the next command makes it anew"
        )
