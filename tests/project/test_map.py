"""docs/architecture.md is a map: what it names is there, and what is there it names."""

import importlib
import re
from argparse import ArgumentParser, _SubParsersAction
from functools import cache

import pytest

from engine import __main__ as engine_program
from engine.cells import CELLS
from engine.heads import HEADS
from engine.listening import TASKS
from engine.representations import REPRESENTATIONS
from pages.site import PAGES
from tests.project.test_requirements import pins
from tests.source import PACKAGES, PROJECT, files, program_modules
from training import __main__ as training_program
from training.corpora import CORPORA, FOLDERS

MAP = PROJECT / "docs" / "architecture.md"
ENDINGS = "py|js|css|html|jinja|md|json|txt|toml|sh|svg|png|mid|wav"
PATH = re.compile(rf"[\w.-]+(/[\w.-]+)*/|([\w.-]+/)*[\w.-]+\.({ENDINGS})")
TO_BE_CHOSEN = re.compile(r"\b(NAME|CORPUS)\b")  # stand for the name of what is added
ENTRY = re.compile(r"`([A-Za-z_]\w*)` in `([\w./]+\.py)`")
PROGRAMS = {"engine": engine_program, "training": training_program}


@cache
def text() -> str:
    return MAP.read_text(encoding="utf-8")


@cache
def tree() -> tuple[str, ...]:
    """The paths of the block with app.py, each with its folders before it; folders end with a slash."""
    (block,) = (block for block in re.findall(r"```\n(.*?)```", text(), re.DOTALL) if "app.py  " in block)
    paths, above = [], []
    for line in block.splitlines():
        name = line.split()[0]
        del above[(len(line) - len(line.lstrip())) // 2 :]
        above.append(name)
        paths.append("".join(above))
    return tuple(paths)


def named_paths() -> list[str]:
    """Everything between backticks that is a path."""
    return [name for name in re.findall(r"`([^`\n]+)`", text()) if PATH.fullmatch(name)]


def is_there(path: str) -> bool:
    """Whether git knows such a file or folder, or at least one of its kind."""
    wanted = TO_BE_CHOSEN.sub("[^/]+", re.escape(path)) + (".+" if path.endswith("/") else "")
    return any(re.fullmatch(wanted, str(file)) for file in files())


def test_what_is_named_is_there():
    named = [*tree(), *named_paths()]
    assert len(named) > 100
    assert not sorted({path for path in named if not is_there(path)})


def test_every_folder_with_code_is_in_the_tree():
    folders = {f"{module.path.parent}/" for module in program_modules() if module.top in PACKAGES}
    assert not sorted(folders - set(tree()))


def test_everything_at_the_top_that_is_a_folder_is_in_the_tree():
    tops = {path.parts[0] for path in files() if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert not sorted(tops - {path.rstrip("/") for path in tree()})


def test_every_entry_is_where_the_map_says():
    entries = ENTRY.findall(text())
    assert len(entries) > 15
    defined = r"(?m)^(def {0}\(|{0}\b.*=)"
    wrong = [
        f"{name} in {path}"
        for name, path in entries
        if not re.search(defined.format(name), (PROJECT / path).read_text(encoding="utf-8"))
    ]
    assert not wrong


def test_every_face_that_is_named_has_what_it_is_asked_for():
    for module, name in re.findall(r"from ([\w.]+) import (\w+)`", text()):
        assert hasattr(importlib.import_module(module), name)


def commands_of(program: str, monkeypatch) -> set[str]:
    """The commands that a program knows."""
    names: set[str] = set()

    def note(parser: ArgumentParser, *_: object) -> None:
        (commands,) = (part for part in parser._actions if isinstance(part, _SubParsersAction))
        names.update(commands.choices)
        raise KeyError

    monkeypatch.setattr(ArgumentParser, "parse_args", note)
    with pytest.raises(KeyError):
        PROGRAMS[program].main([])
    return names


def row(what: str) -> set[str]:
    """The names in a line of the table of what is registered."""
    (line,) = re.findall(rf"^\| {what} \|(.*)\|$", text(), re.MULTILINE)
    return set(re.findall(r"`(\w+)`", line))


@pytest.mark.parametrize(
    ("what", "registered"),
    [
        ("cells", set(CELLS)),
        ("heads", set(HEADS)),
        ("representations", set(REPRESENTATIONS)),
        ("tasks", set(TASKS)),
        ("corpora", {*CORPORA, *FOLDERS}),
        ("pages", {page.name for page in PAGES}),
    ],
)
def test_what_is_registered_is_named(what, registered):
    assert row(what) == registered


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_is_named(program, monkeypatch):
    of = "the engine" if program == "engine" else program
    assert row(f"commands of {of}") == commands_of(program, monkeypatch)


def test_every_endpoint_is_named(project_folder):
    api = (project_folder / "pages" / "api.py").read_text(encoding="utf-8")
    assert row("endpoints") == set(re.findall(r'api_name="(\w+)"', api))


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_explained(project_folder, file):
    explained = (project_folder / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert not [name for name in pins(project_folder / file) if name not in explained]
