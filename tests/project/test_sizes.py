"""Limits of size, names and docstrings: a limit is a hint to find the missing noun."""

import ast
from collections import Counter

import pytest

from tests.source import Module, files, modules, program_modules

MAX_LINES = 400
MAX_FOLDER_MODULES = 15  # .py files
MAX_FOLDER_FILES = 20  # of all kinds, in a folder of pages/
MAX_FUNCTION_LINES = 50
MAX_ARGUMENTS = 6
MAX_SPEC_KEYS = 7  # of a cell, head or representation: the arguments of its constructor
VAGUE_WORDS = {"util", "utils", "helper", "helpers", "common", "core", "misc", "manager", "managers", "tools"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> list[Function]:
    return [node for node in ast.walk(module.tree) if isinstance(node, Function)]


def num_arguments(function: Function) -> int:
    """The number of arguments, without self and cls."""
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    names += [argument.arg for argument in (given.vararg, given.kwarg) if argument]
    return len(names) - (bool(names) and names[0] in ("self", "cls"))


def test_modules_are_short():
    assert not [f"{m}: {m.num_lines} lines" for m in modules() if m.num_lines > MAX_LINES]


def test_folders_are_small():
    in_folder = Counter(path.parent for path in files() if path.suffix == ".py")
    assert not {str(folder): count for folder, count in in_folder.items() if count > MAX_FOLDER_MODULES}
    of_pages = Counter(path.parent for path in files() if path.parts[0] == "pages")
    assert not {str(folder): count for folder, count in of_pages.items() if count > MAX_FOLDER_FILES}


def test_functions_are_short():
    long = [
        f"{module}:{function.lineno} {function.name}"
        for module in modules()
        for function in functions(module)
        if function.end_lineno - function.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert not long


def test_functions_take_few_arguments():
    crowded = [
        f"{module}:{function.lineno} {function.name} takes {num_arguments(function)}"
        for module in modules()
        for function in functions(module)
        if num_arguments(function) > (MAX_SPEC_KEYS if is_schema(module, function) else MAX_ARGUMENTS)
    ]
    assert not crowded


def is_schema(module: Module, function: Function) -> bool:
    """Whether it constructs a registered part, whose arguments are the keys of its spec."""
    parts = {"cells", "heads", "representations"}
    return function.name == "__init__" and module.path.parent.name in parts


@pytest.mark.parametrize(
    ("header", "number"),
    [("f()", 0), ("f(self, a)", 1), ("f(a, /, b, *c, d=1, **e)", 5), ("f(cls)", 0), ("f(*, a)", 1)],
)
def test_num_arguments(header, number):
    assert num_arguments(ast.parse(f"def {header}: pass").body[0]) == number


def test_no_file_has_a_vague_name():
    assert not [str(module) for module in modules() if VAGUE_WORDS & set(module.path.stem.split("_"))]


def test_every_module_says_what_it_is():
    silent = [str(m) for m in program_modules() if m.tree.body and not ast.get_docstring(m.tree)]
    assert not silent


def test_every_public_function_and_class_of_a_module_says_what_it_is():
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
