"""A rule about people's public keys: a sealed drill plan can be encrypted to them.

It reads the text alone, so that it needs none of the programs that encrypt.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.lint.rule import Finding, Rule
from incidentctl.domain.lint.rule_text import RuleText
from incidentctl.domain.lint.rules.secrets import secret_in

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
#: `age1`, 52 characters of the key, 6 of a checksum; in one case.
_AGE = re.compile(rf"age1([{_ALPHABET}]{{58}})")
#: How many fields the key of each kind has inside, its name included.
_SSH = {"ssh-ed25519": 2, "ssh-rsa": 3}


def key_fault(key: str) -> str | None:
    """Say what is wrong with a public key, for the end of a sentence; None when it can be one."""
    if secret := secret_in(key):  # it is never shown: it is not ours to repeat
        return f"is {secret}, and everybody with the repository can read it: make another"
    lowered = key.lower() if key.isupper() else key
    if found := _AGE.fullmatch(lowered):
        return None if _checked(found[1]) else "has a character that is wrong: its checksum differs"
    name, _, rest = key.partition(" ")
    if "\n" not in key and name in _SSH:
        return None if _is_ssh(name, rest.partition(" ")[0]) else f"is no whole {name} key"
    if name.startswith(("ecdsa-", "sk-", "ssh-dss")):
        return f"is an SSH key of a kind ({name[:40]}) that nothing can be sealed for"
    return "is neither an age recipient nor an SSH public key"


def _checked(data: str) -> bool:
    """Say whether a checksum of bech32 is right (BIP 173), behind the prefix that age has."""
    prefix = [*(ord(letter) >> 5 for letter in "age"), 0, *(ord(letter) & 31 for letter in "age")]
    value = 1
    for five in [*prefix, *(_ALPHABET.index(letter) for letter in data)]:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ five
        for bit, part in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                value ^= part
    return value == 1


def _is_ssh(name: str, encoded: str) -> bool:
    """Say whether a key names itself inside as outside, and is not cut off (RFC 4253, 6.6)."""
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    fields: list[bytes] = []
    at = 0
    while at < len(blob):
        end = at + 4 + int.from_bytes(blob[at : at + 4])
        fields.append(blob[at + 4 : end])
        at = end
    return at == len(blob) and len(fields) == _SSH[name] and fields[0] == name.encode()


def no_key(catalog: Catalog) -> Iterable[Finding]:
    """Find an `age_key` that nothing can be sealed for."""
    return (finding for _, finding in bad_keys(catalog))


def bad_keys(catalog: Catalog) -> Iterator[tuple[str, Finding]]:
    """Yield whose `age_key` nothing can be sealed for, each with the finding."""
    for entry in catalog.of_kind("team"):
        for number, member in enumerate(entry.value.members):
            key = member.age_key
            if key is not None and (fault := key_fault(key)):
                yield (
                    member.handle,
                    Finding(
                        "IC124",
                        f"The age_key of {member.handle} {fault}.",
                        entry.source,
                        ("members", number, "age_key"),
                        "It is a public key: age1… of `age-keygen`, or a line ssh-ed25519 … or "
                        "ssh-rsa …, as `ssh-keygen` writes into a file .pub.",
                    ),
                )


RULES = (
    Rule(
        RuleText(
            "IC124",
            "error",
            "A key that cannot be used for sealing",
            "A drill plan is sealed for the keys of its readers. A wrong one is found when it is "
            "too late to ask for another.",
            "Write the public key: of age, or of SSH of the kind ed25519 or rsa.",
        ),
        no_key,
    ),
)
