"""What ``make`` does, tried with stand-ins for Python, pip and apt-get: nothing is installed here."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = ("sh", "make", "cat", "cmp", "cp", "env", "grep", "mkdir", "rm", "timeout")
OLD_PYTHON = "exit 1"
# Logs its arguments; called as `-m venv --clear FOLDER` it copies itself to FOLDER/bin/python.
PYTHON = """echo "python $*" >> "$LOG"
if [ "$2" = venv ]; then mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; fi"""
FAILING_APT = """echo "apt-get $*" >> "$LOG"; exit 100"""
APT = """echo "apt-get $*" >> "$LOG" """


class Machine:
    """A PATH with a few tools and the given stand-ins only, and a log of what these were asked."""

    def __init__(self, folder: Path, project: Path):
        self.project, self.folder, self.venv, self.log = project, folder, folder / "venv", folder / "log"
        self.log.touch()
        (folder / "bin").mkdir()
        for tool in TOOLS:
            (folder / "bin" / tool).symlink_to(shutil.which(tool))
        self.add("id", "echo 1000")  # not root

    def add(self, name: str, script: str) -> None:
        """A program of this name, as a shell script."""
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run make in the project with an environment of its own."""
        environment = {"PATH": str(self.folder / "bin"), "LOG": str(self.log), "HOME": str(self.folder)}
        return subprocess.run(
            ["make", "--no-print-directory", f"VENV={self.venv}", *arguments],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
        )

    def take_log(self) -> str:
        """What the stand-ins were asked since this was called last."""
        text = self.log.read_text()
        self.log.write_text("")
        return text


@pytest.fixture
def machine(tmp_path, project_folder):
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    return Machine(tmp_path, project_folder)


def test_first_run_makes_the_environment_and_starts_the_app(machine):
    machine.add("python3.12", PYTHON)
    made = machine.make("app")
    assert made.returncode == 0, made.stderr
    asked = machine.take_log()
    assert f"-m venv --clear {machine.venv}" in asked
    assert "--require-hashes --no-deps -r requirements.lock" in asked and "requirements-dev" not in asked
    assert "pip install --quiet --disable-pip-version-check torch==" in asked
    assert asked.endswith("python app.py\n")


def test_second_run_asks_neither_pip_nor_apt(machine):
    machine.add("python3.11", PYTHON)
    machine.add("apt-get", FAILING_APT)
    machine.add("id", "echo 0")
    assert machine.make("app").returncode == 0
    assert "apt-get" in machine.take_log()
    again = machine.make("app")
    assert again.returncode == 0
    assert machine.take_log() == "python -c \npython app.py\n"  # the first: does that Python start?
    assert "ffmpeg" in again.stdout  # still says what is missing


def test_changed_requirements_are_installed_again(machine):
    machine.add("python3", PYTHON)
    machine.make("setup")
    (machine.venv / "requirements.lock").write_text("another\n")
    machine.take_log()
    machine.make("setup")
    assert "-r requirements.lock" in machine.take_log()


def test_before_tests_their_requirements_are_installed_and_what_lacks_is_said(machine):
    machine.add("python3.11", PYTHON)
    made = machine.make("test", "PYTEST_ARGS=-x tests/engine")
    assert "browser tests use another installed chromium, or are skipped" in made.stdout
    asked = machine.take_log()
    assert "--require-hashes --no-deps -r requirements-dev.lock" in asked
    asked = asked.splitlines()[-1]
    assert asked.startswith("python -m pytest ") and asked.endswith(" -x tests/engine")


def test_a_missing_python_is_said_in_one_line(machine):
    machine.add("python3", OLD_PYTHON)
    made = machine.make("app")
    assert made.returncode != 0
    assert made.stderr.splitlines()[0].startswith("Earshot needs Python 3.11 or 3.12")
    assert "PYTHON=/path/to/python3.12" in made.stderr


