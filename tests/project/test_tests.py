"""Laws of the tests themselves: they wait for events, quote nothing twice, and are in their index."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source import PACKAGES, PROJECT, Module, files, modules

INDEX = Path("tests/README.md")
OWN = Path("tests/project/test_tests.py")
SLEEP = re.compile(r"\b(?:sleep|wait_for_timeout|Event\(\)\.wait)\((?=[^)])(.*)")
# Where time itself is what is needed -> the constants that say how much, each with its reason next to it.
TIMED = {
    "tests/patience.py": ("LOOK_SECONDS",),
    "tests/visitor.py": ("KNOCK_SECONDS",),
    "tests/training/fitting/killed_fit.py": ("LONGER_SECONDS",),
    "tests/pages/listen/test_machine_votes.py": ("LISTENING_SECONDS",),
    "tests/pages/test_twenty_visitors.py": ("ARRIVAL_SECONDS", "AGAIN_SECONDS", "LISTENED_SECONDS"),
}
SENTENCE_LENGTH = 20  # characters, of more than one word


def modules_of_tests() -> list[Module]:
    return [module for module in modules() if module.top == "tests" and module.path != OWN]


def sleeps(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that wait for a fixed time, in programs within texts too, and what they say of how long."""
    for number, line in enumerate((PROJECT / path).read_text(encoding="utf-8").splitlines(), 1):
        if asked := SLEEP.search(line):
            yield number, asked[1]


def test_nobody_sleeps_but_where_time_is_what_is_tested():
    """A fixed time is too long on a quiet machine and too short on a busy one: see tests/patience.py."""
    wrong = [
        f"{module}:{number}"
        for module in modules_of_tests()
        for number, seconds in sleeps(module.path)
        if not any(re.search(rf"\b{name}\b", seconds) for name in TIMED.get(str(module), ()))
    ]
    assert not wrong, "wait for an event, or for a condition by tests.patience.until"


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in TIMED.items() for name in names])
def test_a_time_that_is_slept_has_a_reason_and_is_still_slept(path, name):
    text = (PROJECT / path).read_text(encoding="utf-8")
    assert re.search(rf"(?m)^{name} = .*  # .+", text)
    assert any(re.search(rf"\b{name}\b", seconds) for _, seconds in sleeps(Path(path)))


@pytest.mark.parametrize(
    ("line", "is_sleep"),
    [
        ("time.sl~eep(0.1)", True),
        ("page.wait_for_time~out(300)", True),
        ("threading.Ev~ent().wait(0.05)", True),
        ("def endless(): time.sl~eep(60)", True),
        ("    done.wait()", False),
        ("page.wait_for_function(script)", False),
    ],
)
def test_a_sleep_is_found(line, is_sleep):
    assert bool(SLEEP.search(line.replace("~", ""))) == is_sleep


def sentences(module: Module) -> set[str]:
    """Texts of several words in a module, its docstrings aside."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        ast.get_docstring(node, False) for node in ast.walk(module.tree) if isinstance(node, documented)
    }
    texts = {
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings
    }
    return {text for text in texts if len(text) >= SENTENCE_LENGTH and " " in text.strip()}


def test_no_sentence_of_the_program_is_quoted_in_two_files_of_tests():
    """Such a sentence is imported from where it is written: it is then changed in one place."""
    written = {text for module in modules() if module.top in PACKAGES for text in sentences(module)}
    quoted = defaultdict(list)
    for module in modules_of_tests():
        for text in sentences(module):
            quoted[text].append(str(module))
    twice = {text: paths for text, paths in quoted.items() if len(paths) > 1}
    assert not {text: paths for text, paths in twice.items() if any(text in whole for whole in written)}


def test_the_index_names_every_folder_and_every_file_at_the_top():
    text = (PROJECT / INDEX).read_text(encoding="utf-8")
    named = re.findall(r"(?m)^\| `([\w./]+)` \| (.+) \|$", text)
    within = [path.relative_to("tests") for path in files() if path.parts[0] == "tests"]
    folders = {f"{parent}/" for path in within for parent in path.parents if parent != Path(".")}
    at_the_top = {str(path) for path in within if len(path.parts) == 1}
    names = [name for name, _ in named]
    assert sorted(names) == sorted(folders | at_the_top)
    assert all(words.strip() for _, words in named)
