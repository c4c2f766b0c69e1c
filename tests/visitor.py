"""A stranger's visit to a Space: starts its app as Spaces do, without network, and samples through its API.

Run as ``python visitor.py JSON`` in a network namespace of its own, or with proxies that lead nowhere; prints
one JSON object. JSON holds ``folder`` (the Space), ``elsewhere`` (a folder of the app's user), ``command``
(what comes before the Python that runs the app), ``environment`` (of the app), ``calls`` (of its API) and
``new_network`` (whether the loopback interface must be woken).
"""

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SET_INTERFACE_FLAGS = 0x8914  # SIOCSIFFLAGS
UP_AND_RUNNING = 0x41  # IFF_UP | IFF_RUNNING
KNOCK_SECONDS = 0.2  # between two tries: a port on which nothing listens yet sends no event
START_SECONDS = 300  # far above what it takes, for a machine with other work


def wake_loopback() -> None:
    """A new network namespace has its loopback interface down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14s", b"lo", UP_AND_RUNNING, b"")
        fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, request)


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, app: subprocess.Popen) -> float:
    """Seconds until the page is served.

    Raises:
        SystemExit: the app ended, or START_SECONDS have passed.
    """
    start = time.monotonic()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() - start < START_SECONDS and app.poll() is None:
        try:
            with opener.open(url, timeout=5) as page:
                if page.status == 200:
                    return time.monotonic() - start
        except (urllib.error.URLError, OSError):
            time.sleep(KNOCK_SECONDS)
    raise SystemExit(f"the app did not start: exit status {app.poll()}")


def visit(url: str, calls: list[dict]) -> dict:
    """Names of the API's endpoints, and what each call answers."""
    from gradio_client import Client

    client = Client(url, verbose=False)
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    answers = [client.predict(**call) for call in calls]
    return {"endpoints": sorted(endpoints), "answers": answers}


def main() -> None:
    """Start, visit, print, stop."""
    given = json.loads(sys.argv[1])
    if given["new_network"]:
        wake_loopback()
    port = free_port()
    with (Path(given["elsewhere"]) / "app.log").open("wb") as log:
        app = subprocess.Popen(
            [*given["command"], sys.executable, str(Path(given["folder"]) / "app.py")],
            env=given["environment"] | {"GRADIO_SERVER_PORT": str(port)},
            cwd=given["elsewhere"],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        seconds = wait_for(f"http://127.0.0.1:{port}/", app)
        owner = Path(f"/proc/{app.pid}").stat().st_uid
        seen = visit(f"http://127.0.0.1:{port}/", given["calls"])
        sys.stdout.write(json.dumps(seen | {"seconds": seconds, "uid": owner}) + "\n")
    finally:
        os.killpg(app.pid, signal.SIGTERM)
        app.wait(20)


if __name__ == "__main__":
    main()
