"""VisitorAddress: where a request comes from, to share out what the app can give; kept in memory alone."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

IPV6_PREFIX = 64  # bits that one household has


def address_of(request: Any) -> str:
    """The address that a request comes from.

    Behind a proxy that is the last public address that the proxies have written down: a visitor can write
    what stands before it.

    Args:
        request: Starlette's, or Gradio's, which passes its attributes on.
    """
    peer = _bare(request.client.host if request.client else "")
    lines = [] if is_public(peer) else request.headers.getlist("x-forwarded-for")  # each proxy may add one
    passed = [*(_bare(part) for part in ",".join(lines).split(",")), peer]
    return _household(next((address for address in reversed(passed) if is_public(address)), peer))


def is_public(text: str) -> bool:
    """Whether an address is one of the internet's, and not of an inner network."""
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


def _bare(text: str) -> str:
    """An address without port and brackets; one of IPv4 that is written as IPv6 becomes IPv4 again."""
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
    """An address; for IPv6 its network, all addresses of which are one visitor's."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return text
