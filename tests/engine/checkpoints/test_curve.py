"""Learning curves next to the weights: those that are shipped, and those that are damaged."""

import json
import shutil

import pytest

from engine.checkpoints.checkpoint import CHECKPOINTS, available, read_card
from engine.checkpoints.curve import read_curve
from engine.errors import CheckpointError, UnknownNameError

NAME = "jsb_chorales-gru"
LISTS = {
    "update": [2, 4, 6],
    "seconds": [0.5, 1, 1.5],
    "train_nats_per_frame": [3.0, 2.0, 1.0],
    "valid_nats_per_frame": [3.0, 2.5, 2.5],
}


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(CHECKPOINTS / NAME, tmp_path / NAME)
    return tmp_path


def write(folder, **changes) -> None:
    (folder / NAME / "curve.json").write_text(json.dumps({**LISTS, **changes}))


def test_every_shipped_curve_ends_where_its_card_says():
    for name in available():
        curve, facts = read_curve(name), read_card(name).training
        assert (len(curve.seconds), curve.update[-1]) == (facts.epochs, facts.updates)
        assert curve.seconds[-1] == pytest.approx(facts.seconds, abs=0.1)


def test_the_best_epoch_is_the_first_of_the_lowest_on_validation(folder):
    write(folder)
    assert read_curve(NAME, folder).best_epoch == 2


def test_how_a_curve_falls_at_its_end(folder):
    """Of twenty epochs the last two count; a curve of one epoch falls nowhere."""
    nats = [30.0 - n for n in range(18)] + [12.5, 12.0]
    write(folder, **{**{key: list(range(20)) for key in LISTS}, "valid_nats_per_frame": nats})
    assert read_curve(NAME, folder).final_fall == pytest.approx(0.5)
    write(folder, **{key: [1] for key in LISTS})
    assert read_curve(NAME, folder).final_fall == 0


def test_an_unknown_checkpoint_is_named_with_a_near_one(folder):
    with pytest.raises(UnknownNameError, match=f"'jsb_chorales-gruu'.* did you mean '{NAME}'"):
        read_curve("jsb_chorales-gruu", folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seconds": [1.0]}, "one entry for each epoch"),
        ({key: [] for key in LISTS}, "one entry for each epoch"),
        ({"valid_nats_per_frame": [1.0, float("nan"), 2.0]}, r"valid_nats_per_frame\.1: .*finite"),
        ({"update": ["1", 2, 3]}, r"update\.0: "),
        ({"colour": []}, "colour: "),
    ],
)
def test_a_curve_that_cannot_be_used_is_refused_by_one_sentence(folder, changes, said):
    write(folder, **changes)
    with pytest.raises(CheckpointError, match=f"curve.json of '{NAME}' cannot be used: .*{said}"):
        read_curve(NAME, folder)


def test_a_curve_that_is_missing_or_cut_off_is_named(folder):
    path = folder / NAME / "curve.json"
    path.write_text(path.read_text()[:100])
    with pytest.raises(CheckpointError, match="cannot be used: the file: "):
        read_curve(NAME, folder)
    path.unlink()
    with pytest.raises(CheckpointError, match=r"cannot be read .*: restore the folder"):
        read_curve(NAME, folder)
