"""``make space``: the folder is whole, its front matter is right, and it runs as Spaces run it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.project.test_requirements import pins
from tests.source import files, program_modules
from training.publishing.space import LEFT_OUT_OF_SPACE

# What a stranger asks of the API: a short draw, with the page's own defaults for the rest.
CALLS = [{"api_name": "/sample_roll", "frames": 8}]
PARTS = {"app.py", "pages", "engine", "assets", "checkpoints"} | {
    *("requirements.txt", "packages.txt", "README.md", "LICENSE", ".gitattributes")
}
COLORS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
NOBODY = 65534
# What a checkout has and a Space lacks.
COMMAND = re.compile(
    r"\bpython -m (?:training|engine)\b|\bmake (?:app|test|bench|lint|space|packages|clean)\b"
)
DOCUMENTS = (".md", ".py", ".txt", ".toml", ".json")


def make_space(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run ``make space`` with these arguments, and with none of those of the make that runs the tests."""
    return subprocess.run(
        ["make", "--no-print-directory", "space", *arguments],
        cwd=project,
        env={name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def space(project_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("anywhere") / "a space"
    made = make_space(project_folder, f"OUT={folder}")
    assert made.returncode == 0, made.stderr
    return folder


def front_matter(folder: Path) -> dict:
    """The YAML at the head of README.md."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)[1])


def test_folder_is_complete_and_holds_nothing_else(space, project_folder):
    assert {path.name for path in space.iterdir()} == PARTS
    stray = [
        p for p in space.rglob("*") if p.name in ("__pycache__", "runs", "tests") or p.suffix == ".partial"
    ]
    assert not stray
    for card in (project_folder / "checkpoints").glob("*/card.json"):
        copied = space / "checkpoints" / card.parent.name
        assert {p.name for p in copied.iterdir()} >= {"card.json", "model.safetensors", "README.md"}


def test_front_matter_agrees_with_the_pins(space):
    head, pinned = front_matter(space), pins(space / "requirements.txt")
    assert (head["sdk"], head["app_file"], head["python_version"]) == ("gradio", "app.py", "3.12")
    assert head["sdk_version"] == pinned["gradio"]
    assert {head["colorFrom"], head["colorTo"]} <= COLORS
    assert len(head["short_description"]) <= 60
    assert "suggested_hardware" not in head


def test_its_readme_names_nothing_that_it_lacks(space):
    text = (space / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"\w+:|#", link)]
    at_top = {path.parts[0] for path in files()}
    quoted = re.findall(r"`([^`\s]+)`", text)
    paths = [name for name in quoted if name.split("/")[0] in at_top or name.endswith(DOCUMENTS)]
    assert not [name for name in (*links, *paths) if not (space / name.partition("#")[0]).exists()]
    assert not COMMAND.findall(text)
    assert re.findall(r"^##? .*", text, re.MULTILINE) == ["# Earshot", "## In the app", "## Licences"]


def test_no_part_of_the_app_is_left_out():
    left_out = tuple(place.removesuffix(".py").replace("/", ".") for place in LEFT_OUT_OF_SPACE)
    app = [m for m in program_modules() if m.top != "training" and not m.name.startswith(left_out)]
    assert not [f"{m} needs {name}" for m in app for name in m.own_modules() if name.startswith(left_out)]


PAGES = """
import json
from pathlib import Path
from pages import shared, site
from pages.board.page import how_to_read
for is_checkout in (False, True):
    if is_checkout:
        Path("training").mkdir()
    config = site.build(shared.open_shared()).get_config_file()
    print(json.dumps([config, how_to_read()], default=str, ensure_ascii=False))
"""


@pytest.fixture(scope="module")
def page_texts(space, tmp_path_factory) -> list[str]:
    """All that the pages say with no model and no table there: of a Space, and of a checkout."""
    folder = shutil.copytree(space, tmp_path_factory.mktemp("pages") / "space")
    shutil.rmtree(folder / "checkpoints")
    (folder / "checkpoints").mkdir()
    (folder / "assets" / "results.json").unlink()
    built = subprocess.run([sys.executable, "-c", PAGES], cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return built.stdout.splitlines()


NO_MODEL = [
    f"There is {what} in `checkpoints/` yet" for what in ("no music model", "no speech model", "no model")
]


@pytest.mark.slow
def test_its_pages_name_no_command_or_document_that_it_lacks(page_texts):
    said, _ = page_texts
    assert all(f'"{text}."' in said for text in NO_MODEL)
    assert ">There is no table yet, assets/results.json is missing.<" in said
    assert not COMMAND.findall(said)
    assert "docs/" not in said


def test_the_pages_of_a_checkout_say_what_to_do(page_texts):
    _, said = page_texts
    assert all(f'"{text}: fit one with `python -m training fit`."' in said for text in NO_MODEL)
    assert "assets/results.json is missing: write it with `python -m training report`." in said
    assert "is in docs/listening.md." in said


def test_zero_hardware_changes_only_two_pins_and_the_hardware(space, project_folder, tmp_path):
    zero = tmp_path / "zero"
    assert make_space(project_folder, f"OUT={zero}", "HARDWARE=zero").returncode == 0
    plain, pinned = pins(space / "requirements.txt"), pins(zero / "requirements.txt")
    assert pinned == plain | {"torch": "2.11.0", "spaces": pinned["spaces"]}
    assert front_matter(zero) == front_matter(space) | {"suggested_hardware": "zero-a10g"}
    assert (zero / "app.py").read_bytes() == (space / "app.py").read_bytes()


def test_an_earlier_space_is_replaced(project_folder, tmp_path):
    folder = tmp_path / "space"
    folder.mkdir()
    assert make_space(project_folder, f"OUT={folder}").returncode == 0
    (folder / "stale.py").touch()
    assert make_space(project_folder, f"OUT={folder}").returncode == 0
    assert {path.name for path in folder.iterdir()} == PARTS
    assert [path.name for path in tmp_path.iterdir()] == ["space"]


def test_a_folder_of_something_else_is_refused(project_folder, tmp_path):
    (tmp_path / "precious").write_text("mine")
    refused = make_space(project_folder, f"OUT={tmp_path}")
    assert refused.returncode != 0
    assert "holds something else" in refused.stderr
    assert (tmp_path / "precious").read_text() == "mine"
    assert make_space(project_folder, "OUT=.").returncode != 0


@pytest.mark.parametrize(("arguments", "said"), [((), "OUT=DIR"), (("OUT=x", "HARDWARE=tpu"), "cpu, zero")])
def test_wrong_arguments_are_named(project_folder, arguments, said):
    refused = make_space(project_folder, *arguments)
    assert refused.returncode != 0
    assert said in refused.stderr


def unprivileged() -> list[str]:
    """What to put before a command so that it runs as nobody, if we are root.

    It may read everything, since Python may lie in root's own folder, and write nothing that is not its own.
    """
    if os.getuid() != 0 or not shutil.which("setpriv"):
        return []
    only_reading = "-all,+dac_read_search"
    return [
        *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"),
        *(f"--inh-caps={only_reading}", f"--ambient-caps={only_reading}", f"--bounding-set={only_reading}"),
    ]


def works(command: list[str]) -> bool:
    """Whether this machine lets us run a program with this before it."""
    return (
        bool(command)
        and subprocess.run([*command, sys.executable, "-c", ""], capture_output=True).returncode == 0
    )


def without_network() -> list[str]:
    """What to put before a command so that it has a loopback interface only, where that may be done."""
    for command in (["unshare", "--net"], ["unshare", "--user", "--map-root-user", "--net"]):
        if shutil.which("unshare") and works(command):
            return command
    return []


@pytest.fixture
def elsewhere(tmp_path_factory):
    """A folder that belongs to the user the app runs as, outside the Space."""
    folder = tmp_path_factory.mktemp("elsewhere")
    if os.getuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    return folder


def visit(space: Path, elsewhere: Path, calls: list[dict], **environment: str) -> dict:
    """Start the Space as Spaces do and see what a visitor sees."""
    offline = without_network()
    nowhere = {} if offline else dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    given = {
        "folder": str(space),
        "elsewhere": str(elsewhere),
        "command": unprivileged() if works(unprivileged()) else [],
        "new_network": bool(offline),
        "calls": calls,
        "environment": {
            "PATH": os.environ["PATH"],
            "HOME": str(elsewhere),
            "TMPDIR": str(elsewhere),
            "SPACE_ID": "someone/earshot",
            "GRADIO_SERVER_NAME": "0.0.0.0",
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "no_proxy": "127.0.0.1,localhost",
            **nowhere,
            **environment,
        },
    }
    visitor = [sys.executable, str(Path(__file__).parents[1] / "visitor.py"), json.dumps(given)]
    seen = subprocess.run([*offline, *visitor], capture_output=True, text=True, timeout=400)
    log = (elsewhere / "app.log").read_text()
    assert seen.returncode == 0, f"{seen.stderr}\n{log}"
    return json.loads(seen.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_stranger_samples(space, elsewhere):
    before = sorted(space.rglob("*"))
    seen = visit(space, elsewhere, CALLS)
    assert {call["api_name"] for call in CALLS} <= set(seen["endpoints"])
    assert len(seen["answers"]) == len(CALLS)
    assert all(answer is not None for answer in seen["answers"])
    assert sorted(space.rglob("*")) == before  # nothing is written into the Space
    if os.getuid() == 0 and works(unprivileged()):
        assert seen["uid"] == NOBODY


STAND_IN = '''
"""A stand-in for the package of ZeroGPU: notes whether torch came first, and what is decorated."""
import os, sys
from pathlib import Path
log = Path(os.environ["SPACES_LOG"])
log.write_text("torch first\\n" if "torch" in sys.modules else "spaces first\\n")
def GPU(function=None, duration=60):
    if function is None:
        return lambda function: GPU(function, duration)
    log.write_text(log.read_text() + f"decorated {function.__name__}\\n")
    return function
'''


@pytest.mark.slow
def test_zero_gpu_comes_before_torch_and_finds_one_function(space, elsewhere, tmp_path):
    (tmp_path / "spaces.py").write_text(STAND_IN)
    log = elsewhere / "spaces.log"
    visit(space, elsewhere, [], PYTHONPATH=str(tmp_path), SPACES_LOG=str(log))
    first, *decorated = log.read_text().splitlines()
    assert first == "spaces first"
    assert len(decorated) == 1
