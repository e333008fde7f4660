"""The address of a room, and how people are identified."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Address
from typing import NamedTuple
from urllib.parse import urlsplit

from incidentctl.domain.common.text import one_line
from incidentctl.errors import UsageError
from incidentctl.serve.settings import Network

#: Names of this machine, for which no certificate is needed.
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PORTS = {"http": 80, "https": 443}
_ENV = "env:"


class Origin(NamedTuple):
    """Where browsers find the room: `https://room.example`, with the hosts that name it."""

    scheme: str
    hosts: tuple[str, ...]
    """As the header `Host` names them; the first one is shown."""

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by TLS."""
        return self.scheme == "https"

    @property
    def address(self) -> str:
        """The address, without a slash at its end."""
        return f"{self.scheme}://{self.hosts[0]}"


class ProxyIdentity(NamedTuple):
    """The header by which a trusted proxy says who somebody is."""

    header: str
    """Its name in small letters."""
    proxies: tuple[Network, ...]
    secret: str | None = None
    """What the proxy sends in `SECRET_HEADER`; on loopback others could connect, too."""


class OpenIdClient(NamedTuple):
    """The provider of OpenID Connect that says who somebody is, and what it calls the room."""

    issuer: str
    client: str
    secret: str


class TeamRoom(NamedTuple):
    """The room of a team: where it is, and who says who somebody is."""

    origin: Origin
    identity: ProxyIdentity | OpenIdClient


#: The header in which the proxy proves itself.
SECRET_HEADER = "x-incidentctl-secret"  # noqa: S105 (its name)


def named(address: str) -> Origin:
    """Return the origin that an address names; UsageError if it cannot be one."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), -1
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    right = parts.scheme in _PORTS and host and port != -1 and parts.username is None
    if not right or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(
            f"{one_line(address)!r} is not the address of a room.",
            hint="Give one such as https://incidents.example.com, without a path.",
        )
    if parts.scheme != "https" and host not in LOOPBACK:
        raise UsageError(
            f"{one_line(address)!r} would let others listen in.",
            hint="Let the proxy serve https, and give its address.",
        )
    usual = _PORTS[parts.scheme]
    hosts = (host, f"{host}:{usual}") if port in (None, usual) else (f"{host}:{port}",)
    return Origin(parts.scheme, hosts)


def here(host: str, port: int) -> Origin:
    """Return the origin of a room that listens on loopback."""
    own = f"[{host}]" if ":" in host else host
    hosts = dict.fromkeys((own, *LOOPBACK))
    return Origin("http", tuple(f"{each}:{port}" for each in hosts))


def proxy_identity(
    header: str | None,
    secret: str | None,
    proxies: tuple[Network, ...],
    environment: Mapping[str, str],
) -> ProxyIdentity:
    """Return who says who somebody is; UsageError where that would not be safe.

    `secret` names a variable of the environment, `env:NAME`.
    """
    if not header or not proxies:
        raise UsageError(
            "Nothing says who the people in the room are.",
            hint="Name the header with --identity-header and the proxy that sets it with --proxy, "
            "or a provider with --openid-issuer.",
        )
    value = _secret(secret, environment) if secret else None
    if value is None and any(map(_reaches_loopback, proxies)):
        raise UsageError(
            "On this machine anybody could claim to be the proxy.",
            hint="Give --identity-secret env:NAME, and let the proxy send its value as "
            "X-Incidentctl-Secret.",
        )
    return ProxyIdentity(header.casefold(), proxies, value)


def _reaches_loopback(network: Network) -> bool:
    if isinstance(network, IPv4Network):
        return network.overlaps(IPv4Network("127.0.0.0/8"))
    return IPv6Address("::1") in network


def openid_client(
    issuer: str, client: str | None, secret: str | None, environment: Mapping[str, str]
) -> OpenIdClient:
    """Return the provider that says who somebody is; UsageError where that would not be safe."""
    if not client or not secret:
        raise UsageError(
            "The provider knows the room by a client and its secret.",
            hint="Give --openid-client ID and --openid-secret env:NAME.",
        )
    try:
        parts = urlsplit(issuer)
    except ValueError:
        parts = urlsplit("")
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
        raise UsageError(
            f"{one_line(issuer)!r} is not the https address of a provider.",
            hint="Give its issuer, such as https://accounts.example.com.",
        )
    return OpenIdClient(issuer, client, _secret(secret, environment))


def ensure_secure(address: str) -> None:
    """Refuse an address without TLS, for which browsers keep no cookie that a provider needs."""
    if not named(address).is_secure:
        raise UsageError(
            f"{one_line(address)!r} is not secure.", hint="Give an https address of the room."
        )


def _secret(stated: str, environment: Mapping[str, str]) -> str:
    name = stated.removeprefix(_ENV)
    if name == stated:
        raise UsageError(
            "A secret is named by its variable, and never written here.", hint="Give env:NAME."
        )
    if not environment.get(name):
        raise UsageError(f"The variable {one_line(name)} is not set.", hint="Set it to the secret.")
    return environment[name]
