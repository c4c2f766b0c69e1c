"""``python -m training``: a table of commands, called and run as a program."""

import subprocess
import sys

import pytest

from tests.additions.shout import add_shout, check_shout
from training import __main__ as program


@pytest.mark.parametrize(
    "given", [("fti",), ("evaluate", "x", "--split", "half"), ("fit", "--units", "a"), ()]
)
def test_what_cannot_be_parsed_ends_with_two(given, capsys):
    with pytest.raises(SystemExit, match="2"):
        program.main(list(given))
    assert "usage: " in capsys.readouterr().err


def test_a_new_command_needs_only_its_module_and_its_entry(monkeypatch, capsys):
    add_shout(program, monkeypatch)
    check_shout(program, capsys, before="primes", stopped="stopped; ")


def test_as_a_process_too_an_error_is_one_line_and_gives_one(project_folder, tmp_path):
    command = [sys.executable, "-m", "training", "evaluate", "x", "--checkpoints", str(tmp_path)]
    done = subprocess.run(command, cwd=project_folder, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: unknown checkpoint 'x'; known: none\n"
