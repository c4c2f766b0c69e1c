"""VisitorAddress: where a request comes from, to share out what the app can give; kept in memory alone."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

IPV6_PREFIX = 64  # bits that one household has


def address_of(request: Any) -> str:
    """The address that a request comes from.

    Behind a proxy that is the last one that the proxies have written down and that is not of an inner
    network: what stands before it a visitor can write.

    Args:
        request: Starlette's, or Gradio's, which passes its attributes on.
    """
    peer = _bare(request.client.host if request.client else "")
    lines = [] if is_public(peer) else request.headers.getlist("x-forwarded-for")  # each proxy may add one
    passed = [*(_bare(part) for part in ",".join(lines).split(",")), peer]
    return _household(next((one for one in reversed(passed) if is_public(one)), peer))


def is_public(text: str) -> bool:
    """Whether an address is one of the internet's, and not of an inner network."""
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


def _bare(text: str) -> str:
    """Without port and brackets; of an IPv4 address that is written as IPv6, that one."""
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
    """An address; of an IPv6 one the network, of which a visitor has all addresses."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return text
