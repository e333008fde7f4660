"""The checks of this clone: the record, its outboxes, branch, view, locks and clock."""

from __future__ import annotations

from collections.abc import Iterator

from incidentctl.app.doctor.setup import CheckedPart, Setup
from incidentctl.app.record.unclaimed import contents, to_do
from incidentctl.domain.common.text import count
from incidentctl.domain.common.times import rough_duration
from incidentctl.domain.doctor.checks import Check, clock_check
from incidentctl.domain.incident.ids import incident_folder, is_incident_id
from incidentctl.git import permissions
from incidentctl.git import worktree as team
from incidentctl.git.run import Git
from incidentctl.record import health
from incidentctl.record.store.ref_names import LOG_REF, RESTRICTED_REF
from incidentctl.record.write import fallback, outbox

#: A sync ends after ten minutes, a commit after one; in seconds.
_LOCKS = {"sync.lock": ("a sync with the remote", 600.0), "lock": ("a commit", 60.0)}


def counts(setup: Setup) -> Iterator[Check]:
    """How much is recorded, and what is not yet committed."""
    if setup.git is not None:
        yield from _refs(setup.git, setup)
    record = setup.readable
    if setup.place is None:
        yield Check("record", "ok", "nothing is recorded locally")
    elif setup.git is None:
        yield Check("record", "warn", "the record cannot be read without git")
    elif record is not None:
        heads = record.heads()
        opened = sum(head.open for head in heads)
        where = " in the local record" if setup.is_local else ""
        yield Check("record", "ok", f"{count(len(heads), 'incident')}{where}, {opened} open")
    yield from _local(setup)


def _refs(git: Git, setup: Setup) -> Iterator[Check]:
    """Whether the refs that hold the record are there, and name a commit."""
    for part, ref in zip(setup.parts, (LOG_REF, RESTRICTED_REF), strict=True):
        if health.names_no_commit(git, ref):
            yield Check(
                "record", "bad", f"the ref {ref} points to a missing commit, as after a power cut",
                "The next event repairs it from the branches; `git fsck` shows more.",
            )  # fmt: skip
        elif health.was_deleted(git, part.folder, ref):
            yield Check(
                "record", "bad", f"the ref {ref} was deleted: git protects the record no longer",
                "The next command that records restores it; until then, run no `git gc`.",
            )  # fmt: skip


def _local(setup: Setup) -> Iterator[Check]:
    """Whether incidents in the local record wait to be adopted into the team's."""
    for ident in sorted(setup.workspace.record.published_ids()) if setup.readable else ():
        yield Check(
            "record", "bad", f"{ident} is restricted, but also in the record that everybody reads",
            f"Remove it there: `incidentctl redact ENTRY -i {ident}`, then `incidentctl purge`.",
        )  # fmt: skip
    if setup.is_local or setup.git is None or not (setup.state / "record.git/HEAD").is_file():
        return
    opened = len(setup.workspace.local_record.open_heads())
    if opened:
        yield Check(
            "record", "warn", f"{count(opened, 'open incident')} only in your local record",
            "Move them into the team's record with `incidentctl adopt`.",
        )  # fmt: skip


def spools(setup: Setup) -> Iterator[Check]:
    """What is acknowledged but not committed, here and in the user's own folder."""
    others = fallback.everywhere(setup.state)
    committed = True
    if setup.place is not None and not health.is_writable(setup.place.common_dir):
        committed = False
        yield Check(
            "outbox", "bad", f"{setup.place.common_dir} cannot be written: nothing is committed, "
            "and what you record is kept in your own folder",
            "Make it writable (see `mount`, `ls -ld`): the next command that records commits it.",
        )  # fmt: skip
    for part in setup.parts:
        of = " of restricted incidents" if part.is_restricted else ""
        waiting = len(outbox.paths(part.boxes))
        if waiting:
            committed = False
            yield Check(
                "outbox", "warn", f"{count(waiting, 'command')}{of} recorded, not yet committed",
                "The next command that records commits them, or says why not.",
            )  # fmt: skip
        for folder in filter(others.__contains__, part.fallbacks):
            kept = len(others.pop(folder))
            yield Check(
                "outbox", "warn", f"{kept} in {folder}: {_untaken(part)} was not writable",
                "Free space or fix the permissions; the next command that records moves them back.",
            )  # fmt: skip
    own = [box for part in setup.parts for box in (*part.boxes, *part.spools)]
    own += setup.unsure
    hidden = outbox.unreadable(own)
    for path in hidden:
        yield Check(
            "outbox", "bad", f"{path} cannot be read by this account, so its events are not shown",
            permissions.ADVICE,
        )  # fmt: skip
    for folder in setup.unsure:
        files = others.pop(folder, None) or outbox.paths((folder,))
        if files:
            committed = False
            named = outbox.incident_of(files[0])
            ident = named if is_incident_id(named) else "INCIDENT"
            yield Check(
                "outbox", "warn", f"{count(len(files), 'command')} in {folder}: it is unknown "
                "whether the incident is restricted",
                "The next command that records moves them where they belong. To record them as "
                f"restricted, run `incidentctl adopt {ident}`.",
            )  # fmt: skip
    if committed and not hidden:
        yield Check("outbox", "ok", "everything recorded is committed")
    known = set(setup.readable.ids()) if setup.readable else set()
    for other, files in others.items():
        here = known.intersection(map(outbox.incident_of, files))
        yield Check(
            "outbox", "warn", contents(other, files, known=here),
            "Record what belongs here with `incidentctl adopt`." if here else to_do(files),
        )  # fmt: skip
    for path in health.damaged([*own, *others]):
        yield Check(
            "outbox", "warn" if path.parent in others else "bad",
            f"damaged, or from a newer incidentctl, and left there: {path}",
            "Each line is an event: record by hand what it says, then move the file away.",
        )  # fmt: skip
    for path in (path for part in setup.parts for path in health.torn_refs(part.folder)):
        yield Check(
            "outbox", "warn", f"{path} was the record's ref before it was damaged",
            "Check that `incidentctl list --all` shows everything, then delete it.",
        )  # fmt: skip


