"""The version that votes are written down with: a commit, or a hash of the sources."""

import importlib
import re
import shutil
import subprocess

import pytest

module = importlib.import_module("pages.house.deployment.version")  # not the function of that name


@pytest.fixture
def version_of(monkeypatch):
    def find(root) -> str:
        monkeypatch.setattr(module, "PROJECT", root)
        return module.version.__wrapped__()

    return find


def git(folder, *arguments: str) -> str:
    facts = ("user.name=a", "user.email=a@b.c", "commit.gpgsign=false")
    settings = [word for fact in facts for word in ("-c", fact)]
    command = ["git", "-C", folder, *settings, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_checkout_tells_its_commit_and_that_it_was_changed(version_of, tmp_path):
    (tmp_path / "app.py").write_text("as committed")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "app.py")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")[:12]
    assert version_of(tmp_path) == commit
    (tmp_path / "app.py").write_text("changed")
    assert version_of(tmp_path) == f"{commit}+"


def test_elsewhere_the_sources_tell_and_any_change_shows(version_of, project_folder, tmp_path):
    for part in ("pages", "engine"):
        shutil.copytree(project_folder / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    first = version_of(tmp_path)
    assert re.fullmatch(r"sources-[0-9a-f]{12}", first) and version_of(tmp_path) == first
    (tmp_path / "pages" / "live.py").write_text("changed")
    second = version_of(tmp_path)
    (tmp_path / "pages" / "live.py").rename(tmp_path / "pages" / "livelier.py")
    assert len({first, second, version_of(tmp_path)}) == 3


def test_without_git_it_is_told_all_the_same(version_of, project_folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert version_of(project_folder).startswith("sources-")
