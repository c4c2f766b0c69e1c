"""A Space: what it is made of, from a small checkout of the test's own, and that nothing is ever lost."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from training.publishing import space
from training.publishing.space import SpaceError, compact, main, space_readme, space_requirements, write_space

SCRIPT = Path(space.__file__)
README = "---\napp_file: app.py\n---\n\n# It\n\nHello.\n\n## Build\n\n    make app\n\n"
SECTIONS = "## Licences\n\nMIT.\n\n## Other\n\nNo.\n\n## In the app\n\nPlay.\n"
TEXTS = {
    **dict.fromkeys(("app.py", "pages/page.py", "engine/model.py", "packages.txt", "LICENSE"), "text\n"),
    **dict.fromkeys(("engine/__main__.py", "engine/commands/list.py", "training/fit.py"), "left out\n"),
    "assets/table.json": '{\n "a": [1, 2.50],\n "é": null\n}\n',
    "checkpoints/mine/card.json": "{ damaged",
    "requirements.txt": "# All.\ntorch==2.13.0\nnumpy==2.4.6\n\n# Only training needs these:\ntqdm==4.70.1\n",
    "README.md": README + SECTIONS,
    ".gitignore": "*.pyc\n",
}
WHOLE = {
    *("app.py", "pages/page.py", "pages/new.py", "engine/model.py", "packages.txt", "LICENSE"),
    *("assets/table.json", "checkpoints/mine/card.json", "requirements.txt", "README.md", ".gitattributes"),
}


def contents(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of every file."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A repository with one more file that is new and one that is ignored."""
    folder = tmp_path / "checkout"
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    (folder / "pages" / "new.py").touch()
    (folder / "pages" / "ignored.pyc").touch()
    return folder


def test_a_space_has_what_git_lists_of_its_parts(checkout, tmp_path):
    folder = write_space(str(tmp_path / "new" / "space"), project=checkout)
    assert set(contents(folder)) == WHOLE
    assert [path.name for path in folder.parent.iterdir()] == ["space"]
    assert (folder / "assets" / "table.json").read_text(encoding="utf-8") == '{"a":[1,2.5],"é":null}\n'
    assert (folder / "checkpoints" / "mine" / "card.json").read_text() == "{ damaged"


def test_both_kinds_of_hardware_differ_in_two_files(checkout, tmp_path):
    cpu, zero = (contents(write_space(str(tmp_path / kind), kind, checkout)) for kind in ("cpu", "zero"))
    assert {name for name in cpu if cpu[name] != zero[name]} == {"requirements.txt", "README.md"}
    assert cpu["requirements.txt"] == b"torch==2.13.0\nnumpy==2.4.6\n"
    assert zero["requirements.txt"] == b"torch==2.11.0\nnumpy==2.4.6\nspaces==0.51.3\n"
    assert zero["README.md"].replace(b"suggested_hardware: zero-a10g\n", b"") == cpu["README.md"]


def test_the_readme_has_its_introduction_and_two_sections():
    head = "---\napp_file: app.py\n---\n\n# It\n\nHello.\n\n"
    assert space_readme(README + SECTIONS) == head + "## In the app\n\nPlay.\n\n## Licences\n\nMIT.\n"
    with pytest.raises(SpaceError, match=r"README\.md lacks the section '## In the app'"):
        space_readme(README)


def test_requirements_without_the_line_that_ends_them_are_refused():
    with pytest.raises(SpaceError, match=r"requirements\.txt lacks the line '# Only training needs these:'"):
        space_requirements("torch==2.13.0\n")


@pytest.mark.parametrize("value", [{"a": [1, 1e-07, -2.5, "é", None]}, [], {"b": 1, "a": 2}])
def test_compact_json_has_the_same_values_in_the_same_order(value):
    text = compact(json.dumps(value, indent=1).encode())
    assert json.loads(text) == value
    assert list(json.loads(text)) == list(value)


@pytest.mark.parametrize(("name", "said"), [("LICENSE", "LICENSE"), ("pages/page.py", "pages/page.py")])
def test_a_missing_part_is_named(checkout, tmp_path, name, said):
    (checkout / name).unlink()
    with pytest.raises(SpaceError, match=f"^{said} is missing from this checkout; restore it with git$") as e:
        write_space(str(tmp_path / "space"), project=checkout)
    assert e.value.status == 1
    assert not (tmp_path / "space").exists()


def test_a_folder_that_is_no_checkout_is_named(checkout, tmp_path):
    shutil.rmtree(checkout / ".git")
    with pytest.raises(SpaceError, match="git cannot list this checkout"):
        write_space(str(tmp_path / "space"), project=checkout)


def test_without_git_one_sentence_says_so(checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpaceError, match="git is missing; install it"):
        write_space(str(tmp_path / "space"), project=checkout)


@pytest.mark.parametrize("name", ["space", "space/"])
def test_a_failure_leaves_the_earlier_space_as_it_was(checkout, tmp_path, monkeypatch, name):
    """With a slash after the name, the partial folder once lay in the earlier Space: both were lost."""
    place = f"{tmp_path}/{name}"
    before = contents(write_space(place, project=checkout))
    write_space(place, project=checkout)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(space.shutil, "copy2", full)
    with pytest.raises(OSError, match="No space left"):
        write_space(place, project=checkout)
    assert contents(tmp_path / "space") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout", "space"]


def test_an_interrupted_one_is_made_anew(checkout, tmp_path):
    (tmp_path / "space.partial" / "pages").mkdir(parents=True)
    (tmp_path / "space.partial" / "half").touch()
    (tmp_path / "space").mkdir()
    assert set(contents(write_space(str(tmp_path / "space"), project=checkout))) == WHOLE
    assert not (tmp_path / "space.partial").exists()


@pytest.mark.parametrize("held", ["notes.txt", ".gitattributes"])
def test_what_is_no_space_stays(checkout, tmp_path, held):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / held).write_text("*.wav binary\n")
    for place in (tmp_path / "mine", tmp_path / "mine" / held):
        with pytest.raises(SpaceError, match="holds something else than an earlier Space") as refused:
            write_space(str(place), project=checkout)
        assert refused.value.status == 2
    assert contents(tmp_path / "mine") == {held: b"*.wav binary\n"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say where the Space goes: make space OUT=DIR\n"),
        (["--out=", "--hardware="], "say where the Space goes: make space OUT=DIR\n"),
        (["--out=x", "--hardware=tpu"], "unknown HARDWARE 'tpu'; known: cpu, zero, static\n"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(arguments, said, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", said)


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main([f"--out={tmp_path}/file/space"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("the Space cannot be written (Not a directory: ") and told.count("\n") == 1


def test_a_bare_python_runs_it(tmp_path):
    """No package is installed where it runs, and Python may be as old as 3.9."""
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)
    bare = [sys.executable, "-I", "-S", SCRIPT]
    run = subprocess.run(bare, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"say where the Space goes: make space OUT=DIR\n"
    assert not list(tmp_path.iterdir())
