"""The project's own source: its files, as git lists them, and its modules, parsed."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("engine", "training", "pages")


@cache
def files() -> tuple[Path, ...]:
    """Every committed or new file that git does not ignore, relative to the project's folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(Path(name) for name in sorted(set(listed.split("\0"))) if (PROJECT / name).is_file())


@dataclass(frozen=True)
class Import:
    """One name that is imported: ``from a import b`` has the module ``a`` and the name ``b``.

    Args:
        name: None for ``import a``.
        level: how many dots stand before the module, as in ``from ..a import b``.
    """

    module: str
    name: str | None
    level: int
    line: int

    @property
    def top(self) -> str:
        """The first part of the module's name."""
        return self.module.split(".")[0]


@dataclass(frozen=True)
class Module:
    """One Python file of the project."""

    path: Path
    tree: ast.Module
    num_lines: int

    @property
    def name(self) -> str:
        """Dotted name, e.g. ``engine.cells.gru``; a package's ``__init__`` has the package's name."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def top(self) -> str:
        """Folder or file at the top: ``engine``, ``app``, …"""
        return self.name.split(".")[0]

    def imports(self) -> tuple[Import, ...]:
        """Every import anywhere in the file, inside functions too."""
        return _imports(self.tree)

    def own_modules(self) -> set[str]:
        """The project's modules that this file imports."""
        return _own_modules(self.name)

    def __str__(self) -> str:
        return str(self.path)


@cache
def _imports(tree: ast.Module) -> tuple[Import, ...]:
    imports = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [Import(alias.name, None, 0, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            imports += [Import(node.module or "", a.name, node.level, node.lineno) for a in node.names]
    return tuple(imports)


@cache
def modules() -> tuple[Module, ...]:
    """All Python files of the project."""
    parsed = []
    for path in files():
        if path.suffix == ".py":
            text = (PROJECT / path).read_text(encoding="utf-8")
            parsed.append(Module(path, ast.parse(text), len(text.splitlines())))
    return tuple(parsed)


@cache
def _own_modules(name: str) -> set[str]:
    every = {module.name: module for module in modules()}
    imported = set()
    for item in every[name].imports():
        member = f"{item.module}.{item.name}"  # a module itself, if ``item.module`` is a package
        imported.add(member if item.name and member in every else item.module)
    return (imported & set(every)) - {name}


def program_modules() -> tuple[Module, ...]:
    """The files that run outside tests and benchmarks."""
    return tuple(module for module in modules() if module.top in (*PACKAGES, "app"))


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an attribute chain; if it does not start at a name, ``.b.c``."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
