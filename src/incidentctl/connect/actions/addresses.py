"""Which addresses an action may speak to: never metadata services, this network only if named."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_Address = IPv4Address | IPv6Address

#: Where clouds hand out credentials to whoever asks from inside: AWS and others (link-local),
#: AWS by IPv6, Alibaba, Oracle, Azure's wire server.
_METADATA = frozenset(
    map(ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192",
                     "168.63.129.16"))
)  # fmt: skip
_NAT64 = ip_network("64:ff9b::/96")


def refusal(text: str, *, named: bool) -> str | None:
    """Say why an address must not be spoken to; None if it may. `named`: the trust names its host.

    An IPv4 address inside an IPv6 one counts as what it is.
    """
    address = _inner(ip_address(text.partition("%")[0]))
    if address in _METADATA or address.is_link_local:
        return "a link-local or metadata address, which no action may reach"
    if address.is_loopback:
        return None if named else "an address of this machine, which the trust does not name"
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return "no address of a host"
    if address.is_global or named:
        return None
    return "an address of a private network, which the trust does not name"


def _inner(address: _Address) -> _Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
