"""The values of secrets, read for one attempt, and a mask for every text that could show them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from incidentctl.domain.actions.request import Basic, Later
from incidentctl.domain.catalog.action_settings import Parts, Secret
from incidentctl.domain.common.text import clean, one_line

_MASK = "***"
#: What is kept of a text of the target in a sentence, in characters.
_SAID = 200


class MissingSecretError(Exception):
    """Variables are not set, or hold what cannot be sent; the message is a sentence."""


class Vault:
    """The secrets of one attempt."""

    def __init__(self, names: Iterable[str], environment: Mapping[str, str]) -> None:
        """Read the variables; MissingSecretError if one is not set or no line of text."""
        self._values = {name: environment.get(name, "").strip() for name in names}
        if missing := [name for name, value in self._values.items() if not value]:
            verb = "is" if len(missing) == 1 else "are"
            raise MissingSecretError(f"{', '.join(missing)} {verb} not set in the environment.")
        for name, value in self._values.items():
            if not value.isprintable():
                raise MissingSecretError(f"{name} holds more than one line of text.")
        forms = {form for value in self._values.values() for form in _forms(value)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None
        self.longest = max(map(len, forms), default=0)

    def text(self, parts: Parts) -> str:
        """Return a text with its secrets."""
        return "".join(self._values[p.name] if isinstance(p, Secret) else p for p in parts)

    def header(self, value: Parts | Basic) -> str:
        """Return the value of a header."""
        if isinstance(value, Basic):
            pair = f"{value.user}:{self._values[value.password.name]}"
            return f"Basic {base64.b64encode(pair.encode()).decode()}"
        return self.text(value)

    def address(self, parts: tuple[str | Secret | Later, ...], known: Mapping[str, str]) -> str:
        """Return an address; what is put into it is encoded."""
        written = ""
        for part in parts:
            match part:
                case str():
                    written += part
                case Secret(name):
                    written += quote(self._values[name], safe="/")
                case Later(name):
                    written += quote(known[name], safe="")
        return written

    def user_address(self, parts: Parts) -> str:
        """Return an address of Apprise, in which nothing of a secret acts as a part of it."""
        return "".join(
            quote(self._values[p.name], safe="") if isinstance(p, Secret) else p for p in parts
        )

    def fill(self, value: Any, known: Mapping[str, str]) -> Any:
        """Return a body that JSON can write."""
        match value:
            case Secret(name):
                return self._values[name]
            case Later(name):
                return known[name]
            case Mapping():
                return {name: self.fill(of, known) for name, of in value.items()}
            case tuple() | list():
                return [self.fill(each, known) for each in value]
            case _:
                return value

    def mask(self, text: str) -> str:
        """Return a text without the secrets, in whichever form."""
        return self._pattern.sub(_MASK, text) if self._pattern else text

    def said(self, text: str) -> str:
        """Return what a target said as a part of a sentence: masked, on one line, short."""
        line = one_line(self.mask(text))
        return line if len(line) <= _SAID else f"{line[:_SAID]}…"

    def kept(self, text: str, *, cut: bool) -> str:
        """Return several lines, masked; of a cut text the end may be a part of a secret."""
        masked = self.mask(text)
        if cut and self.longest:
            masked = masked[: -self.longest]
        return clean(masked.strip(), keep_lines=True)


def _forms(value: str) -> set[str]:
    """Return how a secret may stand in a text: as it is, encoded for an address, JSON, Basic."""
    quoted = {quote(value, safe=safe) for safe in ("", "/")}
    written = json.dumps(value)[1:-1]
    pair = base64.b64encode(value.encode()).decode().rstrip("=")
    return {value, written, clean(value), pair, *quoted}
