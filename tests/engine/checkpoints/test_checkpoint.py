"""Checkpoints: the same model comes back, nothing else is let in, and a failed save loses nothing."""

import errno
import hashlib
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.checkpoints.checkpoint import (
    CARD_FILE,
    WEIGHTS_FILE,
    available,
    load,
    read_card,
    save,
    weight_bytes,
)
from engine.endings.ending import Ending
from engine.endings.signs import NUM_SIGNS
from engine.errors import CheckpointError, UnknownNameError
from engine.representations import REPRESENTATIONS
from engine.scoring.likelihood import log_likelihood
from tests.engine.small_models import UNITS, binary_frames, published, randomise

NEVER_ENDING = Ending.of_numbers(np.array([-100.0] + [0.0] * NUM_SIGNS), 9).model_dump()
NAME = "tiny-gru"


def edit(folder: Path, **changes) -> None:
    """Change keys of the card, ``model__head`` for a key within another; the hash stays."""
    path = folder / NAME / CARD_FILE
    card = json.loads(path.read_text())
    for key, value in changes.items():
        *outer, last = key.split("__")
        place = card
        for part in outer:
            place = place[part]
        place[last] = value
    path.write_text(json.dumps(card))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_a_round_trip_gives_equal_log_probabilities(tmp_path, name):
    model, card = published(tmp_path, name)
    checkpoint = load(NAME, tmp_path)
    frames = binary_frames(2, 7, model.frame_size).float()
    expected = log_likelihood(model, frames).totals
    assert torch.equal(log_likelihood(checkpoint.model, frames).totals, expected)
    assert checkpoint.card == card == read_card(NAME, tmp_path)
    assert checkpoint.representation == REPRESENTATIONS[name](**UNITS[name])
    assert not any(weight.requires_grad for weight in checkpoint.model.parameters())
    assert not checkpoint.model.training


def test_the_card_says_what_an_app_shows(tmp_path):
    _, card = published(tmp_path)
    assert (card.cell, card.num_units) == ("gru", 4)


def test_a_folder_holds_weights_card_and_documents_and_no_pickle(tmp_path):
    published(tmp_path)
    files = contents(tmp_path)
    assert set(files) == {f"{NAME}/{part}" for part in (WEIGHTS_FILE, CARD_FILE, "README.md")}
    for data in files.values():
        with pytest.raises((pickle.UnpicklingError, ValueError, EOFError, IndexError)):
            pickle.loads(data)  # noqa: S301
    assert json.loads(files[f"{NAME}/{CARD_FILE}"])["format"] == 1


def test_the_same_weights_are_the_same_bytes(tmp_path):
    model, _ = published(tmp_path)
    assert weight_bytes(model) == weight_bytes(load(NAME, tmp_path).model)
    assert weight_bytes(model) == (tmp_path / NAME / WEIGHTS_FILE).read_bytes()


def test_available_lists_folders_with_a_card(tmp_path):
    assert available(tmp_path / "nowhere") == available(tmp_path) == []
    for name in ("b-gru", "a-gru"):
        published(tmp_path, name=name)
    for folder in (".hidden", "no-card"):
        (tmp_path / folder).mkdir()
    (tmp_path / ".hidden" / CARD_FILE).write_text("{}")
    assert available(tmp_path) == ["a-gru", "b-gru"]


