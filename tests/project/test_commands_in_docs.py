"""Commands in README.md, CONTRIBUTING.md and training/reproduce: run where that is quick, else parsed.

A command is a line of an indented block, or ``python -m …`` or ``make …`` between backticks.
"""

import ast
import glob
import inspect
import re
import shlex
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from engine import __main__ as engine_program
from engine.notes import Note, Notes, midi_bytes
from pages import api
from tests.project.test_requirements import pins
from tests.source import PROJECT
from training import __main__ as training_program
from training.fitting import read_recipe, recipe_names

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
SCRIPTS = sorted((PROJECT / "training" / "reproduce").glob("*.sh"))
PROGRAMS = {"engine": engine_program, "training": training_program}
QUICK = ("list", "sample", "score", "render", "bundle", "analyse")  # of the engine
SMALL = {"bundle": ["--trials", "1", "--frames", "4", "--prime-frames", "4"]}  # besides what is written
BLOCK = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)
INLINE = re.compile(r"`(python -m [^`]+|make [^`]+)`")
TREE = re.compile(r"^## Where files are$.*?(?=^## )", re.MULTILINE | re.DOTALL)
GOLDENS = PROJECT / "tests" / "goldens"
HF_GROUPS = {"auth", "repos"}  # whose commands have two words


def words_of(line: str) -> list[str]:
    """A command as a shell would split it: without comment, without variables that are set before it."""
    words = shlex.split(line.replace("\n", " "), comments=True)
    while re.match(r"[A-Z_]+=", words[0]):
        words.pop(0)
    return [words[0].removeprefix(".venv/bin/"), *words[1:]]


def in_document(name: str) -> list[tuple[str, ...]]:
    """All commands of a document, each once."""
    text = TREE.sub("", (PROJECT / name).read_text(encoding="utf-8"))
    return list(dict.fromkeys(tuple(words_of(line)) for line in BLOCK.findall(text) + INLINE.findall(text)))


def in_script(path: Path) -> list[tuple[str, ...]]:
    """All commands of a script."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("$python ")]
    return [tuple(words_of(line.replace("$python", "python", 1))) for line in lines]


WRITTEN = list(dict.fromkeys(command for name in DOCUMENTS for command in in_document(name)))
SCRIPTED = list(dict.fromkeys(command for path in SCRIPTS for command in in_script(path)))


class ParsedError(Exception):
    """Raised instead of running what was parsed."""


def parse(program: str, arguments: list[str], monkeypatch) -> None:
    """Parse a command with the program's own parser, which exits if it refuses it, and run nothing."""
    parse_args = ArgumentParser.parse_args

    def stop(parser: ArgumentParser, given: list[str]) -> None:
        raise ParsedError(parse_args(parser, given))

    monkeypatch.setattr(ArgumentParser, "parse_args", stop)
    with pytest.raises(ParsedError):
        PROGRAMS[program].main(arguments)


def check_dask(arguments: list[str]) -> None:
    """Parse a command of Dask, and start nothing."""
    from distributed.cli import dask_scheduler, dask_worker

    command = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}[arguments[0]]
    command.make_context(arguments[0], arguments[1:])


