"""The version that votes are written down with: a commit, or a hash of the sources."""

import importlib
import re
import shutil

import pytest

module = importlib.import_module("pages.house.deployment.version")  # not the function of that name


@pytest.fixture
def version_of(monkeypatch):
    def find(root) -> str:
        monkeypatch.setattr(module, "PROJECT", root)
        return module.version.__wrapped__()

    return find


def test_a_checkout_tells_its_commit(version_of, project_folder):
    assert re.fullmatch(r"[0-9a-f]{12}\+?|sources-[0-9a-f]{12}", version_of(project_folder))


def test_elsewhere_the_sources_tell_and_any_change_shows(version_of, project_folder, tmp_path):
    for part in ("pages", "engine"):
        shutil.copytree(project_folder / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    first = version_of(tmp_path)
    assert re.fullmatch(r"sources-[0-9a-f]{12}", first) and version_of(tmp_path) == first
    (tmp_path / "pages" / "version.py").write_text("changed")
    assert version_of(tmp_path) not in (first, "")


def test_without_git_it_is_told_all_the_same(version_of, project_folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert version_of(project_folder).startswith("sources-")
