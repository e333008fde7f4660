"""Whose delivery it is: the sources of alerts, their secrets, and the proof of a sender."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from incidentctl.connect.alerts import generic, proof, registry
from incidentctl.connect.alerts.payload import MAX_BODY, decode
from incidentctl.domain.alerts.alert import Alert
from incidentctl.domain.catalog.alert_rules import Mapped
from incidentctl.domain.catalog.model import Catalog

__all__ = ["MAX_BODY", "Hook", "find", "is_proven", "oversized", "read", "signs"]

_ENV = "env:"


class Hook(NamedTuple):
    """A source that may deliver: its format, None if that is detected, and its secrets."""

    name: str
    form: str | None
    secrets: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    """The names of variables that should have a secret, and are not set or empty."""
    in_path: bool = False
    """Whether its token may be in the path, because it cannot set a header."""
    mapping: Mapped | None = None
    """How its own fields are read, if it has no known format."""

    @property
    def is_open(self) -> bool:
        """Whether it needs no secret: then only this machine may deliver."""
        return not self.secrets and not self.unset


def find(
    catalog: Catalog | None,
    name: str,
    environment: Mapping[str, str],
    given: Iterable[tuple[str, str]] = (),
) -> Hook | None:
    """Return the source of a name: one of alerts.yaml, else that of a format; None if unknown.

    `given` are secrets of formats, as the name of each format and of a variable.
    """
    source = catalog.alerts.sources.get(name) if catalog else None
    if source is not None:
        names = [stated.removeprefix(_ENV) for stated in source.secrets]
        hook = Hook(name, source.format, in_path=source.token_in_path, mapping=source.mapping)
    elif name in registry.FORMATS:
        names = [variable for form, variable in given if form == name]
        hook = Hook(name, name)
    else:
        return None
    return hook._replace(
        secrets=tuple(environment[each] for each in names if environment.get(each)),
        unset=tuple(each for each in names if not environment.get(each)),
    )


def unset(
    catalog: Catalog,
    environment: Mapping[str, str],
    given: Iterable[tuple[str, str]] = (),
    *,
    also: Iterable[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Return the variables of secrets that are not set, by the source that needs them.

    `also` are names in `given` that are no formats. Of two secrets of a source one is enough.
    """
    named: dict[str, list[str]] = {}
    for form, variable in given:
        if form in registry.FORMATS or form in also:
            named.setdefault(form, []).append(variable)
    for name, source in catalog.alerts.sources.items():
        if source.secrets:
            named[name] = [stated.removeprefix(_ENV) for stated in source.secrets]
    return {
        name: tuple(variables)
        for name, variables in named.items()
        if not any(environment.get(each) for each in variables)
    }


def signs(hook: Hook, headers: Mapping[str, str]) -> bool:
    """Say whether the proof is a signature, for which the whole body is needed."""
    return registry.signs(hook.form or "", headers)


def is_proven(
    hook: Hook, token: str | None, headers: Mapping[str, str], body: bytes, now: datetime
) -> bool:
    """Say whether a delivery proves that its sender knows a secret of the source.

    `token` is what stands in the path.
    """
    if token is not None and hook.in_path:
        return proof.is_one_of(hook.secrets, token)
    return registry.is_proven(hook.form or "", hook.secrets, headers, body, now)


def read(hook: Hook, headers: Mapping[str, str], body: bytes) -> list[Alert]:
    """Return the alerts of a delivery, as those of the source.

    InvalidDataError if it is broken, too deep, or of another format than the source has.
    """
    payload = decode(body, headers)
    if hook.form == generic.NAME and hook.mapping is not None:
        found = generic.read(payload, hook.mapping)
    else:
        found = registry.read(payload, hook.form)
    return [alert._replace(source=hook.name) for alert in found]


def oversized(hook: Hook) -> Alert:
    """Return the alert that tells people of a delivery that was too large to be read."""
    return Alert(
        hook.name,
        "incidentctl: too large",
        "incidentctl: too large",
        "firing",
        f"An alert of {hook.name} was too large to be read",
        f"It had more than {MAX_BODY // 1024**2} MiB and was refused: look at {hook.name} itself, "
        "and let it group less. Alertmanager has `max_alerts`.",
        labels={"alertname": "DeliveryTooLarge"},
    )
