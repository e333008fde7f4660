"""Refs of the record that name what they must not, and trees that hold it; then what reads them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from fuzz.place import Place, Ran

_REFS = (
    "refs/incidentctl/log", "refs/heads/incident-log", "refs/incidentctl/restricted",
    "refs/remotes/origin/incident-log",
)  # fmt: skip
_COMMANDS = (
    "list", "list --all", "show first", "log said", "log -i first", "due", "watch --once", "sync",
    "doctor", "report", "declare other --severity SEV3 --no-input", "resolve z", "adopt",
    "purge", "declare apart --restricted --severity SEV3 --no-input",
)  # fmt: skip
_NAMES = (
    "events", "log.md", "incidents", "2026", "11", "..", ".git", "a b", "x\ty", "é", "-x",
    "x" * 250,
    "inc-20261124-1401-k7f", "01M8765GG1993JZZ2RC3PY935S-noted.json", "Incidents", "x\x1b[31m",
)  # fmt: skip
_MODES = {"100644": "blob", "100755": "blob", "120000": "blob", "40000": "tree", "160000": "commit"}


def attempt(place: Place, chance: Random) -> Iterator[Ran | str]:
    """Point refs at something else and run commands."""
    for ref in chance.sample(_REFS, chance.randint(1, 2)):
        _point(place, chance, ref)
    for command in chance.sample(_COMMANDS, 7):
        yield place.run(*command.split(" "))


def _point(place: Place, chance: Random, ref: str) -> None:
    path = place.team / ".git" / ref
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = ("blob", "tag", "missing", "tree", "commit", "text", "gone", "symbolic", "packed")
    match chance.choice(kinds):
        case "blob":
            path.write_text(_blob(place, chance) + "\n")
        case "tag":
            # Where packed-refs was broken before, git says nothing.
            name = place.git("rev-parse", "HEAD", check=False) or "1" * 40
            tag = f"object {name}\ntype commit\ntag t\ntagger M <m@x> 1 +0000\n\nx\n"
            literally = ("hash-object", "-t", "tag", "--literally", "-w", "--stdin")
            found = place.git(*literally, data=tag.encode())
            path.write_text(found + "\n")
        case "missing":
            path.write_text("1" * 40 + "\n")
        case "tree":
            path.write_text(_tree(place, chance, 3) + "\n")
        case "commit":
            path.write_text(_commit(place, chance) + "\n")
        case "text":
            path.write_bytes(chance.choice((b"", b"\0" * 40, b"x\n", b"ref: ", b"0" * 40 + b"\n")))
        case "symbolic":
            path.write_text(f"ref: {chance.choice(_REFS)}\n")
        case "packed":
            line = f"{'2' * 40} {ref}\n".encode()
            (place.team / ".git" / "packed-refs").write_bytes(
                b"# pack-refs with: peeled fully-peeled sorted \n"
                + chance.choice((line, line[:-1], b"x" + line, line * 2, b"\0\n"))
            )
        case _:
            path.unlink(missing_ok=True)


def _commit(place: Place, chance: Random) -> str:
    tree, head = (
        _tree(place, chance, 4),
        place.git("rev-parse", "refs/incidentctl/log^0", check=False),
    )
    parent = chance.choice(
        ("", f"parent {'1' * 40}\n", f"parent {head}\n" if len(head) == 40 else "")
    )
    date = chance.choice(("1", "0", "99999999999999999999", "-5", "x"))
    text = (
        f"tree {tree}\n{parent}author M <m@x> {date} +0000\ncommitter M <m@x> {date} +0000\n\nx\n"
    )
    data = text.encode()
    return place.git("hash-object", "-t", "commit", "--literally", "-w", "--stdin", data=data)


def _tree(place: Place, chance: Random, depth: int) -> str:
    """Make a tree that may hold any name under any mode, also twice, in any order."""
    data = b""
    for name in chance.sample(_NAMES, chance.randint(0, 4)):
        mode = chance.choice(list(_MODES))
        kind = _MODES[mode]
        if chance.random() < 0.2:
            oid = "3" * 40
        elif kind == "tree" and depth:
            oid = _tree(place, chance, depth - 1)
        else:
            oid = _blob(place, chance)
        data += f"{mode} {name}".encode() + b"\0" + bytes.fromhex(oid)
    return place.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", data=data)


def _blob(place: Place, chance: Random) -> str:
    data = chance.choice((b"", b"{}", b"x\n", b"\xff\0", b"../../../etc/passwd", b"y" * 70_000))
    return place.git("hash-object", "-w", "--stdin", data=data)
