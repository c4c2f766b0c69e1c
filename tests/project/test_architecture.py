"""Who imports whom, and what no file may do."""

import ast
import importlib
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from engine.representations import REPRESENTATIONS
from tests.source import PACKAGES, dotted, files, modules, program_modules

BINARY = (".safetensors", ".bank", ".wasm", ".wav", ".flac", ".mid", ".png")
TOP_LEVEL = {
    *("app.py", "pages", "engine", "training", "checkpoints", "assets", "tests"),
    *(
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-mcp.txt",
        "requirements.lock",
        "requirements-dev.lock",
        "packages.txt",
        "README.md",
        "Makefile",
        "pyproject.toml",
    ),
    *("docs", "benchmarks", ".ci", ".gitignore", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"),
    *("package.json", "package-lock.json", "biome.jsonc"),
}
# Who must not reach whom, by whatever detour, besides the contracts of import-linter in pyproject.toml.
UNREACHABLE = {
    "engine": ("app", "tests", "benchmarks"),
    "training": ("app", "tests", "benchmarks"),
    "pages": ("app", "tests", "benchmarks"),
    "app": ("training", "tests", "benchmarks"),
}
# Third parties that only these may import.
ONLY_IN = {
    "gradio": ("app", "pages"),
    "jinja2": ("pages",),
    "spaces": ("app",),
    "pooch": ("training",),
    "huggingface_hub": ("pages",),
    "matplotlib": ("training",),
    **dict.fromkeys(("requests", "httpx", "urllib", "http", "socket", "ftplib"), ("pages", "training")),
    **dict.fromkeys(("pickle", "cPickle", "shelve", "marshal", "dill", "cloudpickle", "joblib"), ()),
    "random": (),
}
PICKLING = {"torch.load", "torch.save", "np.lib.format.read_array"}
GLOBAL_RANDOMNESS = {"torch.manual_seed", "torch.seed", "torch.random.manual_seed", "torch.cuda.manual_seed"}
DRAWING = {"rand", "randn", "randint", "randperm", "bernoulli", "multinomial", "normal"}
DRAWING_METHODS = {"bernoulli_", "normal_", "uniform_", "exponential_", "random_", "multinomial"}
NEW_GENERATORS = {"Generator", "Philox", "PCG64", "SeedSequence", "default_rng"}
# What may be called while a module is imported, since it only builds a value; so may a class of our own.
HARMLESS_CALL = re.compile(
    "dataclass|field|property|namedtuple|cache|lru_cache|partial|field_validator|model_validator|model_serializer|"
    "frozenset|set|dict|tuple|list|range|float|int|str|bytes|auto|len|min|max|sum|zip|sorted|enumerate|round|"
    "origin|resolve|with_name|join|split|encode|compile|log|log2|log10|exp|sqrt|fromkeys|items|keys|values|"
    "inference_mode|no_grad"
)
CLASSES_WITH_EFFECTS = ("gr", "gradio", "torch", "nn", "fluidsynth", "spaces", "playwright")
# Spelt with a tilde, since this file is among those that are read.
WORKPLACE = [
    word.replace("~", "")
    for word in (
        *("/wo~rk/", "..~/shared", "pypi~.org", "pythonhosted~.org", "deb.debian~.org"),
        *("registry.npm~js", "download.pytorch~.org", "TO~DO:", "FIX~ME"),
    )
]


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@cache
def own_imports() -> dict[str, set[str]]:
    """What every module imports of our own; read once, since all files are read for it."""
    return {module.name: module.own_modules() for module in modules()}


@cache
def reached_from(start: str) -> set[str]:
    """All own modules that a module's import brings in, itself included."""
    reached, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(own_imports()[name])
    return reached


def test_layers_import_downwards_only(project_folder):
    """The contracts of import-linter; their names say what they hold."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    told = subprocess.run(
        command,
        cwd=project_folder,
        env=os.environ | {"PYTHONPATH": str(project_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "0 broken" in told.stdout


def test_programs_do_without_tests_and_each_other():
    broken = [
        f"{module.name} reaches {name}"
        for module in program_modules()
        for package, forbidden in UNREACHABLE.items()
        if is_in(module.name, package)
        for name in reached_from(module.name) - {module.name}
        if any(is_in(name, other) and not (other == package == name) for other in forbidden)
    ]
    assert not broken


def test_no_module_is_part_of_an_import_circle():
    circles = [
        f"{module.name} and {name}"
        for module in program_modules()
        for name in module.own_modules()
        if module.name in reached_from(name) and not is_in(name, module.name)
    ]
    assert not circles


def test_no_file_of_the_engine_names_a_path_of_the_pages():
    """What the engine writes out lies in the engine; pages read it from there."""
    for module in program_modules():
        if module.top != "engine":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_path = node.value == "pages" or re.search(r"\bpages/[\w.]", node.value)
                assert not is_path, f"{module.path}:{node.lineno} names pages/"


def test_app_uses_pages_only():
    (app,) = (module for module in modules() if module.name == "app")
    assert {name.split(".")[0] for name in app.own_modules()} == {"pages"}


@cache
def wings() -> set[str]:
    """Every folder right below engine, pages and training, as a package."""
    paths = (path.parts for path in files() if path.suffix == ".py")
    return {".".join(parts[:2]) for parts in paths if parts[0] in PACKAGES and len(parts) > 2}


def wing_of(name: str) -> str | None:
    """The wing that a module is part of; None above them."""
    wing = ".".join(name.split(".")[:2])
    return wing if wing in wings() else None


def test_nobody_reaches_past_a_face_from_another_wing():
    broken = [
        f"{module}:{item.line} {item.module}.{item.name}"
        for module in program_modules()
        for item in module.imports()
        if wing_of(item.module) not in (None, item.module, wing_of(module.name))
    ]
    assert not broken


@pytest.mark.parametrize("wing", sorted(wings()))
def test_a_face_has_what_it_says(wing):
    face = importlib.import_module(wing)
    assert face.__doc__
    assert all(hasattr(face, name) for name in getattr(face, "__all__", []))


def test_imports_are_absolute():
    assert not [f"{module}:{item.line}" for module in modules() for item in module.imports() if item.level]


def test_third_parties_stay_where_they_belong():
    broken = [
        f"{module}:{item.line} {item.module}"
        for module in program_modules()
        for item in module.imports()
        if item.top in ONLY_IN and module.top not in ONLY_IN[item.top]
    ]
    assert not broken


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_no_pickle_is_written_or_read():
    broken = [
        f"{module}:{call.lineno}"
        for module in program_modules()
        for call in calls(module.tree)
        if dotted(call.func) in PICKLING or any(keyword.arg == "allow_pickle" for keyword in call.keywords)
    ]
    assert not broken


def draws_from_global_state(call: ast.Call) -> bool:
    """A call that seeds, or draws from, the random numbers that the whole process shares."""
    name = dotted(call.func)
    owner, _, method = name.rpartition(".")
    if owner in ("np.random", "numpy.random"):
        return method not in NEW_GENERATORS
    if owner == "rng":  # a generator that was passed in
        return False
    drawing = (owner == "torch" and method in DRAWING) or (owner != "torch" and method in DRAWING_METHODS)
    return name in GLOBAL_RANDOMNESS or (drawing and all(key.arg != "generator" for key in call.keywords))


def test_every_draw_is_given_its_random_numbers():
    broken = [
        f"{module}:{call.lineno} {dotted(call.func)}"
        for module in program_modules()
        for call in calls(module.tree)
        if draws_from_global_state(call)
    ]
    assert not broken


def run_at_import(node: ast.AST) -> list[ast.AST]:
    """The expressions in a statement that are evaluated when its module is imported."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        defaults = [value for value in node.args.kw_defaults if value is not None]
        return [*node.decorator_list, *node.args.defaults, *defaults]
    if isinstance(node, ast.ClassDef):
        inner = [part for statement in node.body for part in run_at_import(statement)]
        return [*node.decorator_list, *node.bases, *inner]
    if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
        return []
    return [node]


def is_harmless(call: ast.Call) -> bool:
    """A call that does nothing but build a value."""
    owner, _, name = ast.unparse(call.func).rpartition(".")
    is_class = name[:1].isupper() and owner.split(".")[0] not in CLASSES_WITH_EFFECTS
    return bool(HARMLESS_CALL.fullmatch(name)) or is_class


def test_nobody_names_a_kind_of_frame_but_itself():
    """What others need to know of it are its facts."""
    names = {kind.name: f"engine/representations/{kind.name}.py" for kind in REPRESENTATIONS.values()}
    assert len(names) == len(REPRESENTATIONS) > 1
    for module in program_modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and node.value in names:
                assert str(module.path) == names[node.value], (
                    f"{module.path}:{node.lineno} names {node.value}"
                )


def test_import_has_no_effect():
    broken = [
        f"{module}:{call.lineno} {ast.unparse(call)[:60]}"
        for module in program_modules()
        for statement in module.tree.body
        for expression in run_at_import(statement)
        for call in calls(expression)
        if not is_harmless(call)
    ]
    statements = [
        f"{module}:{node.lineno}"
        for module in program_modules()
        for node in module.tree.body
        if isinstance(node, ast.For | ast.While | ast.With | ast.Delete | ast.Assert | ast.Raise)
    ]
    assert not broken + statements


def test_every_package_has_an_init():
    folders = {module.path.parent for module in program_modules() if module.top in PACKAGES}
    assert not [str(folder) for folder in folders if folder / "__init__.py" not in files()]


def test_top_level_names():
    assert {path.parts[0] for path in files()} <= TOP_LEVEL


def test_no_file_speaks_of_the_place_it_was_made_in(project_folder):
    broken = []
    for path in files():
        if path.parts[0] == ".ci" or path.suffix in BINARY:
            continue
        text = (project_folder / path).read_text(encoding="utf-8")
        broken += [f"{path}: {word}" for word in WORKPLACE if word in text]
    assert not broken
