"""The team's YAML, of every kind, with lines that were changed; then whatever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from fuzz.place import Place, Ran
from fuzz.words import word

_COMMANDS = (
    "catalog lint", "catalog list", "catalog show checkout", "catalog who checkout",
    "catalog graph", "process", "declare down --severity SEV1 --affects checkout --no-input",
    "declare test --drill --no-input", "drill list", "drill calendar", "drill check", "doctor",
    "actions", "list", "due", "watch --once", "run -i first", "escalate core", "severity SEV2",
    "report", "log x", "assign mitigator alice", "drill new q9 --mode planned --no-input",
)  # fmt: skip


def attempt(place: Place, chance: Random) -> Iterator[Ran | str]:
    """Change some files and run commands."""
    files = sorted(path for path in place.team.rglob("*.yaml") if ".git" not in path.parts)
    return _attempt(place, chance, chance.sample(files, min(3, len(files))))


def attempt_settings(place: Place, chance: Random) -> Iterator[Ran | str]:
    """Change the settings and run commands."""
    return _attempt(place, chance, [place.team / "incidentctl.yaml"])


def _attempt(place: Place, chance: Random, files: list[Path]) -> Iterator[Ran | str]:
    for path in files:
        path.write_bytes(_changed(chance, path.read_text()))
    for command in chance.sample(_COMMANDS, 7):
        yield place.run(*command.split(" "))


def _changed(chance: Random, text: str) -> bytes:
    lines = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        _change(chance, lines)
    data = "\n".join(lines).encode(errors="surrogatepass")
    if chance.random() < 0.1:
        place = chance.randint(0, len(data))
        data = data[:place] + chance.choice((b"\xff\xfe", b"\0", b"\x85", b"")) + data[place + 1 :]
    return data[: chance.randint(0, len(data))] if chance.random() < 0.05 else data


def _change(chance: Random, lines: list[str]) -> None:
    index = chance.randrange(len(lines)) if lines else 0
    line = lines[index] if lines else ""
    key, colon, _ = line.partition(":")
    match chance.randrange(8):
        case 0 | 1 | 2 if colon:
            lines[index : index + 1] = [f"{key}: {word(chance)}"]
        case 3 if colon:
            lines[index : index + 1] = [f"{word(chance)}:{line.partition(':')[2]}"]
        case 4:
            del lines[index : index + 1]
        case 5:
            lines.insert(index, line)
        case 6:
            lines.insert(index, chance.choice(("  ", "- ", "? ", "---", "...", "%")) + line)
        case _:
            deep = chance.choice(("[", "{a: ", "- ")) * chance.choice((3, 50, 3000))
            lines.insert(index, chance.choice((word(chance), deep, "<<: *x", "&x x: *x")))
