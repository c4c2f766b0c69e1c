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
    peer = request.client.host if request.client else ""
    behind = request.headers.get("x-forwarded-for", "").split(",") if not _is_public(peer) else []
    passed = [*(part.strip() for part in behind), peer]
    return _household(next((one for one in reversed(passed) if _is_public(one)), peer))


def _is_public(text: str) -> bool:
    try:
        return ip_address(text).is_global
    except ValueError:
        return False


def _household(text: str) -> str:
    """An address; of an IPv6 one the network, of which a visitor has all addresses."""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return text
