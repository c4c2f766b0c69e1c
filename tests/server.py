"""A program that serves pages, in a process of its own: started, waited for, listened to, stopped.

It has its own process, since what Gradio's server leaves open would count as warnings in the tests.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.visitor import free_port, wait_for


@dataclass
class Server:
    """A program that is serving, and what it has written.

    Args:
        address: ends with a slash.
        folder: where it runs, with its temporary files in ``tmp`` and what it serves in ``served``.
    """

    address: str
    folder: Path
    read: int = 0

    def news(self) -> str:
        """What it has written since this was last asked."""
        text = (self.folder / "log").read_text(errors="replace")
        new, self.read = text[self.read :], len(text)
        return new

    def served_files(self, pattern: str = "*") -> set[Path]:
        """The files that it has kept for visitors, whose names match the pattern.

        An app that several tests share may still be drawing for the visitor of the test before.
        """
        return {path for path in (self.folder / "served").rglob(pattern) if path.is_file()}


@contextmanager
def serving(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Server]:
    """A server that runs in ``folder``, where no program of ours lies, until the block ends."""
    (folder / "tmp").mkdir()
    port = free_port()
    places = {"TMPDIR": str(folder / "tmp"), "GRADIO_TEMP_DIR": str(folder / "served")}
    given = {**os.environ, **places, "GRADIO_SERVER_PORT": str(port), **environment}
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen(command, cwd=folder, env=given, stdout=log, stderr=log)
    with program:
        try:
            try:
                wait_for(f"http://127.0.0.1:{port}/", program)
            except SystemExit as error:
                raise AssertionError(f"{error}\n{(folder / 'log').read_text()}") from None
            yield Server(f"http://127.0.0.1:{port}/", folder)
        finally:
            program.terminate()
