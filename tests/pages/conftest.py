"""The app, for all tests of pages: one for the whole session."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.checkpoints.checkpoint import CHECKPOINTS, available, load, read_card
from engine.notes.midi_bytes import midi_bytes
from engine.pieces.excerpt import read_excerpt
from tests.engine.small_models import published
from tests.pages.visit import Visit
from tests.server import Server, serving

PARTS = ("app.py", "pages", "engine", "assets", "checkpoints")
OWN_MUSIC = ("my-first", "my-second")  # two more models of chorales, so that five can be chosen


def copy_model(folder: Path, name: str, like: str = "jsb_chorales-gru") -> Path:
    """Copy a model to another name, like someone's own fit of the same corpus; gives its card's path."""
    shutil.copytree(folder / like, folder / name)
    card = folder / name / "card.json"
    card.write_text(card.read_text().replace(f'"name": "{like}"', f'"name": "{name}"', 1))
    return card


def shorten_an_excerpt(primes: Path, name: str, num_frames: int) -> None:
    """Write its first frames in its place: no clip of its corpus's trials is longer than they are."""
    roll = load("jsb_chorales-gru").representation
    frames = read_excerpt(name, roll)[:num_frames]
    (primes / f"{name}.mid").write_bytes(midi_bytes(roll.decode(frames)))


@pytest.fixture(scope="session")
def app_folder(project_folder, tmp_path_factory) -> Path:
    """A copy of the app with more models: own, tiny and slow ones, one of bad weights, one of a bad card."""
    folder = tmp_path_factory.mktemp("app")
    ignored = shutil.ignore_patterns("__pycache__", "*.pyi", ".*.partial")
    for part in PARTS:
        copy = shutil.copytree if (project_folder / part).is_dir() else shutil.copy
        copy(project_folder / part, folder / part, **({"ignore": ignored} if copy is shutil.copytree else {}))
    shorten_an_excerpt(folder / "assets" / "primes", "jsb_chorales-test-58", 24)
    models = folder / "checkpoints"
    for name in OWN_MUSIC:
        copy_model(models, name)
    published(models, "waveform", "tiny-speech")
    published(models, "waveform", "tiny-speech-two")
    published(models, "waveform", "tardy-speech", hidden_size=1900)  # its name comes after spoken_digits
    copy_model(models, "spoiled").with_name("model.safetensors").write_bytes(b"spoiled")
    card = copy_model(models, "newer")
    card.write_text(card.read_text().replace('"format": 1,', '"format": 1, "colour": "blue",', 1))
    return folder


@pytest.fixture(scope="session")
def app(app_folder, tmp_path_factory) -> Iterator[Server]:
    """The app, served from another working directory."""
    with serving(
        [sys.executable, str(app_folder / "app.py")], tmp_path_factory.mktemp("elsewhere"), {}
    ) as app:
        yield app


@pytest.fixture(autouse=True)
def _no_traceback(request) -> Iterator[None]:
    """Whatever a visitor does, the app writes no traceback."""
    yield
    if "app" in request.fixturenames:
        assert "Traceback" not in (news := request.getfixturevalue("app").news()), news


@pytest.fixture(scope="session")
def left_contexts(browser) -> list[Any]:
    """Contexts of the browser that visitors have left, for those who come after them."""
    return []


@pytest.fixture
def visitors(browser, app, left_contexts):
    """``visitors(path)`` opens a page of the app as a new visitor; at the end nothing may have gone wrong."""
    opened: list[Visit] = []

    def open_page(path: str = "", address: str = app.address, **context: object) -> Visit:
        visit = Visit(browser, address, context, left_contexts)
        opened.append(visit)
        visit.go(path)
        return visit

    yield open_page
    for visit in opened:
        visit.close()
    assert [visit.wrong for visit in opened if visit.wrong] == []


@pytest.fixture(scope="session")
def speech_model() -> str:
    """A shipped speech model, or a tiny one of random weights where none is shipped."""
    shipped = [
        name for name in available() if read_card(name, CHECKPOINTS).representation["name"] == "waveform"
    ]
    return shipped[0] if shipped else "tiny-speech"
