"""The whole way of a model: fitted by the command line, read, drawn from, scored, shown in the app."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

import engine
from engine import __main__ as engine_program
from engine.checkpoints.checkpoint import Checkpoint
from pages.draw import drawing
from pages.draw.drawing import open_drawing, sample_together
from pages.draw.request import DrawRequest
from pages.house.catalogue import read_catalogue
from pages.house.running import Running
from tests.training.songs import write_songs
from training import __main__ as training_program

QUICK = ("--epochs", "2", "--quiet")
NUM_FRAMES = 6


class WholeWay:
    """A model on its way through both programs and the app, in a folder of its own.

    Args:
        name: of the checkpoint.
    """

    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name
        self.checkpoints = folder / "checkpoints"
        self.corpus = f"midi:{write_songs(folder / 'songs', 8)}"

    def fit(self, *arguments: str) -> None:
        """``python -m training fit``, with a corpus of eight songs."""
        places = ("--checkpoints", str(self.checkpoints), "--runs", str(self.folder / "runs"))
        assert training_program.main(["fit", *arguments, *QUICK, *places]) == 0

    @property
    def checkpoint(self) -> Checkpoint:
        """As the engine reads it."""
        return engine.load(self.name, self.checkpoints)

    def check_files(self) -> None:
        """The checkpoint's folder is whole, and its card is of these weights."""
        files = sorted(path.name for path in (self.checkpoints / self.name).iterdir())
        assert files == ["README.md", "card.json", "curve.json", "model.safetensors"]
        card = self.checkpoint.card
        assert (card.name, card.corpus.name) == (self.name, self.corpus)
        assert card.num_parameters == self.checkpoint.model.num_parameters()

    def check_draws(self) -> None:
        """Draws are notes, and one seed gives one draw."""
        options = engine.SamplingOptions(num_frames=NUM_FRAMES, seed=7)
        first, second = (torch.stack(list(engine.sample(self.checkpoint.model, options))) for _ in range(2))
        assert first.shape == (NUM_FRAMES, self.checkpoint.model.frame_size)
        assert set(first.unique().tolist()) <= {0.0, 1.0} and torch.equal(first, second)

    def check_figures(self, capsys: pytest.CaptureFixture) -> None:
        """``training evaluate`` says what the card says, and ``engine score`` scores a file."""
        told = ("--checkpoints", str(self.checkpoints), "--json")
        capsys.readouterr()
        assert training_program.main(["evaluate", self.name, *told]) == 0
        nats = json.loads(capsys.readouterr().out)["nats_per_frame"]
        assert math.isfinite(nats)
        assert nats == pytest.approx(self.checkpoint.card.metrics["test"]["nats_per_frame"], abs=1e-9)
        song = str(self.folder / "songs" / "song 3.mid")
        assert engine_program.main(["score", self.name, song, *told]) == 0
        assert math.isfinite(json.loads(capsys.readouterr().out)["nats_per_frame"])

    def label(self) -> str:
        """What the pages call it, where a model is chosen."""
        catalogue = read_catalogue("piano_roll", self.checkpoints)
        assert catalogue.problems == ()
        ((label, name),) = catalogue.models(self.corpus)
        assert name == self.name
        return label

    def lane(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """What a lane of Play shows once its draw is done."""
        monkeypatch.setattr(drawing, "loaded", lambda name: engine.load(name, self.checkpoints))
        opened = open_drawing(DrawRequest((self.name,), NUM_FRAMES, 7), None, "piano_roll")
        for _ in sample_together(opened.lanes, Running()):
            pass
        (lane,) = opened.lanes
        lane.finish()
        return lane.value()

    def check_lane(self, monkeypatch: pytest.MonkeyPatch, title: str) -> None:
        """The lane is done, is called as it should be, and can be heard and taken home."""
        value = self.lane(monkeypatch)
        assert (value["state"], value["title"], value["frames_done"]) == ("done", title, NUM_FRAMES)
        assert value["pieces"] and [file["label"] for file in value["downloads"]] == ["MIDI", "WAV"]
