"""Use cases `drill seal` and `drill unseal`: encrypt a private half so it can be committed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from incidentctl.app.drill.documents import find
from incidentctl.app.workspace.places import config_file, state_folder
from incidentctl.app.workspace.workspace import Workspace
from incidentctl.domain.catalog.entries import sources
from incidentctl.domain.catalog.model import Catalog
from incidentctl.domain.drill.plan import PlannedDrill, PrivateHalf, readers_of
from incidentctl.domain.lint.rules.age_keys import bad_keys
from incidentctl.errors import IncidentctlError, InvalidDataError, NotFoundError, RefusedError
from incidentctl.files.drill.sealing import Opened
from incidentctl.git import atomic, permissions


class Sealed(NamedTuple):
    """The result for a sealed file, and who may open it."""

    path: str
    outcome: Literal["sealed", "unchanged"]
    readers: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Who would read it by default, but has no key."""
    replaced: bool = False
    """Whether an earlier sealed file was replaced, which the history may still have."""


class Unsealed(NamedTuple):
    """The result for a private half."""

    path: str
    outcome: Literal["written", "unchanged"]


def _memory_of(workspace: Workspace) -> Path:
    """Return this clone's folder with the hashes of what was sealed or opened here last."""
    place = workspace.repository()
    home = place.common_dir if place else state_folder(workspace.environment)
    return home / "incidentctl" / "sealed"


class Readers(NamedTuple):
    """Who can open the sealed half, each with their key, and who would but has no key."""

    keys: dict[str, str]
    without: tuple[str, ...] = ()


def readers(catalog: Catalog, half: PrivateHalf, author: str | None = None) -> Readers:
    """Return the readers of the sealed half.

    Refuses if one that the half names has no key, or none of those who read it by default.
    """
    wanted = readers_of(half, catalog, author)
    members = catalog.members()
    found = {who: members[who][1].age_key if who in members else None for who in wanted}
    keys = {who: key for who, key in found.items() if key}
    without = tuple(who for who in wanted if who not in keys)
    if without and (half.readers or not keys):
        raise InvalidDataError(
            f"No `age_key` to seal for: {', '.join(without)}.",
            hint="Give each reader an `age_key` in teams/*.yaml.",
        )
    return Readers(keys, without)


def seal(workspace: Workspace, name: str) -> Sealed:
    """Seal the private half of a drill for its readers, if it or they changed.

    Refuses to overwrite a sealed half that somebody else sealed.
    """
    from incidentctl.files import writer
    from incidentctl.files.drill import sealing

    root, catalog, memory = workspace.team_root(), workspace.catalog, _memory_of(workspace)
    name, private, path = _paths(catalog, name)
    half = catalog.private_halves.get(name)
    if half is None:
        raise NotFoundError(
            f"There is no readable private half at {private}.",
            hint="`incidentctl catalog lint` says what is wrong with it; "
            f"`incidentctl drill unseal {name}` opens a sealed one.",
        )
    who = workspace.actor(None).handle
    author = who if who in catalog.members() else None
    keys, without = readers(catalog, half, author)
    _check_keys(root, catalog, keys)
    content = _read(root, sources(catalog, "private_half")[name].source.path) or b""
    before = _read(root, path)
    known = _recall(memory, name)
    if before is not None and known.get("sealed") != _hash(before):
        raise RefusedError(
            f"{path} has changed since it was last sealed or opened here, perhaps by a colleague.",
            hint=f"Move your private half away, run `incidentctl drill unseal {name}`, and add "
            f"your changes. Or remove {path} to seal yours.",
        )
    of = _of(content, keys.values())
    if before is not None and known.get("of") == of:
        return Sealed(path, "unchanged", tuple(keys), without)
    sealed = sealing.seal(content, keys)
    if before is None:
        _write(root, path, sealed.decode("ascii"))
    else:
        writer.rewrite(root, path, sealed, before=before)
    _remember(memory, name, sealed, of)
    return Sealed(path, "sealed", tuple(keys), without, before is not None)


