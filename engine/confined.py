"""Confined: a function of ours in a process of its own, which may take only so much memory, time and disk.

For what reads the files of strangers: a bomb, or a fault in a library that is not ours, ends that process and
nothing else. It is not told the environment, where tokens are, and what it prints goes nowhere.

    question   the program's one argument, JSON: {"function": "module:name", "arguments": {…}}
    answer     on standard output: a line of JSON, {"facts": {…}} or {"error": class, "message": sentence},
               and behind it the bytes that the function gave
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
except ImportError:  # Windows has none: time alone is limited there
    resource = None

SECONDS = 60  # of the clock and of a processor
MEMORY_BYTES = 256_000_000  # that each process may have written to, the decoder's too
DISK_BYTES = 64_000_000  # of any file it writes
TOLD = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")  # of the environment
REMEDY = "it may be damaged: export it again, sound as a WAV file of one channel at 48 kHz or less"

RAISED = {each.__name__: each for each in (UnreadableFileError, InvalidValueError)}  # as they are

Answer = tuple[dict[str, Any], bytes]


def run_confined(function: str, name: str, arguments: Mapping[str, Any]) -> Answer:
    """The facts and bytes that a function gives.

    Args:
        function: ``"module:name"``; it takes the arguments by name and gives an Answer.
        name: of the file that it reads, for sentences.
        arguments: what JSON can hold.

    Raises:
        EngineError: whatever the function raises; UnreadableFileError if it took too much of anything.
    """
    question = json.dumps({"function": function, "arguments": dict(arguments)})
    with TemporaryDirectory(prefix="earshot-") as folder:  # also of what it leaves behind when it is ended
        told = {key: os.environ[key] for key in TOLD if key in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "engine.confined", question],
            env={**told, "PYTHONPATH": str(PROJECT), "TMPDIR": folder, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            answer, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise UnreadableFileError(
                f"reading {name} took more than {SECONDS} s; give a shorter file or a WAV"
            ) from None
        finally:
            _end(process)
    return _understood(answer, name)


def _end(process: subprocess.Popen) -> None:
    """Whatever of it is left, and of the programs that it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS may say the latter
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def _understood(answer: bytes, name: str) -> Answer:
    line, _, content = answer.partition(b"\n")
    try:
        said = json.loads(line)
    except json.JSONDecodeError:  # it was ended on its way
        raise UnreadableFileError(f"{name} takes too much memory or time to be read, or {REMEDY}") from None
    if "error" in said:
        raise RAISED.get(said["error"], EngineError)(said["message"])
    return said["facts"], content


def main() -> None:
    """Answer the question of the command line."""
    _limit()
    question = json.loads(sys.argv[1])
    module, _, function = question["function"].partition(":")
    content = b""
    try:
        facts, content = getattr(importlib.import_module(module), function)(**question["arguments"])
        said = {"facts": facts}
    except EngineError as error:
        said = {"error": type(error).__name__, "message": str(error)}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + content)


def _limit() -> None:
    """Keep this process, and those that it starts, within bounds."""
    if resource is None:
        return
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, DISK_BYTES),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, hard))


if __name__ == "__main__":
    main()
