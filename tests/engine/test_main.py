"""``python -m engine``: a table of commands, in any folder."""

import json
import os
import subprocess
import sys

import pytest

from engine import __main__ as program
from tests.additions.shout import add_shout, check_shout
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
    add_shout(program, monkeypatch)
    check_shout(program, capsys, "analyse", "stopped")


def test_a_reader_that_has_enough_ends_the_program_without_a_word(project_folder):
    """As ``| head`` does."""
    command = [sys.executable, "-m", "engine", "list"]
    with subprocess.Popen(
        command, cwd=project_folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        running.stdout.close()
        assert (running.stderr.read(), running.wait()) == ("", 1)
