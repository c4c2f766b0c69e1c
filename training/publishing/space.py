"""Space: the app as a folder for a Space of the Hub; ``make space`` runs this file by its path.

It needs Python 3.9 and git and nothing else, so that it runs where nothing is installed yet.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SPACE_PARTS = (
    *("app.py", "pages", "engine", "assets", "checkpoints"),
    *("requirements.txt", "packages.txt", "README.md", "LICENSE"),
)
# The command line, which no visitor reaches.
LEFT_OUT_OF_SPACE = ("engine/__main__.py", "engine/command_line.py", "engine/commands")
README_SECTIONS = ("In the app", "Licences")  # of README.md, below its introduction
ONLY_TRAINING = "# Only training needs these:"  # the line of requirements.txt that ends what the app needs
SPACE_MARK = "# Written by make space, which may replace this folder."
LARGE_SPACE_KINDS = (
    "safetensors",
    "wav",
    "flac",
    "mid",
    "bank",
    "wasm",
)  # kinds of files that the Hub's git keeps elsewhere
HARDWARE = ("cpu", "zero")
# ZeroGPU supports no newer torch.
ZERO_TORCH = "2.11.0"
ZERO_SPACES = "0.51.3"
WRONG_USE, MISSING, STOPPED = 2, 1, 130


class SpaceError(Exception):
    """Why no Space was written, in one sentence.

    Args:
        status: the program's exit status, ``WRONG_USE`` or ``MISSING``.
    """

    def __init__(self, sentence: str, status: int = MISSING):
        super().__init__(sentence)
        self.status = status


def main(arguments: list[str] | None = None) -> int:
    """Write the Space that is asked for, and say so; returns 0, or the status of a printed error."""
    parser = argparse.ArgumentParser(
        prog="training/publishing/space.py", description="Write the app as a folder for a Space of the Hub."
    )
    parser.add_argument(
        "--out", default="", metavar="DIR", help="a new or an empty folder, or an earlier Space"
    )
    parser.add_argument("--hardware", default="", metavar="|".join(HARDWARE), help="what the Space runs on")
    options = parser.parse_args(arguments)
    try:
        folder = write_space(options.out, options.hardware)
    except SpaceError as error:
        print(error, file=sys.stderr)
        return error.status
    except OSError as error:
        reason = f"{error.strerror or error}: {error.filename or options.out}"
        print(f"the Space cannot be written ({reason}); name another folder with OUT=DIR", file=sys.stderr)
        return MISSING
    except KeyboardInterrupt:
        return STOPPED
    sizes = [path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()]
    print(f"wrote the Space to {options.out}: {len(sizes)} files, {-(-sum(sizes) // 2**20)}M")
    return 0


def write_space(out: str, hardware: str = "", project: Path = PROJECT) -> Path:
    """Write a Space, whole or not at all; an earlier one in its place is replaced.

    Args:
        out: where, relative to the working directory.
        hardware: one of ``HARDWARE``; empty is cpu.
        project: the git checkout that it is made from.

    Raises:
        SpaceError: no place or unknown hardware is named, the place holds something else, or the checkout
            lacks something.
        OSError: something cannot be read or written.
    """
    if not out:
        raise SpaceError("say where the Space goes: make space OUT=DIR", WRONG_USE)
    if hardware not in ("", *HARDWARE):
        raise SpaceError(f"unknown HARDWARE '{hardware}'; known: {', '.join(HARDWARE)}, static", WRONG_USE)
    folder = Path(os.path.abspath(out))
    if not _may_be_replaced(folder):
        raise SpaceError(
            f"{out} holds something else than an earlier Space; name a new or an empty folder", WRONG_USE
        )
    names = _listed(project)
    partial = folder.with_name(f"{folder.name}.partial")
    _remove(partial)
    try:
        for name in names:
            _copy(project / name, partial / name)
        for name, shortened in (("requirements.txt", space_requirements), ("README.md", space_readme)):
            text = (project / name).read_text(encoding="utf-8")
            _write(partial / name, shortened(text, hardware))
        _write(partial / ".gitattributes", attributes())
        _remove(folder)
        partial.rename(folder)
    finally:
        _remove(partial)
    return folder


def space_requirements(text: str, hardware: str = "") -> str:
    """The pins of requirements.txt that the app needs, one a line.

    Raises:
        SpaceError: the line that ends them is missing.
    """
    needed, line, _ = text.partition(ONLY_TRAINING)
    if not line:
        raise SpaceError(f"requirements.txt lacks the line '{ONLY_TRAINING}'; restore it with git")
    pins = [pin for pin in needed.splitlines() if pin and not pin.startswith("#")]
    if hardware == "zero":
        pins = [re.sub("^torch==.*", f"torch=={ZERO_TORCH}", pin) for pin in pins]
        pins.append(f"spaces=={ZERO_SPACES}")
    return "".join(f"{pin}\n" for pin in pins)


def space_readme(text: str, hardware: str = "") -> str:
    """What a Space shows of README.md: its front matter, its introduction and README_SECTIONS.

    Raises:
        SpaceError: one of these sections is missing.
    """
    head, *sections = re.split("^(?=## )", text, flags=re.MULTILINE)
    if hardware == "zero":
        asked = r"\g<0>\nsuggested_hardware: zero-a10g"
        head = re.sub("^app_file:.*", asked, head, count=1, flags=re.MULTILINE)
    by_heading = {section.partition("\n")[0][3:].strip(): section for section in sections}
    for heading in README_SECTIONS:
        if heading not in by_heading:
            raise SpaceError(f"README.md lacks the section '## {heading}'; restore it with git")
    shown = [head, *(by_heading[heading] for heading in README_SECTIONS)]
    return "\n\n".join(part.strip() for part in shown) + "\n"


def attributes() -> str:
    """The text of .gitattributes; its first line tells a Space from other folders."""
    return "".join(
        f"{line}\n"
        for line in (
            SPACE_MARK,
            *(f"*.{kind} filter=lfs diff=lfs merge=lfs -text" for kind in LARGE_SPACE_KINDS),
        )
    )


def compact(text: bytes) -> bytes:
    """The same JSON without its layout, which the app does not need; what is no JSON stays as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except ValueError:
        return text


