"""One name, one thing: what is public bears its name alone, and no value is called by a filler."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.source import Module, modules

MEANT_TWICE = {
    "COMMANDS": "the table of commands of each program",
    "PROJECT": "training/publishing/space.py has to run without the project's imports",
    "build": "makes a page, a registered part or the kernel",
    "main": "begins a program",
    "press_stop": "what the Stop of a page does",
    "run": "what a command does",
    "add_arguments": "what a command asks for",
}
FILLERS = {"found", "one", "each"}


def public_names(module: Module) -> Iterator[tuple[str, str]]:
    """The classes, functions and constants of a module, each with what stands for its meaning."""
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, f"of {module}"
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper() and not target.id.startswith("_"):
                yield target.id, ast.unparse(node.value)


def test_no_public_name_means_two_things():
    """MAX_SECONDS once had six values, Trial was a question to a listener and a learning rate."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for module in modules():
        for name, meaning in public_names(module) if module.top != "tests" else ():
            meanings[name].add(meaning)
    assert {name for name, values in meanings.items() if len(values) > 1} == set(MEANT_TWICE)


def test_no_value_is_called_by_a_filler():
    """``found`` was once the name of 369 values, and said nothing of them."""
    names = [
        (str(module), node.id if isinstance(node, ast.Name) else node.arg)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    ]
    assert len(names) > 1_000
    assert not [f"{module} has a value {name}" for module, name in names if name in FILLERS]