def check_hf(arguments: list[str]) -> None:
    """The Hub's own program knows this command and its options; the network is not used."""
    command = arguments[: 2 if arguments[0] in HF_GROUPS else 1]
    asked = [str(Path(sys.executable).with_name("hf")), *command, "--help"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    options = [word for word in arguments if word.startswith("--")]
    assert not [option for option in options if not re.search(rf"(?<!\S){option}(?!\S)", told.stdout)]


def check_make(arguments: list[str]) -> None:
    """A target that is there, with variables that the Makefile asks for."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    target, *variables = arguments
    assert target in re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    for variable in variables:
        assert f"$({variable.partition('=')[0]})" in makefile


def check_pip(arguments: list[str]) -> None:
    """What is installed by hand has the version that is pinned, or is a file of such pins."""
    assert arguments[0] == "install"
    if arguments[1] == "-r":
        assert pins(PROJECT / arguments[2])
        return
    name, _, version = arguments[1].partition("==")
    assert pins(PROJECT / "requirements.txt")[name] == version


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A working folder with the files that commands name: a piece, answers to a bundle, and its key."""
    monkeypatch.chdir(tmp_path)
    scale = (Note(480 * step, 480 * (step + 1), 60 + step) for step in range(6))
    Path("mine.mid").write_bytes(midi_bytes(Notes(480, tuple(scale))))
    shutil.copy(GOLDENS / "bundle-answers.jsonl", "answers-1.jsonl")
    shutil.copy(GOLDENS / "bundle.key.json", "test.key.json")
    return tmp_path


def check_python(arguments: list[str], monkeypatch) -> None:
    """Run a quick command of ours, parse any other."""
    assert arguments[0] == "-m"
    module, *rest = arguments[1:]
    if module == "dask":
        check_dask(rest)
    elif module == "engine" and rest[0] in QUICK:
        given = [
            argument for word in rest for argument in (sorted(glob.glob(word)) if "*" in word else [word])
        ]
        if rest[0] == "bundle":
            Path("test.key.json").unlink()  # it writes its own
        assert PROGRAMS[module].main([*given, *SMALL.get(rest[0], [])]) == 0
        if "--out" in given:
            assert Path(given[given.index("--out") + 1]).exists()
    elif module != "venv":
        parse(module, rest, monkeypatch)


@pytest.mark.parametrize("command", WRITTEN, ids=" ".join)
def test_every_command_of_the_documents_works(command, folder, monkeypatch):
    program, *arguments = command
    if program in ("python", "python3"):
        check_python(arguments, monkeypatch)
    else:
        {"make": check_make, "pip": check_pip, "hf": check_hf}[program](arguments)


@pytest.mark.parametrize("command", SCRIPTED, ids=" ".join)
def test_every_command_of_the_scripts_is_parsed_and_names_what_there_is(command, monkeypatch):
    program, module, name, verb, *rest = command
    assert (program, module, name) == ("python", "-m", "training")
    parse(name, [verb, *rest], monkeypatch)
    if verb in ("fit", "search", "spread"):
        recipes = [word for word in rest if re.fullmatch(r"[a-z_]+-[a-z]+", word)]
        files = [word for word in rest if word.endswith(".json")]
        assert (recipes or files) and set(recipes) <= set(recipe_names())
        assert all(read_recipe(str(PROJECT / file)) for file in files)


def test_the_scripts_fit_every_recipe():
    fitted = {word for _, _, _, verb, *rest in SCRIPTED if verb in ("fit", "search") for word in rest}
    assert set(recipe_names()) <= fitted


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_each_script_stops_at_the_first_error_and_holds_nothing_but_commands(path):
    assert subprocess.run(["sh", "-n", path]).returncode == 0
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    assert first == "#!/bin/sh" and "set -eu" in lines
    known = ("#", "$python -m training ", "python=", "set -eu")
    assert not [line for line in lines if line and not line.startswith(known)]


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_and_each_of_its_commands_says_more(program, capsys):
    with pytest.raises(SystemExit, match="0"):
        PROGRAMS[program].main(["--help"])
    commands = re.search(r"\{?((?:\w+ \| )+\w+)\}?", capsys.readouterr().out)[1].split(" | ")
    for command in commands:
        with pytest.raises(SystemExit, match="0"):
            PROGRAMS[program].main([command, "--help"])
        assert "usage:" in capsys.readouterr().out


def test_the_example_of_the_endpoints_calls_them_as_they_are():
    (example,) = re.findall(
        r"```python\n(.*?)```", (PROJECT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    calls = [node for node in ast.walk(ast.parse(example)) if isinstance(node, ast.Call)]
    asked = set()
    for call in (call for call in calls if ast.unparse(call.func) == "app.predict"):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        name = ast.literal_eval(given.pop("api_name")).removeprefix("/")
        inspect.signature(getattr(api, name)).bind(*call.args, **given)
        asked.add(name)
    assert asked == {"list_models", "sample_roll", "continue_speech", "score"}


def test_a_command_that_is_wrong_is_found(monkeypatch):
    """Otherwise the tests above would prove nothing."""
    with pytest.raises(SystemExit, match="2"):
        parse("training", ["fit", "jsb_chorales-gru", "--no-such"], monkeypatch)
    with pytest.raises(AssertionError):
        check_make(["spaces"])
    assert words_of("EARSHOT_CORPORA=/here make test   # all") == ["make", "test"]
