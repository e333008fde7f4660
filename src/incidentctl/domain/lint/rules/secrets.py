"""Rules about secrets: no file that everybody with the repository can read may hold one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from incidentctl.domain.catalog.entries import label
from incidentctl.domain.catalog.model import Catalog, CatalogEntry
from incidentctl.domain.lint.rule import Finding, Loc, Rule
from incidentctl.domain.lint.rule_text import RuleText

#: Forms of secrets, as their issuers document them.
_SHAPES: tuple[tuple[str, str], ...] = (
    (r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}", "a Slack token"),
    (r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}", "a GitHub token"),
    (r"glpat-[A-Za-z0-9_-]{20,}", "a GitLab token"),
    (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", "an AWS access key"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY", "a private key"),
    (r"AGE-SECRET-KEY-1[A-Z0-9]{20,}", "an age secret key"),
    (r"\b[sr]k_live_[A-Za-z0-9]{16,}", "a Stripe key"),
    (r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{8,}", "a Slack webhook"),
    (r"discord(?:app)?\.com/api/webhooks/\d+/[\w-]+", "a Discord webhook"),
    (r"://[^/?#\s:@]+:[^/?#\s@]+@", "an address with a password"),
)
_ANY = re.compile("|".join(f"({shape})" for shape, _ in _SHAPES))
#: A part of each form, searched for first: trying ten patterns at each character, some of which
#: begin with no letter, takes ten times as long.
_MAYBE = re.compile(
    r"xox|xapp-|gh[pousr]_|github_pat_|glpat-|A[KS]IA|PRIVATE KEY|AGE-SECRET|[sr]k_live_"
    r"|hooks\.slack|/webhooks/|@"
)

#: Names of settings whose values are secret; `PublicKey` and `project_key` are not.
_PASSWORD = re.compile(r"password|passwd|passphrase|secret", re.IGNORECASE)
_KEY = re.compile(r"key|token|credential", re.IGNORECASE)
_RANDOM = re.compile(r"(?=.*\d)[A-Za-z0-9+/_=.-]{16,}$")
_FROM_ENVIRONMENT = re.compile(r"\$?\{?env:", re.IGNORECASE)


def in_plain_text(catalog: Catalog) -> Iterable[Finding]:
    """Find texts that have the form of a secret, judged alone or together with their key."""
    for entry in catalog.entries:
        for loc, key, text in _texts(entry):
            what = secret_in(text, key=key)
            if what is not None:
                yield Finding(
                    "IC116",
                    f"`{_place(loc)}` of {label(entry)} holds {what} in plain text.",
                    entry.source,
                    loc,
                    _ADVICE,
                )
    for source, loc, what in catalog.own_secrets:
        yield Finding("IC116", f"`{_place(loc)}` holds {what} in plain text.", source, loc, _ADVICE)


def _place(loc: Loc) -> str:
    """Write a place as the file has it, such as `actions[0].with.url`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).removeprefix(".")


_ADVICE = (
    "Put it into the environment, write `env:NAME` here, and replace the secret: "
    "the history keeps it."
)


def secrets_below(value: Any, key: str) -> list[tuple[Loc, str]]:
    """Return the places, in the value of a key of one's own, of what seems secret; and the sort."""
    found = ((loc, secret_in(text, key=under)) for loc, under, text in _walk((), key, value))
    return [(loc, what) for loc, what in found if what is not None]


def secret_in(text: str, *, key: str = "") -> str | None:
    """Say what sort of secret a text seems to be, given its key; None if it seems to be none."""
    if not key and not _MAYBE.search(text):  # so are nearly all
        return None
    if _FROM_ENVIRONMENT.match(text):
        return None
    match = _ANY.search(text) if _MAYBE.search(text) else None
    if match is not None and match.lastindex is not None:
        return _SHAPES[match.lastindex - 1][1]
    if _PASSWORD.search(key) and " " not in text.strip():
        return "a password or secret"
    if _KEY.search(key) and _RANDOM.match(text):
        return "a key or token"
    return None


def _texts(entry: CatalogEntry) -> Iterable[tuple[Loc, str, str]]:
    """Yield every free text of an entry: its place, the key above it, and the text."""
    return _walk((), "", entry.value)


#: What is checked by other rules and holds no free text.
_NO_TEXT = re.compile(r"(tuple\[)?(Name|Zone|ServiceType|Lifecycle|ActionKind|TierName|Literal)\b")


#: Texts that are read in parts, since secrets may stand in them: in the file each is one.
_IN_PARTS = re.compile(r"(?:WithSecrets|Address)\b")


@cache
def _fields(cls: type) -> tuple[tuple[str, bool], ...]:
    """Return the fields of a class that may hold free text, and whether that is read in parts.

    A public age key is checked itself.
    """
    return tuple(
        (field.name, _IN_PARTS.search(str(field.type)) is not None)
        for field in fields(cls)
        if not _NO_TEXT.match(str(field.type)) and field.name != "age_key"
    )


def _walk(
    loc: Loc, key: str, value: Any, *, in_parts: bool = False
) -> Iterable[tuple[Loc, str, str]]:
    if isinstance(value, str):
        yield loc, key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk((*loc, name), str(name), inner, in_parts=in_parts)
    elif isinstance(value, tuple | list):
        whole = in_parts and not any(type(inner) is tuple for inner in value)
        for number, inner in enumerate(value):
            place = loc if whole else (*loc, number)
            yield from _walk(place, key, inner, in_parts=in_parts)
    elif is_dataclass(value) and not isinstance(value, type):
        for name, parts in _fields(type(value)):
            inner = getattr(value, name)
            if inner:
                yield from _walk((*loc, name.rstrip("_")), "", inner, in_parts=parts)


RULES = (
    Rule(
        RuleText(
            "IC116",
            "error",
            "A secret in plain text",
            "Everybody who can read the repository can use it, and git keeps it for ever. The rule "
            "looks for known forms (Slack, GitHub, GitLab, AWS, Stripe, age, private keys, webhook "
            "addresses, passwords in addresses), and for values of keys such as integration-key, "
            "token, secret or password; also below keys of your own (`x-`).",
            "Move it to the environment and write `env:NAME`; then replace the secret.",
        ),
        in_plain_text,
    ),
)