def test_a_named_python_is_the_only_one_tried(machine):
    machine.add("python3.11", PYTHON)
    machine.add("mine", OLD_PYTHON)
    assert machine.make("setup", "PYTHON=mine").returncode != 0
    assert not machine.take_log()


def test_failing_pip_fails_and_is_tried_again(machine):
    machine.add("python3.11", PYTHON + '\nif [ "$3" = install ]; then exit 1; fi')
    assert machine.make("app").returncode != 0
    assert "app.py" not in machine.take_log()
    assert machine.make("app").returncode != 0
    assert "pip install" in machine.take_log()


def test_missing_packages_are_named_with_what_is_lost_without_them(machine):
    said = machine.make("packages")
    assert said.returncode == 0
    (line,) = said.stdout.splitlines()
    for part in ("fluidsynth", "ffmpeg", "fluidr3mono-gm-soundfont", "midirenderer", "does not stream"):
        assert part in line


def test_what_is_installed_is_not_missing(machine):
    machine.add("ffmpeg", "")
    machine.add("dpkg-query", 'test "$4" = fluidsynth && echo "install ok installed"')
    (line,) = machine.make("packages").stdout.splitlines()
    assert "fluidr3mono" in line and "fluidsynth " not in line and "ffmpeg" not in line


def test_root_installs_only_what_is_missing(machine):
    machine.add("ffmpeg", "")
    machine.add("id", "echo 0")
    machine.add("apt-get", APT)
    said = machine.make("packages").stdout
    assert said == (
        "apt-get will install, as root: fluidsynth fluidr3mono-gm-soundfont (make NO_APT=1 does without)\n"
    )
    update, install = machine.take_log().splitlines()
    assert update.endswith(" update")
    assert install.endswith("install --no-install-recommends fluidsynth fluidr3mono-gm-soundfont")


def test_sudo_is_used_only_where_it_asks_for_no_password(machine):
    machine.add("apt-get", APT)
    machine.add("sudo", '[ "$1" = -n ] && shift && exec "$@"')
    machine.add("true", "")
    assert "not to be had" not in machine.make("packages").stdout
    assert "install" in machine.take_log()
    machine.add("sudo", "exit 1")
    assert "not to be had" in machine.make("packages").stdout
    assert not machine.take_log()


def test_the_script_of_ci_can_be_run_and_runs_make_test(project_folder):
    script = project_folder / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    assert "make test" in script.read_text()


def test_nothing_is_installed_as_root_where_that_is_not_wanted(machine):
    machine.add("id", "echo 0")
    machine.add("apt-get", APT)
    said = machine.make("packages", "NO_APT=1")
    assert said.returncode == 0 and "fluidsynth" in said.stdout
    assert "apt-get" not in machine.take_log()


def test_lint_without_npm_says_what_to_install(machine):
    nowhere = f"NODE_MODULES={machine.folder / 'node_modules'}"
    made = machine.make("lint-scripts", nowhere)
    assert made.returncode != 0
    assert made.stderr.splitlines()[0] == (
        "make lint needs npm, to install Biome, which lints the scripts and style sheets: "
        "install Node.js 20 or newer, with npm"
    )


def test_lint_installs_biome_once(machine):
    """What npm leaves must be newer than package-lock.json, or npm runs again."""
    node_modules = machine.folder / "node_modules"
    programs = node_modules / ".bin"
    programs.mkdir(parents=True)
    machine.add("biome", 'echo "biome $*" >> "$LOG"')
    (machine.folder / "bin" / "biome").rename(programs / "biome")
    machine.add("npm", 'echo "npm $*" >> "$LOG"')
    machine.add("touch", ': > "$1"')
    for expected in (["npm ci", "biome check"], ["biome check"]):
        made = machine.make("lint-scripts", f"NODE_MODULES={node_modules}")
        assert made.returncode == 0, made.stderr
        assert [" ".join(line.split()[:2]) for line in machine.take_log().splitlines()] == expected
