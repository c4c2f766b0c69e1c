"""Limits of size, names and docstrings: a limit is a hint to find the missing noun."""

import ast
from collections import Counter

import pytest

from tests.source import Module, files, modules, program_modules

LINES = 400
FOLDER_MODULES = 15  # .py files
FOLDER_FILES = 20  # of all kinds, in a folder of pages/
FUNCTION_LINES = 50
ARGUMENTS = 6
KEYS = 7  # of the spec of a part on a card, which its constructor is the schema of
NOT_A_NOUN = {"util", "utils", "helper", "helpers", "common", "core", "misc", "manager", "managers", "tools"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> list[Function]:
    return [node for node in ast.walk(module.tree) if isinstance(node, Function)]


def num_arguments(function: Function) -> int:
    """Arguments that a caller can give: without self and cls."""
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    names += [argument.arg for argument in (given.vararg, given.kwarg) if argument]
    return len(names) - (bool(names) and names[0] in ("self", "cls"))


def test_files_are_short():
    assert not [f"{m}: {m.num_lines} lines" for m in modules() if m.num_lines > LINES]


def test_folders_are_small():
    in_folder = Counter(path.parent for path in files() if path.suffix == ".py")
    assert not {str(folder): count for folder, count in in_folder.items() if count > FOLDER_MODULES}
    of_pages = Counter(path.parent for path in files() if path.parts[0] == "pages")
    assert not {str(folder): count for folder, count in of_pages.items() if count > FOLDER_FILES}


def test_functions_are_short():
    long = [
        f"{module}:{function.lineno} {function.name}"
        for module in modules()
        for function in functions(module)
        if function.end_lineno - function.lineno + 1 > FUNCTION_LINES
    ]
    assert not long


def test_functions_take_few_arguments():
    crowded = [
        f"{module}:{function.lineno} {function.name} takes {num_arguments(function)}"
        for module in modules()
        for function in functions(module)
        if num_arguments(function) > (KEYS if is_schema(module, function) else ARGUMENTS)
    ]
    assert not crowded


def is_schema(module: Module, function: Function) -> bool:
    """Whether a registry reads specs by it: see engine/registry.py."""
    parts = {"cells", "heads", "representations"}
    return function.name == "__init__" and module.path.parent.name in parts


@pytest.mark.parametrize(
    ("header", "number"),
    [("f()", 0), ("f(self, a)", 1), ("f(a, /, b, *c, d=1, **e)", 5), ("f(cls)", 0), ("f(*, a)", 1)],
)
def test_num_arguments(header, number):
    assert num_arguments(ast.parse(f"def {header}: pass").body[0]) == number


def test_every_file_is_named_by_a_noun():
    assert not [str(module) for module in modules() if NOT_A_NOUN & set(module.path.stem.split("_"))]


def test_every_module_says_what_it_is():
    silent = [str(m) for m in program_modules() if m.tree.body and not ast.get_docstring(m.tree)]
    assert not silent


def test_every_public_function_and_class_says_what_it_is():
    silent = [
        f"{module}:{node.lineno} {node.name}"
        for module in program_modules()
        for node in module.tree.body
        if isinstance(node, Function | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_nothing_is_left_to_be_implemented():
    broken = [
        f"{module}:{node.lineno}"
        for module in program_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Raise) and node.exc and "NotImplementedError" in ast.unparse(node.exc)
    ]
    assert not broken