@pytest.mark.parametrize("name", ["tiny-gur", "", "..", "../tiny-gru", "/etc", "tiny-gru/"])
def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path, name):
    published(tmp_path)
    with pytest.raises(UnknownNameError, match=r"unknown checkpoint .*; known: tiny-gru"):
        load(name, tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": "red"}, "colour: extra inputs are not permitted"),
        ({"corpus__colour": "red"}, "corpus.colour: extra inputs"),
        ({"format": 2}, "format: input should be 1.*newer version: update Earshot"),
        ({"num_parameters": "many"}, "num_parameters: input should be a valid integer"),
        ({"metrics": {"test": {"nats_per_frame": None}}}, "metrics.test.nats_per_frame"),
        ({"name": "Tiny GRU"}, "name: string should match pattern"),
        ({"name": "other-gru"}, "is that of 'other-gru': rename the folder back"),
        ({"representation": {}}, "representation: .*needs a 'name'"),
        ({"model": {}}, "model: .*needs 'cells'"),
        ({"model__cells": []}, "model: .*needs 'cells'"),
        ({"model__cells": ["gru"]}, "model: .*needs 'cells'"),
        ({"model__cells": [{"name": "gru"}]}, "model: .*'hidden_size'"),
        ({"ending": {}}, "ending.longest: field required"),
        ({"ending": {**NEVER_ENDING, "longest": 0}}, "ending.longest: input should be greater"),
        ({"ending": {**NEVER_ENDING, "least": -0.1}}, "ending.least: input should be greater"),
        ({"ending": {**NEVER_ENDING, "weights": {}}}, "ending.weights: .*must be [0-9]+ numbers"),
        ({"ending": {**NEVER_ENDING, "mood": 1}}, "ending.mood: extra inputs"),
    ],
)
def test_a_card_that_is_not_of_this_version_is_refused(tmp_path, changes, message):
    """Also where only the card is read: cards without cells once ended the list in a KeyError."""
    published(tmp_path)
    edit(tmp_path, **changes)
    for read in (load, read_card):
        with pytest.raises(CheckpointError, match=message):
            read(NAME, tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model__cells": [{"name": "gur", "hidden_size": 4}]}, "unknown cell 'gur'.*did you mean 'gru'"),
        ({"model__head__name": "categorical"}, "unknown head 'categorical'"),
        ({"model__head__name": ["bernoulli"]}, "unknown head"),
        ({"model__head__depth": 3}, "has an unknown key 'depth'"),
        ({"model__depth": 3}, "and nothing else"),
        ({"model__head__hidden_size": 5}, "reads 5 numbers but is given 4"),
        (
            {"model__cells": [{"name": "tanh", "input_size": 88, "hidden_size": 4}]},
            "differ in 5 tensors: cells.0.bias is 12 in the weights, 4 according to the card",
        ),
        (
            {
                "model__cells": [{"name": "gru", "input_size": 88, "hidden_size": 10**9}],
                "model__head__hidden_size": 10**9,
            },
            "cells.0.bias is 12 in the weights, 3000000000 according to the card",
        ),
        ({"representation__name": "spectrogram"}, "unknown representation 'spectrogram'"),
        ({"representation__num_pitches": 60}, r"\(88, 1\) in the model, \(60, 1\) in its representation"),
        ({"representation": {"name": "waveform", **UNITS["waveform"]}}, r"\(10, 2\) in its representation"),
    ],
)
def test_a_card_that_does_not_fit_weights_or_frames_is_refused(tmp_path, changes, message):
    published(tmp_path)
    edit(tmp_path, **changes)
    with pytest.raises(
        CheckpointError, match=f"checkpoint 'tiny-gru' cannot be loaded: .*{message}"
    ) as caught:
        load(NAME, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"not JSON", b"[1]", b"\xff\xfe", b'{"format": 1', b"null"])
def test_a_card_that_is_no_card_is_refused(tmp_path, data):
    published(tmp_path)
    (tmp_path / NAME / CARD_FILE).write_bytes(data)
    with pytest.raises(CheckpointError, match="the card of 'tiny-gru' cannot be used: "):
        load(NAME, tmp_path)


@pytest.mark.parametrize("place", [0, 100, -1])
def test_one_changed_byte_of_the_weights_is_noticed(tmp_path, place):
    published(tmp_path)
    path = tmp_path / NAME / WEIGHTS_FILE
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match=r"is not the file its card names .sha256 differs"):
        load(NAME, tmp_path)


