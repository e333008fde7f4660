"""What must hold of a record once all have exchanged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from incidentctl.domain.incident.event_json import EventError, decode
from incidentctl.domain.incident.head import fold
from incidentctl.domain.incident.ids import is_incident_id
from incidentctl.domain.incident.redaction import REDACTED
from incidentctl.record.store import paths
from incidentctl.record.store.paths import event_name
from incidentctl.render.incident.log import render_log
from torture.checks import Violation, few, spooled, text_of, waiting
from torture.deeds import SECRET
from torture.journal import Journal
from torture.plan import RESTRICTED
from torture.setting import Setting, now_at, open_record
from torture.world import LOG_REF, MIRROR, Clone, git


def stacked(remote: Path) -> list[Violation]:
    """Merges upon merges that the remote has refused: only where nothing but contention was."""
    found = []
    listed = git(remote, "rev-list", "--parents", MIRROR, "--", check=False).splitlines()
    parents = {words[0]: words[1:] for words in (line.split() for line in listed)}
    for commit, above in parents.items():
        if len(above) == 2 and len(parents[above[0]]) == 2:
            done = git(remote, "rev-list", "--count", above[0], f"^{above[1]}").strip()
            if done != "0":
                found.append(Violation("stacked", f"{commit[:10]} merges a refused merge again"))
    return found


def healed(
    root: Path,
    clones: list[Clone],
    journal: Journal,
    *,
    stated: Iterable[str],
    reachable: bool,
    marks: bool,
) -> list[Violation]:
    """Everything that must hold once all have exchanged."""
    remote = root / "remote.git"
    places = [(f"clone {clone.number}", clone.path, LOG_REF) for clone in clones]
    places.append(("the remote", remote, MIRROR))
    found: list[Violation] = []
    checked: dict[str, list[Violation]] = {}
    shared = {clone.number for clone in clones}
    must = set(stated) | {
        ident for ident, number in journal.acknowledged.items()
        if not journal.is_restricted(ident) and number in shared
    }  # fmt: skip
    for name, folder, ref in places:
        tree = git(folder, "rev-parse", "-q", "--verify", f"{ref}^{{tree}}", check=False).strip()
        if not tree:
            if must:
                found.append(Violation("I1", f"{name} has no record"))
            continue
        if tree not in checked:
            checked[tree] = list(_tree(folder, tree, journal, must, marks=marks))
        found += [each._replace(text=f"{name}: {each.text}") for each in checked[tree]]
    found += _same_bytes(root, clones, journal)
    if reachable:
        reached = set(git(remote, "rev-list", MIRROR, "--", check=False).split())
        if gone := {c for c, n in journal.commits.items() if n in shared} - reached:
            found.append(Violation("reachable", f"not on the remote: {few(gone)}"))
    for clone in clones:
        left = waiting(clone)
        if left:
            found.append(Violation("I1-waits", f"clone {clone.number} has not committed {left}"))
        if spool := spooled(clone, "outbox", "sent"):
            found.append(Violation("I12", f"clone {clone.number} still keeps {few(spool)}"))
    return found


def _tree(
    folder: Path, tree: str, journal: Journal, must: set[str], *, marks: bool
) -> Iterable[Violation]:
    listed = git(folder, "ls-tree", "-r", "-z", tree)
    entries = [line.partition("\t") for line in listed.split("\0") if line]
    events: dict[str, tuple[str, str]] = {}
    counted: Counter[str] = Counter()
    for head, _, path in entries:
        mode, _, oid = head.split(" ")
        if place := paths.parse(path):
            counted[place.name[:26]] += 1
            events[oid] = (path, place.name)
        elif marks and paths.is_marker(path):
            pass
        elif not _is_log(path) or mode != "100644":
            yield Violation("foreign", f"holds {path}")
        if place and mode != "100644":
            yield Violation("foreign", f"{path} has mode {mode}")
    if gone := must - set(counted):
        yield Violation("I1", f"lacks {few(gone)}")
    if twice := [ident for ident, count in counted.items() if count > 1]:
        yield Violation("I2", f"has twice {few(twice)}")
    for action in journal.actions:
        if journal.is_restricted(action[0]):
            continue
        held = [ident for ident in action if ident in counted]
        if held and len(held) < len(action):
            yield Violation("I6", f"has {len(held)} of the {len(action)} events of {action[0]}")
    yield from _contents(folder, events, journal)
    hidden = [text_of(ident, journal) for ident in journal.redacted]
    for text in (SECRET, *hidden):
        if git(folder, "grep", "-l", "-F", "-e", text, tree, check=False):
            what = "foreign" if text == SECRET else "redaction"
            yield Violation(what, f"holds the text {text}")


def _is_log(path: str) -> bool:
    incident = path.split("/")[-2:][0]
    return is_incident_id(incident) and path == paths.log_path(incident)


def _contents(
    folder: Path, events: dict[str, tuple[str, str]], journal: Journal
) -> Iterable[Violation]:
    asked = "".join(f"{oid}\n" for oid in events).encode()
    blobs = git(folder, "cat-file", "--batch", data=asked)
    for (path, name), blob in zip(events.values(), _split(blobs), strict=True):
        try:
            event = decode(blob.encode())
        except EventError as error:
            yield Violation("I3", f"{path} is no event: {error}")
            continue
        if event_name(event) != name:
            yield Violation("I3", f"{path} holds {event_name(event)}")
        marker = journal.markers.get(event.id)
        text = getattr(event.fact, "text", None)
        blanked = event.id in journal.targets and text == REDACTED
        if marker and text is not None and marker != text and not blanked:
            yield Violation("I3", f"{path} says {text!r} for {marker!r}")


def _split(batch: str) -> Iterable[str]:
    """Split what cat-file prints; all is ASCII."""
    start = 0
    while start < len(batch):
        head, _, _ = batch[start:].partition("\n")
        if head.endswith("missing"):
            yield ""
            start += len(head) + 1
            continue
        size = int(head.split(" ")[2])
        begin = start + len(head) + 1
        yield batch[begin : begin + size]
        start = begin + size + 1


def _same_bytes(root: Path, clones: list[Clone], journal: Journal) -> Iterable[Violation]:
    """I4: what `log` prints is the same in every clone; and each has every acknowledged event."""
    moment = now_at(0)
    printed: dict[str, dict[str, list[int]]] = {}
    for clone in clones:
        setting = Setting(str(clone.path), str(clone.fallback), str(root / "nobody"), 0,
                          home=str(clone.home))  # fmt: skip
        record = open_record(setting, now=lambda: moment)
        for incident, events, problems in record.many_events(record.ids()):
            text = render_log(fold(incident, events, problems=problems))
            printed.setdefault(incident, {}).setdefault(text, []).append(clone.number)
            if incident == RESTRICTED:
                continue  # it is looked at by itself
            shared = {each.number for each in clones}
            mine = {i for i, number in journal.acknowledged.items()
                    if journal.begun[i][1] == incident and number in shared}  # fmt: skip
            if gone := mine - {event.id for event in events}:
                yield Violation("I1", f"clone {clone.number} does not show {few(gone)}")
    for incident, texts in printed.items():
        if len(texts) > 1:
            yield Violation("I4", f"{incident} is printed differently in {list(texts.values())}")


def shown(clone: Clone, journal: Journal) -> list[Violation]:
    """The view shows nothing that was redacted."""
    return [
        Violation("redaction", f"the view {path} shows {ident}")
        for path in (clone.path / "incidents").rglob("log.md")
        for ident in journal.redacted
        if text_of(ident, journal) in path.read_text()
    ]


def shows(root: Path, clone: Clone, journal: Journal) -> list[Violation]:
    """A clone that shares with nobody shows all that it has acknowledged itself."""
    setting = Setting(str(clone.path), str(clone.fallback), str(root / "nobody"), 0,
                      home=str(clone.home), vault="", alone=True)  # fmt: skip
    record = open_record(setting)
    shown = {event.id for incident in record.ids() for event in record.events(incident)[0]}
    gone = journal.acknowledged_in(clone.number, restricted=False) - shown
    return [Violation("I1", f"clone {clone.number} does not show {few(gone)}")] if gone else []
