"""Judgements: figures for programs, and models in groups whose figures can be compared."""

import json

import pytest
import torch

from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from engine.scoring.judgement import Judgement, ranked
from engine.scoring.surprise import Surprise
from tests.engine.small_models import card_of
from tests.engine.small_pieces import model_of

QUARTERS, EIGHTHS, SPEECH = PianoRoll(21, 88, 1), PianoRoll(21, 88, 2), Waveform(8_000, 0.0, 0.1)


def judgement(name: str, representation, nats: list[float], bits: list[float] | None = None) -> Judgement:
    spec = {"cells": [{"name": "gru", "hidden_size": 2}], "head": {}}
    card = card_of(model_of("list"), name, spec, representation)
    per_sample = None if bits is None else torch.tensor(bits, dtype=torch.float64)
    return Judgement(card, representation, Surprise(torch.tensor(nats, dtype=torch.float64), per_sample, -2))


def names_of(groups: list[list[Judgement]]) -> list[list[str]]:
    return [[judgement.card.name for judgement in group] for group in groups]


def test_the_finest_grid_stands_first_and_in_it_the_best_model():
    given = [
        judgement("slow", QUARTERS, [1.0, 1.0]),
        judgement("worse", EIGHTHS, [4.0, 5.0, 6.0, 7.0]),
        judgement("b", EIGHTHS, [3.0, 3.0, 3.0, 3.0]),
        judgement("a", EIGHTHS, [2.0, 4.0, 2.0, 4.0]),
    ]
    names = names_of(ranked(given))
    assert names == [["a", "b", "worse"], ["slow"]]
    assert ranked([]) == []


def test_speech_is_ordered_by_bits_since_nats_are_of_standardised_samples():
    first = judgement("first", SPEECH, [9.0, 9.0], [8.0, 6.0])
    second = judgement("second", Waveform(8_000, 0.0, 0.2), [-3.0, -3.0], [9.0, 9.0])
    third = judgement("third", Waveform(8_000, 0.0, 0.2, 20), [7.0], [9.5])
    faster = judgement("faster", Waveform(16_000, 0.0, 0.2), [7.0], [5.0])
    given = [third, second, first, faster]
    names = names_of(ranked(given))
    assert names == [["faster"], ["first", "second", "third"]], "frames of any length, of one rate"
    assert first.extent == "20 samples at 8 kHz"
    assert SPEECH.frame_unit == "10 samples at 8 kHz"


def test_figures_of_notes_and_of_sound():
    notes = judgement("notes", EIGHTHS, [1.0, 2.0]).figures(per_frame=True)
    assert notes == {"num_frames": 2, "nats_per_frame": 1.5, "transposed_semitones": -2, "nats": [1.0, 2.0]}
    sound = judgement("sound", SPEECH, [-10.0, 30.0], [8.0, 9.0])
    assert sound.figures() == {
        "num_steps": 2,
        "num_samples": 20,
        "nats_per_step": 10.0,
        "nats_per_sample": 1.0,
        "bits_per_sample": 8.5,
    }
    per_frame = sound.figures(per_frame=True)
    assert per_frame["nats"] == [-10, 30] and per_frame["bits"] == [8, 9]
    assert json.loads(json.dumps(per_frame)) == per_frame


@pytest.mark.parametrize("representation", [QUARTERS, SPEECH])
def test_kinds(representation):
    assert judgement("model", representation, [1.0], [2.0]).is_music == (representation is QUARTERS)