@pytest.mark.parametrize("data", [b"", b"rubbish", pickle.dumps({"weight": [1.0]})])
def test_weights_of_another_format_are_refused_even_with_their_hash(tmp_path, data):
    published(tmp_path)
    (tmp_path / NAME / WEIGHTS_FILE).write_bytes(data)
    edit(tmp_path, weights_sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load(NAME, tmp_path)


def test_missing_weights_are_named(tmp_path):
    published(tmp_path)
    (tmp_path / NAME / WEIGHTS_FILE).unlink()
    with pytest.raises(
        CheckpointError, match=r"model.safetensors of 'tiny-gru' cannot be read .No such file"
    ):
        load(NAME, tmp_path)


def test_a_card_that_cannot_be_read_is_named(tmp_path):
    published(tmp_path)
    (tmp_path / NAME / CARD_FILE).unlink()
    (tmp_path / NAME / CARD_FILE).mkdir()
    with pytest.raises(CheckpointError, match=r"card.json of 'tiny-gru' cannot be read .Is a directory"):
        read_card(NAME, tmp_path)


def full_disk(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fail_at(monkeypatch, owner, name: str, call: int) -> None:
    """Let the disk be full at one call of a function, counted from 1, and at no other."""
    calls, real = [], getattr(owner, name)

    def counted(*args, **kwargs):
        calls.append(args)
        return full_disk() if len(calls) == call else real(*args, **kwargs)

    monkeypatch.setattr(owner, name, counted)


@pytest.mark.parametrize(
    ("owner", "function", "call"),
    [
        *[(Path, "mkdir", 1), (Path, "write_bytes", 1)],
        *[(Path, "write_text", 1), (Path, "write_text", 2), (os, "replace", 1), (os, "replace", 2)],
    ],
)
def test_a_full_disk_leaves_the_older_checkpoint_and_nothing_half_written(
    tmp_path, monkeypatch, owner, function, call
):
    """The second rename once failed after the older checkpoint had been moved away, which was then lost."""
    model, card = published(tmp_path)
    before = contents(tmp_path)
    randomise(model, 9)
    newer = card.model_copy(update={"weights_sha256": hashlib.sha256(weight_bytes(model)).hexdigest()})
    fail_at(monkeypatch, owner, function, call)
    with pytest.raises(CheckpointError, match=r"cannot write checkpoint 'tiny-gru' .No space left on device"):
        save(model, newer, {"README.md": "Newer.\n"}, tmp_path, replace=True)
    monkeypatch.undo()
    assert contents(tmp_path) == before and [path.name for path in tmp_path.iterdir()] == [NAME]
    save(model, newer, {}, tmp_path, replace=True)
    assert load(NAME, tmp_path).card == newer and [path.name for path in tmp_path.iterdir()] == [NAME]


def test_one_of_the_same_name_is_replaced_only_on_demand(tmp_path):
    """When two fits of one name ended, the later once replaced the earlier."""
    model, card = published(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(CheckpointError, match=r"'tiny-gru' is in .* already: .* or say --replace"):
        save(model, card, {"README.md": "Newer.\n"}, tmp_path)
    assert contents(tmp_path) == before and [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_save_that_was_killed_is_cleared_away_by_the_next(tmp_path):
    model, card = published(tmp_path)
    for leftover in (f".{NAME}.partial", f".{NAME}.old"):
        (tmp_path / leftover).mkdir()
        (tmp_path / leftover / WEIGHTS_FILE).write_bytes(b"half")
        os.utime(tmp_path / leftover, (0, 0))
    save(model, card, {}, tmp_path, replace=True)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert set(contents(tmp_path)) == {f"{NAME}/{WEIGHTS_FILE}", f"{NAME}/{CARD_FILE}"}


def test_a_card_of_other_weights_is_not_saved(tmp_path):
    model, card = published(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(CheckpointError, match="names other weights than those to be saved"):
        save(randomise(model, 9), card, {}, tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("number", [10**400, -(10**400), 10**13, 1e13])
@pytest.mark.parametrize(
    "place", ["metrics__test__nats_per_frame", "num_parameters", "training__updates", "model__transpositions"]
)
def test_a_number_of_no_use_is_refused_and_keeps_no_other_model_out(tmp_path, place, number):
    """10**400 nats could once not be shown, and the app did not start."""
    published(tmp_path)
    edit(tmp_path, **{place: number})
    with pytest.raises(CheckpointError, match="the card of 'tiny-gru' cannot be used"):
        read_card(NAME, tmp_path)


def test_a_model_far_larger_than_its_weights_takes_no_memory(tmp_path):
    """2.6 GB were once taken before such a model was refused."""
    resource = pytest.importorskip("resource")
    published(tmp_path)
    large = {"name": "gru", "input_size": 88, "hidden_size": 20_000}
    edit(tmp_path, model__cells=[large], model__head__hidden_size=20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CheckpointError, match="according to the card"):
        load(NAME, tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"
