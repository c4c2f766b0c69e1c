"""What the project needs from others: pinned exactly, direct only, and available for the Python of Spaces."""

import re
import subprocess
import sys
from datetime import date
from importlib import metadata
from pathlib import Path

import pytest

from tests.source import modules, program_modules
from training.publishing.space import ONLY_TRAINING, ZERO_SPACES, space_requirements

OWN = {"engine", "training", "pages", "app", "tests", "benchmarks"}
ONLY_ON_ZEROGPU = {"spaces"}
COMES_WITH_GRADIO = {"gradio_client", "uvicorn", "h11"}  # Gradio's own client, and the server that it runs on
FOR_GRADIO = {"socksio"}  # Gradio fails without it where the environment names a SOCKS proxy
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]


def pins(path: Path) -> dict[str, str]:
    """Name -> version of a requirements file; a line that is not ``name==version`` fails."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    versions = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, version = re.fullmatch(r"([A-Za-z0-9_.-]+)==([0-9][A-Za-z0-9.]*)", line).groups()
            versions[name] = version
    return versions


def distributions(imported_by) -> set[str]:
    """The distributions that give what these modules import from third parties."""
    tops = {item.top for module in imported_by for item in module.imports() if not item.level}
    tops -= OWN | ONLY_ON_ZEROGPU | COMES_WITH_GRADIO | set(sys.stdlib_module_names)
    by_module = metadata.packages_distributions()
    return {by_module[top][0] for top in tops}


def test_requirements_are_what_the_programs_import(project_folder):
    assert distributions(program_modules()) | FOR_GRADIO == set(pins(project_folder / "requirements.txt"))


def test_a_space_needs_what_its_app_imports_and_nothing_of_training(project_folder, tmp_path):
    text = (project_folder / "requirements.txt").read_text()
    (tmp_path / "space.txt").write_text(space_requirements(text))
    (tmp_path / "training.txt").write_text(text.partition(ONLY_TRAINING)[2])
    needed, rest = pins(tmp_path / "space.txt"), pins(tmp_path / "training.txt")
    app = [module for module in program_modules() if module.top != "training"]
    assert distributions(app) | FOR_GRADIO == set(needed)
    assert rest and not set(needed) & set(rest)
    assert needed | rest == pins(project_folder / "requirements.txt")


def test_what_only_the_tests_import_is_in_their_requirements(project_folder):
    given = set(pins(project_folder / "requirements-dev.txt"))
    runtime = set(pins(project_folder / "requirements.txt"))
    tests = [module for module in modules() if module.top in ("tests", "benchmarks")]
    assert distributions(tests) - runtime <= given
    assert not given & runtime


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_installed_is_what_is_pinned(project_folder, file):
    for name, version in pins(project_folder / file).items():
        assert metadata.version(name).partition("+")[0] == version  # 2.13.0+cpu is torch 2.13.0


def test_mcp_is_the_only_pin_of_its_file(project_folder):
    """gradio[mcp] asks for an older pydantic; mcp itself is content with ours."""
    assert list(pins(project_folder / "requirements-mcp.txt")) == ["mcp"]


def test_debian_packages_are_bare_names(project_folder):
    lines = (project_folder / "packages.txt").read_text().splitlines()
    assert lines == ["fluidsynth", "ffmpeg", "fluidr3mono-gm-soundfont"]


@pytest.mark.slow
def test_requirements_can_be_had_for_the_python_of_spaces(project_folder, tmp_path):
    """There are wheels for Python 3.12 of all pins together, ZeroGPU's among them: so any part fits too.

    This test alone asks the package index. Torch is left out: its wheel comes from elsewhere in each place.
    """
    wanted = pins(project_folder / "requirements.txt") | pins(project_folder / "requirements-mcp.txt")
    wanted["spaces"] = ZERO_SPACES
    del wanted["torch"]
    (tmp_path / "wanted.txt").write_text("".join(f"{name}=={pin}\n" for name, pin in wanted.items()))
    reached = subprocess.run(
        [*PIP, "download", "--quiet", "--no-deps", "--retries=0", "--timeout=10", "-d", tmp_path, "mdurl"],
        capture_output=True,
    )
    if reached.returncode:
        pytest.skip("no package index can be reached")
    where = ["--target", tmp_path / "target", "-r", tmp_path / "wanted.txt"]
    resolved = subprocess.run(
        [*PIP, "install", "--dry-run", "--quiet", "--only-binary=:all:", "--python-version=3.12", *where],
        capture_output=True,
        text=True,
    )
    assert resolved.returncode == 0, resolved.stderr


LOCKS = ("requirements", "requirements-dev")
OLD_DAYS = 120
GPU = re.compile(r"nvidia|cuda|triton")


def locked(path: Path) -> dict[str, set[str]]:
    """Name -> versions of a lock file, for different Pythons perhaps; a line of another kind fails."""
    versions: dict[str, set[str]] = {}
    text = path.read_text().replace("\\\n", " ")
    for line in text.splitlines()[1:]:
        pin = r"([a-z0-9.-]+)==([0-9][A-Za-z0-9.]*)( ; [^;]+?)?((?:\s+--hash=sha256:[0-9a-f]{64})+)\s*"
        name, version, _, _ = re.fullmatch(pin, line).groups()
        versions.setdefault(name, set()).add(version)
    return versions


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_locked_with_hashes(project_folder, name):
    """What make installs; torch alone is left to its version, since each machine has a wheel of its own."""
    lock = locked(project_folder / f"{name}.lock")
    wanted = pins(project_folder / f"{name}.txt")
    wanted.pop("torch", None)
    assert {key: lock.get(key.lower().replace("_", "-")) for key in wanted} == {
        key: {version} for key, version in wanted.items()
    }
    assert not [key for key in lock if GPU.search(key) or key == "torch"]


def test_both_locks_agree(project_folder):
    first, second = (locked(project_folder / f"{name}.lock") for name in LOCKS)
    assert {name: first[name] for name in first.keys() & second.keys()} == {
        name: second[name] for name in first.keys() & second.keys()
    }


def test_what_is_installed_needs_nothing_that_is_missing(project_folder):
    """All but torch is installed without what it asks for, so what the locks lack would be missing."""
    check = subprocess.run([*PIP, "check"], capture_output=True, text=True, check=False)
    assert check.stdout, check.stderr  # where nothing is broken, pip says so
    missing = [line for line in check.stdout.splitlines() if "not installed" in line]
    assert missing == []


@pytest.mark.parametrize("name", LOCKS)
def test_an_old_lock_is_said_and_fails_nothing(project_folder, name, record_property, capsys):
    """It is said on stderr, and its age stands in a JUnit report: a process of xdist has no other output."""
    first = (project_folder / f"{name}.lock").read_text().partition("\n")[0]
    renewed = date.fromisoformat(re.match(r"# Renewed (\d{4}-\d\d-\d\d)\. ", first)[1])
    days = (date.today() - renewed).days
    record_property("days", days)
    if days > OLD_DAYS:
        with capsys.disabled():
            sys.stderr.write(f"\n{name}.lock is {days} days old: make renew looks for newer versions\n")
    assert days >= 0
