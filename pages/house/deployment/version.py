"""Version: which code served a trial, written down with every vote."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from engine.folders import PROJECT

SOURCES = ("app.py", "engine", "pages", "assets")


@cache
def version() -> str:
    """The commit of a git checkout, with ``+`` after it if its sources were changed.

    Elsewhere, as on a Space: ``sources-`` and the start of a sha256 over them.
    """
    commit, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--", *SOURCES)
    if commit and (PROJECT / ".git").exists():
        return commit[:12] + "+" * bool(changes)
    digest = hashlib.sha256()
    for path in sorted(path for part in SOURCES for path in _files(PROJECT / part)):
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sources-{digest.hexdigest()[:12]}"


def _git(*arguments: str) -> str:
    try:
        run = subprocess.run(["git", "-C", PROJECT, *arguments], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [path for path in place.rglob("*") if path.is_file() and path.suffix != ".pyc"]
