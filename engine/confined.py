"""Confined: calls one of our functions in a separate process with limits on memory, time and disk.

It is for reading strangers' files: a bomb, or a fault in somebody else's library, ends that process and
nothing else. Of our environment the process gets only PASSED_ON, because the rest may hold tokens; its error
output is thrown away.

    question   the program's one argument, JSON: {"function": "module:name", "arguments": {…}}
    answer     on standard output: a line of JSON, {"facts": {…}} or {"error": class, "message": sentence},
               then the bytes that the function returned
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

MAX_CONFINED_SECONDS = 60  # by the clock, and of processor time
MAX_CONFINED_BYTES = 256_000_000  # memory of each process, including a decoder that it starts
MAX_WRITTEN_BYTES = 64_000_000  # size of any file it writes
PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")  # variables of the environment that it gets
DAMAGED = "it may be damaged: export it again (a sound as a mono WAV file, at 48 kHz or less)"

RAISED = {
    kind.__name__: kind for kind in (UnreadableFileError, InvalidValueError)
}  # errors that are raised again as what they were; all others as EngineError

Answer = tuple[dict[str, Any], bytes]


def run_confined(function: str, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Call a function in a separate process; returns the facts and bytes that the function returns.

    Args:
        function: ``"module:name"``; it takes the arguments by name and returns an Answer.
        name: what messages call the file that it reads.
        arguments: anything that JSON can hold.

    Raises:
        EngineError: the function raises one; its class is kept if it is in RAISED.
        UnreadableFileError: the process gives no answer, e.g. because it reached a limit.
    """
    question = json.dumps({"function": function, "arguments": dict(arguments)})
    with TemporaryDirectory(prefix="earshot-") as folder:  # so that what it leaves behind is deleted
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
                f"reading {name} took more than {MAX_CONFINED_SECONDS} s; give a shorter file (sound as WAV)"
            ) from None
        finally:
            _end(process)
    return _understood(answer, name)


def _end(process: subprocess.Popen) -> None:
    """Kill the process and, where there are process groups, the programs that it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS may say the latter
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def _understood(answer: bytes, name: str) -> Answer:
    """The facts and bytes that the process wrote; raises the error that it reports."""
    line, _, content = answer.partition(b"\n")
    try:
        said = json.loads(line)
    except json.JSONDecodeError:  # no answer: it was ended, or failed with some other error
        raise UnreadableFileError(f"{name} takes too much memory or time to be read, or {DAMAGED}") from None
    if "error" in said:
        raise RAISED.get(said["error"], EngineError)(said["message"])
    return said["facts"], content


def main() -> None:
    """Answer the question on the command line: what runs in the separate process."""
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
