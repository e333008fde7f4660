"""Who is at the other end of a connection: this machine, a named proxy, or somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple

from incidentctl.serve.settings import Address, Network, Settings

#: Headers by which a proxy shows itself.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


class Peer(NamedTuple):
    """Who sends a request."""

    address: str
    """Its address, for the log."""
    is_local: bool
    """Whether a program on this machine sends it directly, and no page in a browser."""
    may_deliver: bool
    """Whether it comes over TLS, from a named proxy, or from this machine."""
    may_probe: bool
    """Whether it may read how the receiver is."""


def peer_of(settings: Settings, client: tuple[str, int] | None, headers: Mapping[str, str]) -> Peer:
    """Return who sends a request, by its connection and its headers in small letters."""
    direct = _address(client[0] if client else "")
    if direct is None:
        return Peer("unknown", is_local=False, may_deliver=False, may_probe=False)
    by_proxy = _within(direct, settings.proxies)
    forwarded = any(name in headers for name in _FORWARDED)
    origin: Address | None = direct
    if by_proxy and "x-forwarded-for" in headers:
        origin = _first_unnamed(headers["x-forwarded-for"], settings.proxies)
    is_here = direct.is_loopback and not forwarded and not by_proxy
    is_told = by_proxy or not forwarded
    return Peer(
        str(origin) if origin else "unknown",
        is_local=is_here and "origin" not in headers and _is_local_name(headers.get("host", "")),
        may_deliver=by_proxy or is_here or not settings.proxies,
        may_probe=is_here or (is_told and _within(origin, settings.probes)),
    )


def _first_unnamed(header: str, proxies: tuple[Network, ...]) -> Address | None:
    """Return who connected to the first of the named proxies: what stands before may be a lie."""
    for part in reversed(header.split(",")):
        found = _address(part.strip())
        if found is None or not _within(found, proxies):
            return found
    return None


def _is_local_name(host: str) -> bool:
    """Say whether a `Host` names this machine: a page of another name may lead a browser here."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return name.casefold() in _LOCAL_NAMES


def _within(address: Address | None, networks: tuple[Network, ...]) -> bool:
    return address is not None and any(address in network for network in networks)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found
