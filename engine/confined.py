"""Confined: a function of ours in a process of its own, within bounds of memory, time and disk.

It is for reading strangers' files: a bomb, or a fault in a library that is not ours, ends that process and
nothing else. It does not get the environment, which may hold tokens, and what it prints goes nowhere.

    question   the program's one argument, JSON: {"function": "module:name", "arguments": {…}}
    answer     on standard output: a line of JSON, {"facts": {…}} or {"error": class, "message": sentence},
               and after it the bytes that the function gave
"""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Any

from engine.errors import EngineError, InvalidValueError, UnreadableFileError
from engine.folders import PROJECT

try:
    import resource
except ImportError:  # Windows has none: only time is limited there
    resource = None

MAX_CONFINED_SECONDS = 60  # of the clock, and of processor time
MAX_CONFINED_BYTES = 256_000_000  # of memory, for each process, a decoder's too
MAX_WRITTEN_BYTES = 64_000_000  # of any file it writes
PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")  # of the environment
DAMAGED = "it may be damaged: export it again, sound as a WAV file of one channel at 48 kHz or less"

RAISED = {kind.__name__: kind for kind in (UnreadableFileError, InvalidValueError)}  # again on this side

Answer = tuple[dict[str, Any], bytes]


def run_confined(function: str, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Call a function in a process of its own: the facts and bytes that it gives.

    Args:
        function: ``"module:name"``; it takes the arguments by name and returns an Answer.
        name: the file that it reads, as sentences call it.
        arguments: anything that JSON can hold.

    Raises:
        EngineError: whatever the function raises; UnreadableFileError if it took too much of anything.
    """
    question = json.dumps({"function": function, "arguments": dict(arguments)})
    with TemporaryDirectory(prefix="earshot-") as folder:  # takes what it leaves behind when it is ended
        passed_on = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "engine.confined", question],
            env={**passed_on, "PYTHONPATH": str(PROJECT), "TMPDIR": folder, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            answer, _ = process.communicate(timeout=MAX_CONFINED_SECONDS)
        except subprocess.TimeoutExpired:
            raise UnreadableFileError(
                f"reading {name} took more than {MAX_CONFINED_SECONDS} s; give a shorter file or a WAV"
            ) from None
        finally:
            _end(process)
    return _understood(answer, name)


def _end(process: subprocess.Popen) -> None:
    """End what is left of it and of the programs that it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS may say the latter
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def _understood(answer: bytes, name: str) -> Answer:
    """What the process wrote, or the error that it tells of."""
    line, _, content = answer.partition(b"\n")
    try:
        said = json.loads(line)
    except json.JSONDecodeError:  # it was ended before it could answer
        raise UnreadableFileError(f"{name} takes too much memory or time to be read, or {DAMAGED}") from None
    if "error" in said:
        raise RAISED.get(said["error"], EngineError)(said["message"])
    return said["facts"], content


def main() -> None:
    """Answer the question of the command line."""
    _limit_resources()
    question = json.loads(sys.argv[1])
    module, _, function = question["function"].partition(":")
    content = b""
    try:
        facts, content = getattr(importlib.import_module(module), function)(**question["arguments"])
        said = {"facts": facts}
    except EngineError as error:
        said = {"error": type(error).__name__, "message": str(error)}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + content)


def _limit_resources() -> None:
    """Keep this process, and those that it starts, within bounds."""
    if resource is None:
        return
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, MAX_CONFINED_SECONDS),
        (resource.RLIMIT_DATA, MAX_CONFINED_BYTES),
        (resource.RLIMIT_FSIZE, MAX_WRITTEN_BYTES),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, hard))


if __name__ == "__main__":
    main()
