"""``python -m training``: a table of commands, called and run as a program."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from engine.errors import InvalidValueError
from training import __main__ as program


@pytest.mark.parametrize(
    "given", [("fti",), ("evaluate", "x", "--split", "half"), ("fit", "--units", "a"), ()]
)
def test_what_cannot_be_parsed_ends_with_two(given, capsys):
    with pytest.raises(SystemExit, match="2"):
        program.main(list(given))
    assert "usage: " in capsys.readouterr().err


def test_a_command_is_itself_and_its_entry(monkeypatch, capsys):
    def run(options) -> None:
        if options.times < 1:
            raise InvalidValueError(f"--times {options.times} must be above 0")
        if options.times > 2:
            raise KeyboardInterrupt
        sys.stdout.write("ho " * options.times)

    def add_arguments(command) -> None:
        command.add_argument("--times", type=int, default=1)

    entry = ("shout", "says it aloud", SimpleNamespace(add_arguments=add_arguments, run=run))
    monkeypatch.setattr(program, "COMMANDS", (*program.COMMANDS, entry))
    assert program.main(["shout", "--times", "2"]) == 0
    assert capsys.readouterr().out == "ho ho "
    assert program.main(["shout", "--times", "0"]) == 1
    assert capsys.readouterr().err == "error: --times 0 must be above 0\n"
    assert program.main(["shout", "--times", "3"]) == 130
    assert capsys.readouterr().err.startswith("stopped; ")
    with pytest.raises(SystemExit, match="0"):
        program.main(["--help"])
    shown = capsys.readouterr().out
    assert "primes | shout" in " ".join(shown.split()) and "says it aloud" in shown


def test_as_a_process_too_an_error_is_one_line_and_gives_one(project_folder, tmp_path):
    command = [sys.executable, "-m", "training", "evaluate", "x", "--checkpoints", str(tmp_path)]
    done = subprocess.run(command, cwd=project_folder, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: unknown checkpoint 'x'; known: none\n"
