"""Address: where the app listens, checked before anything is built, and reached without a proxy."""

import errno
import os
import socket
from collections.abc import Mapping
from ipaddress import ip_address

from engine.errors import EngineError

LOOPBACK_ADDRESS = "127.0.0.1"  # Gradio wants the port to be free here too, whatever it listens on
MAX_PORT = 65_535
ADDRESS_PROBLEMS = {
    errno.EADDRINUSE: "is in use, perhaps by another Earshot: set GRADIO_SERVER_PORT to another",
    errno.EADDRNOTAVAIL: "is no address of this machine: set GRADIO_SERVER_NAME to one, or to 0.0.0.0",
    errno.EAFNOSUPPORT: "is of a kind that this machine lacks: set GRADIO_SERVER_NAME to another",
    errno.EACCES: "may not be used by you: set GRADIO_SERVER_PORT to 1024 or more",
}


def chosen_place(environment: Mapping[str, str]) -> tuple[str, int]:
    """The address and port that GRADIO_SERVER_NAME and GRADIO_SERVER_PORT name.

    Raises:
        SystemExit: with a sentence, if the app cannot listen there.
    """
    try:
        port = checked_port(environment.get("GRADIO_SERVER_PORT", "7860"))
        return checked_address(environment.get("GRADIO_SERVER_NAME", LOOPBACK_ADDRESS), port), port
    except EngineError as error:
        raise SystemExit(str(error)) from None


def checked_port(text: str) -> int:
    """The port that a text names.

    Raises:
        EngineError: it is not a whole number from 1 to ``MAX_PORT``.
    """
    if not text.isdecimal() or not 1 <= int(text) <= MAX_PORT:
        raise EngineError(f"GRADIO_SERVER_PORT={text} must be a number from 1 to {MAX_PORT}")
    return int(text)


def checked_address(name: str, port: int) -> str:
    """The address as Gradio wants it, an IPv6 one in brackets.

    Raises:
        EngineError: the app cannot listen there; the sentence says why.
    """
    host = name.removeprefix("[").removesuffix("]")
    for address in (host, LOOPBACK_ADDRESS):
        try:
            family, kind, _, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except socket.gaierror:
            raise EngineError(f"{name} {ADDRESS_PROBLEMS[errno.EADDRNOTAVAIL]}") from None
        except OSError as error:
            reason = ADDRESS_PROBLEMS.get(error.errno, f"cannot be used ({error.strerror})")
            raise EngineError(f"{name}:{port} {reason}") from None
    return f"[{host}]" if _is_ipv6(host) else host


def reach_oneself(host: str) -> None:
    """Keep the app's requests to itself away from the proxy that the environment may name."""
    for spelling in ("no_proxy", "NO_PROXY"):
        own = ("localhost", LOOPBACK_ADDRESS, "::1", host.strip("[]"))
        os.environ[spelling] = ",".join(filter(None, (os.environ.get(spelling), *own)))


def _is_ipv6(host: str) -> bool:
    try:
        return ip_address(host).version == 6
    except ValueError:
        return False  # a host's name, no number
