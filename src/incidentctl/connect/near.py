"""Whether a host is on this machine or in a private network, as names are resolved here."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor


def near_ones(hosts: Iterable[str]) -> frozenset[str]:
    """Return the hosts that have a loopback or private address now; unknown names have none."""
    names = sorted(set(hosts))
    if not names:
        return frozenset()
    with ThreadPoolExecutor(min(len(names), 16)) as pool:
        return frozenset(
            name for name, near in zip(names, pool.map(_near, names), strict=True) if near
        )


def _near(host: str) -> bool:
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(each.partition("%")[0]).is_global for each in found)
