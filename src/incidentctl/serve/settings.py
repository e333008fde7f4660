"""How a receiver is to serve: where, to whom, and how much at once."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from incidentctl.domain.common.text import one_line
from incidentctl.errors import UsageError

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class Limits(NamedTuple):
    """What bounds memory, time and number of what is taken at once."""

    body_seconds: float = 20.0
    """A body that takes longer is cut off."""
    head_seconds: float = 10.0
    """A connection that for so long sends nothing, or a head in small pieces, is cut off."""
    answer_seconds: float = 20.0
    """A delivery that is not on disk by then is answered with 503."""
    bodies: int = 24 * 1024 * 1024
    """Bytes of the bodies that are held at once."""
    connections: int = 200
    waiting: int = 100
    """Deliveries that wait to be written at once; of one source half as many."""
    rate: float = 1000.0
    """Alerts a second of one source."""
    burst: int = 20_000
    """Alerts of one source that may come at once."""
    retry_after: int = 5
    """Seconds that a sender is asked to wait."""
    gather: float = 1.0
    """Seconds in which acknowledgements gather before they are committed together."""
    gather_most: float = 5.0
    """The most seconds in which they gather while many come."""
    look_every: float = 15.0
    """Seconds between two looks at the remote, or at the work tree."""
    stop_seconds: float = 10.0


class Settings(NamedTuple):
    """Where to listen, who may connect, and which branch of the team's files to follow."""

    host: str = "127.0.0.1"
    port: int = 8095
    certificate: str | None = None
    key: str | None = None
    proxies: tuple[Network, ...] = ()
    """Who ends TLS before it: then nobody else but this machine may connect."""
    probes: tuple[Network, ...] = ()
    """Who may read /readyz and /metrics, besides this machine."""
    branch: str | None = None
    alone: bool = False
    """Whether this is the only receiver of the team."""
    secrets: tuple[tuple[str, str], ...] = ()
    """Secrets of formats: the name of each format, and of a variable of the environment."""
    limits: Limits = Limits()

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return self.host == "localhost" or (_is_address(self.host) and _ip(self.host).is_loopback)


def listen_at(text: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`; UsageError if it is not that."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise UsageError(
            f"{one_line(text)!r} is not an address to listen on.",
            hint="Give HOST:PORT, such as 127.0.0.1:8095 or [::1]:8095.",
        )
    return host, int(port)


def secret(text: str) -> tuple[str, str]:
    """Return the format and the variable of `FORMAT=env:NAME`; UsageError if it is not that."""
    form, _, named = text.partition("=")
    if form and named.startswith("env:") and named.removeprefix("env:"):
        return form, named.removeprefix("env:")
    raise UsageError(
        "A secret is named by its variable, and never written here.",
        hint="Give FORMAT=env:NAME, such as alertmanager=env:ALERTMANAGER_TOKEN.",
    )


def network(text: str) -> Network:
    """Return an address or network; UsageError if it is none."""
    try:
        return ip_network(text)
    except ValueError:
        raise UsageError(
            f"{one_line(text)!r} is neither an address nor a network.",
            hint="Give one such as 10.0.0.7 or 10.0.0.0/24.",
        ) from None


def ensure_safe(settings: Settings) -> None:
    """Refuse to receive secrets in the clear from other machines."""
    if (settings.certificate is None) != (settings.key is None):
        raise UsageError("--tls-certificate and --tls-key belong together.", hint="Give both.")
    if settings.is_loopback or settings.certificate or settings.proxies:
        return
    raise UsageError(
        f"{settings.host} is reachable from the network, which tokens would cross in clear text.",
        hint="Give --tls-certificate and --tls-key, or name the proxy that terminates TLS with "
        "--proxy, or listen on 127.0.0.1.",
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _ip(text: str) -> Address:
    return ip_address(text)
