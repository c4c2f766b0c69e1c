"""Names: what the app is called, and whose pages may post to it.

Another site can make its own name point here, or post here through a visitor's browser. The header Host shows
the first; Sec-Fetch-Site shows the second, or Origin where the browser is old or the connection not secure.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from pages.bounds import is_public

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
HOSTS_VARIABLE = "EARSHOT_HOSTS"  # of the environment: names that a proxy may pass on, with commas between
FOREIGN_PAGE = (
    "pages of other sites may not use this app: open the app itself (a proxy before it must pass Host on, or "
    f"{HOSTS_VARIABLE} name it)"
)


class Names:
    """The names of the app.

    Args:
        host: the address on which it listens.
        environment: may name others, in ``HOSTS_VARIABLE``.
    """

    def __init__(self, host: str, environment: Mapping[str, str]):
        given = {
            name.strip().lower() for name in environment.get(HOSTS_VARIABLE, "").split(",") if name.strip()
        }
        self._given = frozenset(given)
        self._only = frozenset({*LOOPBACK_NAMES, *given}) if given or _is_loopback(host) else None

    def refusal(self, request: Request) -> tuple[int, str] | None:
        """Why a request is not answered, as a status of HTTP and a sentence; None if it is."""
        try:
            if self._only is not None and _name(request.headers.get("host", "")) not in self._only:
                return (
                    421,
                    f"this app answers to {', '.join(sorted(self._only))}: name others in {HOSTS_VARIABLE}",
                )
            is_safe = request.method in ("GET", "HEAD")
            return None if is_safe or self._is_from_here(request) else (403, FOREIGN_PAGE)
        except ValueError:  # no host can be written like this
            return 400, "Host or Origin is damaged: send it as it is"

    def _is_from_here(self, request: Request) -> bool:
        """Whether a request comes from a page of this site, or from a program."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.headers.get("origin")
        if origin is None:
            return True
        own = {request.headers.get("host", "")}
        if request.client is None or not is_public(request.client.host):  # a proxy of ours, perhaps
            own.add(request.headers.get("x-forwarded-host", "").partition(",")[0].strip())
        given = urlsplit(origin)
        is_own = any(_are_one(given.netloc, name) for name in own if name)
        return is_own or (given.hostname or "") in self._given


def _are_one(first: str, second: str) -> bool:
    """Whether two hosts, each with or without a port, are the same; a proxy may leave the port out."""
    places = (urlsplit(f"//{first}"), urlsplit(f"//{second}"))
    ports = {place.port for place in places} - {None}
    hosts = {place.hostname for place in places}
    return len(hosts) == 1 and all(hosts) and len(ports) < 2


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    return (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