def _untaken(part: CheckedPart) -> str:
    return f".git/incidentctl/{fallback.RESTRICTED}" if part.is_restricted else ".git"


def mirror(setup: Setup) -> Iterator[Check]:
    """Whether the readable branch is up to date, and holds only the record."""
    if setup.git is None or setup.readable is None:
        return
    for name, tip in (
        (setup.branch, setup.mirror),
        *((f"{part.remote}/{part.branch}", part.tracking) for part in setup.parts),
    ):
        foreign = health.foreign_files(setup.git, tip) if tip else []
        if foreign:
            own = name == setup.branch
            yield Check(
                "branch", "bad" if own else "warn",
                f"{name} holds files that are not of the record, such as {foreign[0]}",
                "Set a branch of its own in incidentctl.yaml: `record: {branch: ...}`." if own
                else "They are not synced: remove them there, or use another branch.",
            )  # fmt: skip
            return
    note = setup.readable.mirror_note()
    if note:
        yield Check("branch", "warn", note)
    elif setup.mirror:
        yield Check("branch", "ok", f"{setup.branch} is up to date with the record")


def view(setup: Setup) -> Iterator[Check]:
    """Whether git ignores the view for editors."""
    top = setup.place.work_tree if setup.place else None
    checked_out = setup.workspace.checked_out and top is not None
    if not checked_out or top is None or setup.git is None:
        return
    environment = setup.workspace.environment
    followed = team.tracked(top, environment, "incidents")
    if followed:
        yield Check(
            "view", "warn", f"git tracks {count(len(followed), 'file')} of the view incidents/",
            "Run `git rm -r --cached incidents && echo incidents/ >> .gitignore`.",
        )  # fmt: skip
    elif (top / "incidents").is_dir() and team.ignored(top, environment, "incidents/x") is False:
        yield Check(
            "view", "warn", "git does not ignore incidents/, which is a view of the record",
            "Run `echo incidents/ >> .gitignore`.",
        )  # fmt: skip


def clone(setup: Setup) -> Iterator[Check]:
    """Whether this clone has every object of the record."""
    if setup.git is None or setup.is_local:
        return
    found = setup.missing
    if found.objects:
        yield Check(
            "clone", "bad", f"a partial clone: {count(found.objects, 'object')} not here",
            f"Run `git fetch --refetch --no-filter {setup.remote or 'origin'}`.",
        )  # fmt: skip
    elif found.shallow or found.partial:
        kind = "shallow" if found.shallow else "partial"
        yield Check("clone", "ok", f"a {kind} clone; the record in it is whole")


def locks(setup: Setup) -> Iterator[Check]:
    """Locks that were left behind or are held too long; nothing is deleted."""
    if setup.place is None or setup.folder is None:
        return
    for path, age in health.old_ref_locks(setup.place.common_dir, setup.branch):
        yield Check(
            "locks", "warn", f"{path} is {rough_duration(age)} old: left by a killed git process",
            "If no git is running here, delete it; the next event clears it, too.",
        )  # fmt: skip
    for name, (what, limit) in _LOCKS.items():
        held = health.holder(setup.folder / name)
        if held and held.age > limit:
            yield Check(
                "locks", "warn", f"{what} does not end: process {held.pid} has run for "
                f"{rough_duration(held.age)} and holds {setup.folder / name}",
                f"Look at it with `ps {held.pid}`, and kill it if it hangs; never delete the file.",
            )  # fmt: skip


def clock(setup: Setup) -> Iterator[Check]:
    """Whether this clock agrees with what others recorded."""
    record, now = setup.readable, setup.workspace.now()
    newest, remote = None, None
    if record is not None and setup.git is not None:
        months = sorted({incident_folder(ident).rpartition("/")[0] for ident in record.ids()})
        opened = [incident_folder(head.id) for head in record.open_heads()]
        found = [
            health.newest_event(setup.git, tip, [*months[-2:], *opened])
            for tip in {setup.log_tip, setup.tracking}
        ]
        boxes = [setup.place.common_dir / "incidentctl/outbox"] if setup.place else []
        found.append(health.newest_waiting(boxes))
        newest = max(filter(None, found), default=None)
        tracking = setup.tracking
        remote = health.commit_date(setup.git, tracking) if tracking else None
    yield clock_check(newest, now, remote=remote)
