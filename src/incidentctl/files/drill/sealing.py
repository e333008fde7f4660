"""Encrypt the private half of a drill to its readers' age or SSH keys, and open it again.

The format is age's, armored, so that the program `age` can open it as well. An age file does not
say for whom it is encrypted: a comment at the end of the sealed text does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from incidentctl.errors import (
    EnvironmentFailedError,
    InvalidDataError,
    NotFoundError,
    RefusedError,
    install_extra,
)

_KEYS = b"# sealed for: "
_MAX_KEY = 1 << 16


class Opened(NamedTuple):
    """The sealed content, and the public keys it is sealed for; none if the comment is missing."""

    content: bytes
    keys: frozenset[str]


def seal(content: bytes, keys: Mapping[str, str]) -> bytes:
    """Encrypt for readers, each with a public key; refuses an invalid key by its reader's name.

    Each call gives different bytes, even for the same content.
    """
    recipients = [_recipient(reader, key) for reader, key in sorted(keys.items())]
    comment = _KEYS + ", ".join(sorted(set(keys.values()))).encode() + b"\n"
    ended = content if content.endswith(b"\n") or not content else content + b"\n"
    sealed: bytes = _pyrage().encrypt(ended + comment, recipients, armored=True)
    return sealed


def unseal(sealed: bytes, identities: Iterable[Any], *, path: str) -> Opened:
    """Decrypt with identities; refuses if none of them fits, or if somebody edited the file.

    `path` names the sealed file in messages.
    """
    pyrage = _pyrage()
    try:
        opened: bytes = pyrage.decrypt(sealed, list(identities))
    except pyrage.DecryptError as error:
        if str(error) == "No matching keys found":
            raise RefusedError(
                f"{path} is not sealed for your key.",
                hint="Ask one of its readers to add you to `readers` and to seal it again.",
            ) from None
        raise InvalidDataError(
            f"{path} is damaged, or somebody edited it: it cannot be opened.",
            hint=f"Take it from an earlier commit (`git log -- {path}`), or ask a reader to seal "
            f"it again.",
        ) from None
    head, found, last = opened.rpartition(_KEYS)
    if not found or (head and not head.endswith(b"\n")) or b"\n" in last[:-1]:
        return Opened(opened, frozenset())
    keys = last.decode(errors="replace").strip().split(", ")
    return Opened(head, frozenset(keys))


def read_identity(path: Path) -> list[Any]:
    """Return the secret keys of a file: one or more age keys, or one SSH key.

    Refuses a file without a key, and an SSH key with a passphrase.
    """
    pyrage = _pyrage()
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_KEY)
    except FileNotFoundError:
        raise NotFoundError(f"There is no key {path}.") from None
    except OSError as error:
        raise EnvironmentFailedError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return [pyrage.ssh.Identity.from_buffer(data)]
        lines = (line.strip() for line in data.decode(errors="replace").splitlines())
        found = [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except pyrage.IdentityError as error:
        if "must be decrypted" in str(error):
            raise RefusedError(
                f"{path} is protected by a passphrase, which cannot be asked for here.",
                hint=f"The program age asks for it: `age -d -i {path} SEALED`. Or make a key for "
                f"this with `age-keygen`, and give its public half as your `age_key`.",
            ) from None
        found = []
    if not found:
        raise InvalidDataError(
            f"{path} is not a key that opens sealed files.",
            hint="Use a key from `age-keygen`, or an SSH key of type ed25519 or rsa.",
        )
    return found


def _recipient(reader: str, key: str) -> Any:
    pyrage = _pyrage()
    kinds: tuple[Any, ...] = (pyrage.x25519.Recipient, pyrage.ssh.Recipient)
    for kind in kinds if len(key.splitlines()) == 1 else ():
        try:
            return kind.from_str(key)
        except pyrage.RecipientError:
            continue
    raise InvalidDataError(
        f"The age_key of {reader} is not a key to seal for.",
        hint="It is a public key: age1… of `age-keygen`, or a line ssh-ed25519 … or ssh-rsa ….",
    )


def _pyrage() -> Any:
    try:
        import pyrage  # noqa: PLC0415 (14 ms, and an extra)
    except ImportError:
        raise EnvironmentFailedError(
            "Sealing needs an extra that is not installed.",
            hint=install_extra("seal"),
        ) from None
    return pyrage