def unseal(workspace: Workspace, name: str, identities: Collection[Path]) -> Unsealed:
    """Open the sealed half of a drill into its plain file; refuses to overwrite other content.

    `identities` are files with secret keys; without any, those in the usual places.
    """
    root, memory = workspace.team_root(), _memory_of(workspace)
    identities = identities or _usual_keys(workspace.environment)
    name, private, path = _paths(workspace.catalog, name)
    sealed = _read(root, path)
    if sealed is None:
        raise NotFoundError(f"There is no sealed half at {path}.")
    opened = _open(sealed, path, identities)
    outcome: Literal["written", "unchanged"] = "written"
    there = _read(root, private)
    if there is not None:
        if there != opened.content:
            raise RefusedError(
                f"{private} differs from the sealed half. It was not changed.",
                hint="If yours is newer, remove the sealed one and seal it. If not, move yours "
                "away and unseal again.",
            )
        outcome = "unchanged"
    else:
        _write(root, private, _text(opened.content, path))
    _remember(memory, name, sealed, _of(opened.content, opened.keys) if opened.keys else None)
    return Unsealed(private, outcome)


def _usual_keys(environment: Mapping[str, str]) -> list[Path]:
    ssh = Path(environment.get("HOME", "/")) / ".ssh"
    own = config_file(environment).parent / "age.txt"
    return [each for each in (own, ssh / "id_ed25519", ssh / "id_rsa") if each.is_file()]


def _read(root: Path, path: str) -> bytes | None:
    """Return the content of a half, None where there is no file; refuses anything but a file."""
    from incidentctl.files.layout import read_half

    found = read_half(root, path)
    if found.problem is not None:
        raise RefusedError(
            found.problem.message, hint=f"Remove {path}: incidentctl did not write it."
        )
    return found.data


def _write(root: Path, path: str, text: str) -> None:
    from incidentctl.files.writer import write_new

    if write_new(root, {path: text}).kept:
        raise RefusedError(f"{path} already exists. It was not changed.")


def _check_keys(root: Path, catalog: Catalog, readers: Collection[str]) -> None:
    """Refuse an unusable key of a reader, with its place."""
    for who, finding in bad_keys(catalog):
        if who in readers and finding.source is not None:
            from incidentctl.files.layout import read_one
            from incidentctl.files.yaml.positions import Positions

            source = finding.source
            found = Positions(read_one(root, source.path).data or b"").value(source, finding.loc)
            place = ":".join(map(str, (source.path, *(found or ()))))
            raise InvalidDataError(f"{place}: {finding.message}", hint=finding.hint_text)


def _open(sealed: bytes, path: str, identities: Collection[Path]) -> Opened:
    """Open a sealed content with any of the keys; an unusable key matters only if no key fits."""
    from incidentctl.files.drill import sealing

    keys: list[Any] = []
    refusals: list[IncidentctlError] = []
    for each in identities:
        try:
            keys += sealing.read_identity(each)
        except IncidentctlError as refusal:
            refusals.append(refusal)
    if not keys and not refusals:
        raise NotFoundError(
            "No key here can open it.",
            hint="Name your secret key with --identity FILE.",
        )
    if not keys:
        raise refusals[0]
    try:
        return sealing.unseal(sealed, keys, path=path)
    except RefusedError:
        if refusals:
            raise refusals[0] from None
        raise


def _text(content: bytes, path: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise InvalidDataError(f"The sealed content of {path} is not text.") from None


def _paths(catalog: Catalog, name: str) -> tuple[str, str, str]:
    """Return the name of an unplanned drill and the paths of its private and sealed half."""
    drill = find(catalog, name)
    if isinstance(drill.announced, PlannedDrill):
        raise RefusedError(
            f"{drill.name} is a planned drill: nothing in it is secret, so nothing is sealed."
        )
    beside = sources(catalog, "private_half").get(drill.name)
    public = Path(sources(catalog, "drill")[drill.name].source.path)
    private = beside.source.path if beside else f"{public.parent}/{drill.name}.private.yaml"
    return drill.name, private, f"{private}.age"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _of(content: bytes, keys: Collection[str]) -> str:
    """Return a hash of a content and the keys that open it."""
    ended = content if content.endswith(b"\n") else content + b"\n"
    return _hash(ended + "\n".join(sorted(set(keys))).encode())


def _recall(memory: Path, name: str) -> dict[str, Any]:
    try:
        known = json.loads((memory / f"{name}.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(memory: Path, name: str, sealed: bytes, of: str | None) -> None:
    permissions.make_folder(memory)
    entry = {"sealed": _hash(sealed), "of": of}
    atomic.replace(memory / f"{name}.json", json.dumps(entry).encode(), durable=False)
