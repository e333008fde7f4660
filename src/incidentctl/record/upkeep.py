"""What keeps a part of the record sound: commit what waits, repair what git lost, pack, show."""

from __future__ import annotations

from incidentctl.domain.common.text import one_line
from incidentctl.errors import EnvironmentFailedError
from incidentctl.git import refs
from incidentctl.record.reader import Reader
from incidentctl.record.write import kept, maintenance
from incidentctl.record.write.flush import Flush, Rendered

#: How long a repair waits for a command that commits in this clone, in seconds.
_WAIT = 5.0


class Upkeep(Reader):
    """The part of a `Record` that needs the clone's lock."""

    def repair(self, *, deep: bool = False) -> tuple[str, ...]:
        """Repair what git lost of the record; return what was done, as sentences for people.

        With `deep` the whole record is checked. EnvironmentFailedError if git or the disk fails.
        """
        try:
            return Flush(self.part).repair(deep=deep, wait=_WAIT) or ()
        except OSError as error:
            where = error.filename or self.part.state
            raise EnvironmentFailedError(f"{where}: {error.strerror}.") from None

    def _is_crowded(self) -> bool:
        return maintenance.is_crowded(self.part.git_dir, self.part.state)

    def is_due(self) -> bool:
        """Say whether there is upkeep to do in the background: see `maintain`."""
        return self._is_crowded() or kept.is_due(self.part.state)

    def maintain(self) -> None:
        """Let git pack the record if it grew, and check that git still has what was committed.

        This takes a second, so it runs where no user waits for it.
        """
        if kept.is_due(self.part.state):
            Flush(self.part).look()
        if self._is_crowded():
            maintenance.pack(self.part.git, self.part.state)

    def mirror_note(self) -> str | None:
        """Say why the mirror is not where the record is; None if it is."""
        tips, branch = self._store.tips(), self.part.branch
        if tips.log_tip is None or tips.mirror == tips.log_tip:
            return None
        if not self.part.mirror_is_free():
            return f"branch {branch} is checked out, so it was not moved; nothing is lost"
        if tips.mirror is None and (other := refs.in_the_way(self.part.git, self._store.mirror)):
            other = one_line(other.removeprefix("refs/heads/"))
            return (
                f"branch {other} is in the way: git has no branch {branch} beside it; nothing is "
                f"lost; rename it, and the next command creates {branch}"
            )
        if tips.mirror is None:
            return (
                f"branch {branch} is missing; nothing is lost; what is recorded next makes it again"
            )
        return (
            f"branch {branch} has commits of its own and does not follow the record; "
            "nothing is lost; rename it, and the next command creates it again"
        )

    # --- the view --------------------------------------------------------------------------------

    def refresh_stale(self) -> None:
        """Update views that another process left stale.

        It was killed, or worked in another work tree. Problems are not reported here: a user
        learns of them when they record in that incident.
        """
        if self.part.view is not None:
            for incident in self.part.view.stale():
                self._show_view(incident)

    def _has_view(self, incident: str) -> bool:
        return self.part.view is not None and self.part.view.has(incident)

    def _show_view(self, incident: str, *, rendered: Rendered | None = None) -> str | None:
        """Write an incident's log.md into the work tree; return a sentence if it was left alone.

        What the caller has `rendered` is used if the record has not moved since.
        """
        if self.part.view is None:
            return None

        def render() -> str:
            tips = self._store.tips()
            # What a view has once shown stays in it, even if it is not merged yet.
            if rendered and rendered.log_tip == tips.log_tip and not self._store.beside(tips):
                return rendered.log
            return self.part.render(incident, *self.events(incident))

        try:
            return self.part.view.show(incident, render)
        except EnvironmentFailedError as error:
            return error.reason
