"""``python -m engine``: a table of commands, in any folder."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from engine import __main__ as program
from engine.errors import InvalidValueError
from tests.engine.commands.command_line import write_piece
from tests.engine.small_models import published


def test_the_program_runs_from_any_folder(tmp_path, project_folder):
    """It is run as a program, not called."""
    published(tmp_path / "checkpoints")
    write_piece(tmp_path / "piece.mid")
    words = ("score", "tiny-gru", "piece.mid", "--checkpoints", "checkpoints", "--json")
    ended = subprocess.run(
        [sys.executable, "-m", "engine", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(project_folder)},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "") and json.loads(ended.stdout)["num_frames"] == 6


def test_an_unknown_option_shows_the_usage(capsys):
    with pytest.raises(SystemExit, match="2"):
        program.main(["list", "--bogus"])
    assert "usage:" in capsys.readouterr().err


def test_a_command_is_itself_and_its_entry(monkeypatch, capsys):
    def run(options) -> None:
        if options.times < 1:
            raise InvalidValueError(f"--times {options.times} must be above 0")
        sys.stdout.write("ho " * options.times)

    def add_arguments(command) -> None:
        command.add_argument("--times", type=int, default=1)

    entry = ("shout", "says it aloud", SimpleNamespace(add_arguments=add_arguments, run=run))
    monkeypatch.setattr(program, "COMMANDS", (*program.COMMANDS, entry))
    assert program.main(["shout", "--times", "2"]) == 0
    assert capsys.readouterr().out == "ho ho "
    assert program.main(["shout", "--times", "0"]) == 1
    assert capsys.readouterr().err == "error: --times 0 must be above 0\n"
    with pytest.raises(SystemExit, match="0"):
        program.main(["--help"])
    shown = capsys.readouterr().out
    assert "analyse | shout" in shown and "says it aloud" in shown
