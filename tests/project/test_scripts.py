"""The scripts and style sheets: Biome, pinned exactly, finds nothing in them, and they are short."""

import json
import re
import shutil
import subprocess

import pytest

from tests.project.test_sizes import MAX_LINES
from tests.source import PROJECT, files

BIOME = PROJECT / "node_modules" / ".bin" / "biome"


def package(name: str) -> dict:
    return json.loads((PROJECT / name).read_text(encoding="utf-8"))


def test_scripts_and_style_sheets_are_clean():
    if not shutil.which("node"):
        pytest.skip("Node is not installed, without which Biome does not run")
    if not BIOME.exists():
        pytest.skip("Biome is not installed: make lint does it")
    run = subprocess.run(
        [BIOME, "check", "--error-on-warnings", "--colors=off", "."],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_npm_installs_is_pinned_exactly():
    wanted = package("package.json")
    pins = wanted["devDependencies"]
    assert wanted["private"] and "dependencies" not in wanted
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values())
    locked = package("package-lock.json")["packages"]
    assert locked[""]["devDependencies"] == pins
    for path, entry in locked.items():
        if path:
            assert entry["integrity"].startswith("sha512-"), path
            assert "resolved" not in entry, (
                f"{path} names a registry: npm install --omit-lockfile-registry-resolved"
            )


def test_scripts_and_style_sheets_are_short():
    lengths = {
        path: len((PROJECT / path).read_text(encoding="utf-8").splitlines())
        for path in files()
        if path.suffix in (".js", ".css", ".html")
    }
    assert len(lengths) > 50
    assert not {str(path): length for path, length in lengths.items() if length > MAX_LINES}