def _may_be_replaced(folder: Path) -> bool:
    """Whether nothing is lost: nothing is there, nothing is in it, or it is an earlier Space."""
    if not folder.exists():
        return True
    if not folder.is_dir():
        return False
    mark = folder / ".gitattributes"
    if mark.is_file():
        return mark.read_bytes().split(b"\n")[0] == SPACE_MARK.encode()
    return not any(folder.iterdir())


def _listed(project: Path) -> list[str]:
    """Every file that a Space is made of, as git lists them: committed, or new and not ignored."""
    for part in SPACE_PARTS:
        _must_be_there(project, part)
    places = [*SPACE_PARTS, *(f":(exclude){part}" for part in LEFT_OUT_OF_SPACE)]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *places]
    try:
        run = subprocess.run(command, cwd=str(project), capture_output=True)
    except FileNotFoundError:
        raise SpaceError("git is missing; install it, since it lists what a Space is made of") from None
    if run.returncode:
        raise SpaceError(f"git cannot list this checkout ({os.fsdecode(run.stderr).strip()}); clone it anew")
    names = sorted({name for name in os.fsdecode(run.stdout).split("\0") if name})
    for name in names:
        _must_be_there(project, name)
    return names


def _must_be_there(project: Path, name: str) -> None:
    if not os.path.lexists(project / name):
        raise SpaceError(f"{name} is missing from this checkout; restore it with git")


def _copy(source: Path, copy: Path) -> None:
    """Copy a file, with its folders."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():  # a repository of its own, which git lists as a folder
        shutil.copytree(source, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        return
    shutil.copy2(source, copy, follow_symlinks=False)
    if source.suffix == ".json" and not source.is_symlink():
        copy.write_bytes(compact(source.read_bytes()))


def _remove(path: Path) -> None:
    """Remove a folder, a file or a link, if one is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


if __name__ == "__main__":
    sys.exit(main())
