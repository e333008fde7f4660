"""Which lint rules a line silences: `# incidentctl: ignore[IC203]` or `[IC203, IC204]`."""

from __future__ import annotations

import re

_IGNORE = re.compile(r"(?:^|\s)#\s*incidentctl:\s*ignore\[([A-Z0-9,\s]+)\]")


def ignores(data: bytes) -> dict[int, frozenset[str]]:
    """Return the codes that each line of a file, counted from 1, silences."""
    if b"incidentctl:" not in data:
        return {}
    lines = data.decode("utf-8", errors="replace").splitlines()
    return {
        number: frozenset(code.strip() for code in match[1].split(","))
        for number, line in enumerate(lines, 1)
        if (match := _IGNORE.search(line))
    }
