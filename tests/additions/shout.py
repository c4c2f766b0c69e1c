"""A command that a test adds to ``python -m engine`` and ``python -m training``: it shouts."""

import argparse
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from engine.command_line import EXIT_STOPPED
from engine.errors import InvalidValueError


def add_shout(program: ModuleType, monkeypatch: Any) -> None:
    """Add the command ``shout`` to a program's table."""
    entry = ("shout", "says it aloud", SimpleNamespace(add_arguments=_add_arguments, run=_run))
    monkeypatch.setattr(program, "COMMANDS", (*program.COMMANDS, entry))


def _add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--times", type=int, default=1)


def _run(options: argparse.Namespace) -> None:
    if options.times < 1:
        raise InvalidValueError(f"--times {options.times} must be above 0")
    if options.times > 2:
        raise KeyboardInterrupt
    sys.stdout.write("ho " * options.times)


def check_shout(program: ModuleType, capsys: Any, before: str, stopped: str) -> None:
    """Run it well, with bad words and until it is stopped, and look for it in the help.

    Args:
        program: to whose table it was added.
        capsys: of pytest.
        before: the command that was the table's last.
        stopped: how the line begins that is printed after Ctrl-C.
    """
    assert program.main(["shout", "--times", "2"]) == 0
    assert capsys.readouterr().out == "ho ho "
    assert program.main(["shout", "--times", "0"]) == 1
    assert capsys.readouterr().err == "error: --times 0 must be above 0\n"
    assert program.main(["shout", "--times", "3"]) == EXIT_STOPPED
    assert capsys.readouterr().err.startswith(stopped)
    with pytest.raises(SystemExit, match="0"):
        program.main(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{before} | shout" in shown and "says it aloud" in shown
