"""Where the app listens: a sentence for each address that cannot be used, and no proxy in the way."""

import os
import socket
import subprocess
import sys

import pytest

from engine.errors import EngineError
from pages.address import checked_address, checked_port, reach_oneself
from tests.visitor import free_port


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("192.0.2.7", "192.0.2.7:{port} is no address of this machine: set GRADIO_SERVER_NAME"),
        ("[2001:db8::7]", "(is no address of this machine|is of a kind that this machine lacks)"),
        ("no.such.host.invalid", "no.such.host.invalid is no address of this machine"),
    ],
)
def test_an_address_that_this_machine_lacks_is_refused_with_the_reason(name, why):
    """It was once "cannot be used, perhaps by another Earshot", whatever the reason was."""
    port = free_port()
    with pytest.raises(EngineError, match=why.format(port=port)):
        checked_address(name, port)


def test_a_port_in_use_is_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(EngineError, match="is in use, perhaps by another Earshot"):
            checked_address("127.0.0.1", other.getsockname()[1])


def test_an_address_is_given_as_gradio_wants_it():
    port = free_port()
    assert checked_address("127.0.0.1", port) == "127.0.0.1"
    assert checked_address("0.0.0.0", port) == "0.0.0.0"
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return  # a machine without IPv6
    assert checked_address("::1", port) == checked_address("[::1]", port) == "[::1]"


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "-1", "7860.5"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(EngineError, match=f"GRADIO_SERVER_PORT={text} must be a number from 1 to 65535"):
        checked_port(text)


def test_the_program_ends_with_one_sentence(project_folder, tmp_path):
    environment = {**os.environ, "GRADIO_SERVER_NAME": "192.0.2.7", "GRADIO_SERVER_PORT": str(free_port())}
    command = [sys.executable, str(project_folder / "app.py")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "is no address of this machine" in done.stderr


def test_settings_of_proxies_stay_and_our_own_addresses_are_added(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "example.org")
    monkeypatch.setenv("NO_PROXY", "")  # reach_oneself changes it too, and monkeypatch puts it back
    reach_oneself("[::1]")
    assert os.environ["https_proxy"] == "http://proxy.example:3128"
    # three names of this machine, then the address where the app listens: here ::1 once more
    assert os.environ["no_proxy"] == "example.org,localhost,127.0.0.1,::1,::1"
