"""VisitorAddress: the address that a request comes from, by which the app bounds what a visitor may take.

Addresses are kept in memory only.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

IPV6_PREFIX = 64  # bits that all addresses of one household share


def address_of(request: Any) -> str:
    """The address that a request comes from.

    Behind a proxy it is the last public address that the proxies have written into X-Forwarded-For: a
    visitor can forge the earlier ones.

    Args:
        request: Starlette's, or Gradio's, which has the same attributes.
    """
    peer = _bare(request.client.host if request.client else "")
    lines = [] if is_public(peer) else request.headers.getlist("x-forwarded-for")  # each proxy may add one
    passed = [*(_bare(part) for part in ",".join(lines).split(",")), peer]
    return _household(next((address for address in reversed(passed) if is_public(address)), peer))


def is_public(text: str) -> bool:
    """Whether an address belongs to the internet, and not to a private network."""
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


def _bare(text: str) -> str:
    """An address without port and brackets; an IPv4 address that is written as IPv6 becomes IPv4 again."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return text
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _household(text: str) -> str:
    """The address; for IPv6 its network, whose addresses all count as one visitor's."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return text
