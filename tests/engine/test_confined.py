"""A function in a process of its own: its answer, its errors, and its end where it takes too much."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import confined
from engine.confined import run_confined
from engine.errors import InvalidValueError, UnreadableFileError
from tests.patience import until

BEHAVIOURS = """
import os, signal, sys
from engine.errors import InvalidValueError

def well(number): return {"twice": 2 * number}, bytes(range(256))
def badly(): raise InvalidValueError("give another")
def wildly(): raise RuntimeError("of a library")
def greedy(): return {"size": len(bytearray(400_000_000))}, b""
def endless(): signal.pause()
def busy():
    while True: pass
def deadly(): os.abort()
def chatty():
    print("chatter", file=sys.stderr, flush=True)
    return {}, b""
def curious(): return dict(os.environ), b""
def large():
    with open(os.environ["TMPDIR"] + "/large", "wb") as file: file.write(bytes(100_000_000))
    return {}, b""
def limits():
    import resource
    return {"cpu": resource.getrlimit(resource.RLIMIT_CPU)[0]}, b""
def parental():
    import subprocess
    subprocess.Popen([sys.executable, "-c", CHILD])
    signal.pause()
"""
# Holds a lock as long as it lives, and says in the file that it is there.
CHILD = """
import fcntl, signal
file = open(%r, "w")
fcntl.flock(file, fcntl.LOCK_EX)
file.write("here")
file.flush()
signal.pause()
"""


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Runs one of BEHAVIOURS; a temporary folder with a link to the engine stands for the project."""
    child = CHILD % str(tmp_path / "lock")
    (tmp_path / "behaviours.py").write_text(f"CHILD = {child!r}\n{BEHAVIOURS}")
    (tmp_path / "engine").symlink_to(confined.PROJECT / "engine")
    monkeypatch.setattr(confined, "PROJECT", tmp_path)
    return lambda name, **arguments: run_confined(f"behaviours:{name}", "given.wav", arguments)


def test_what_it_gives_comes_back(ask, capfd):
    assert ask("well", number=21) == ({"twice": 42}, bytes(range(256)))
    assert ask("chatty") == ({}, b"")
    assert capfd.readouterr() == ("", ""), "a decoder's own chatter goes nowhere"


def test_an_error_of_ours_is_the_same_here(ask):
    with pytest.raises(InvalidValueError, match=r"^give another$"):
        ask("badly")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")
@pytest.mark.parametrize("name", ["wildly", "greedy", "deadly", "large"])
def test_what_goes_wrong_there_is_a_sentence_here(ask, name):
    with pytest.raises(UnreadableFileError, match=r"given\.wav takes too much memory or time") as caught:
        ask(name)
    assert "\n" not in str(caught.value)


def is_free(path: Path) -> bool:
    """Whether no process holds a lock on a file, so that the one that held it is dead."""
    import fcntl

    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.skipif(confined.resource is None, reason="the system has neither such limits nor such locks")
@pytest.mark.parametrize("name", ["endless", "busy", "parental"])
def test_it_is_ended_with_all_that_it_has_started(ask, monkeypatch, tmp_path, name):
    monkeypatch.setattr(confined, "MAX_CONFINED_SECONDS", 5 if name == "parental" else 1)
    begun = time.monotonic()
    with pytest.raises(UnreadableFileError, match=r"given\.wav took more than \d s"):
        ask(name)
    assert time.monotonic() - begun < 30
    if name == "parental":
        assert (tmp_path / "lock").read_text() == "here"
        until(lambda: is_free(tmp_path / "lock"))


@pytest.mark.skipif(confined.resource is None, reason="the system has no such limits")
def test_its_processor_time_is_bounded_too(ask):
    assert ask("limits")[0] == {"cpu": confined.MAX_CONFINED_SECONDS}


def test_it_is_told_no_secrets(ask, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    told, _ = ask("curious")
    assert "hf_secret" not in told.values() and "PATH" in told


def test_it_starts_without_torch():
    """Otherwise each upload would wait for torch to load, and take the memory that it needs."""
    code = "import sys, engine.sound, engine.notes; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
