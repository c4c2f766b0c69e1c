"""Clips of a trial: same beginning, same length, same loudness, and no two files alike."""

import io
from dataclasses import replace

import numpy as np
import pyloudnorm
import pytest
import soundfile
import torch

from engine.checkpoints.checkpoint import load
from engine.errors import InvalidValueError
from engine.listening.clips import NO_MODELS, Material, make_clips
from engine.listening.design import TrialPlan
from engine.listening.trial import ANCHOR, REAL
from engine.models.model_spec import build_model, with_sizes
from engine.pieces.excerpt import excerpt
from engine.pieces.piece import read_piece
from engine.rendering import perform
from engine.representations import Waveform, converted
from engine.sampling.options import SamplingOptions
from engine.sampling.sample import sample
from tests.engine.small_models import randomise

SAMPLE_BY_SAMPLE = {"name": "logistic_mixture", "num_units": 8, "num_components": 2}
MODELS = ("jsb_chorales-tanh", "jsb_chorales-gru")
IDS = ("one", "two", "three", "four", "five")


@pytest.fixture(scope="module")
def material() -> Material:
    checkpoints = {name: load(name) for name in MODELS}
    piece = read_piece(excerpt("jsb_chorales-test-7").path, checkpoints[MODELS[0]].representation).frames
    return Material(checkpoints, piece, num_prime_frames=8, num_frames=16)


def clips_of(material: Material, *sources: str, seed: int = 5):
    return make_clips(TrialPlan(1, sources, seed), material, IDS[: len(sources)])


def sound(clip) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(clip.wav))


def test_all_lanes_begin_alike_and_go_on_each_in_its_way(material):
    clips = clips_of(material, *MODELS, "real", "anchor")
    prime, goes_on = material.piece[:8], material.piece[8:24]
    assert all(torch.equal(clip.frames[:8], prime) and len(clip.frames) == 24 for clip in clips)
    drawn = torch.stack(list(sample(material.checkpoints[MODELS[0]].model, SamplingOptions(16, 5), prime)))
    assert torch.equal(clips[0].frames[8:], drawn)
    assert torch.equal(clips[2].frames[8:], goes_on)
    anchor = clips[3].frames[8:]
    assert not torch.equal(anchor, goes_on)
    assert sorted(map(tuple, anchor.tolist())) == sorted(map(tuple, goes_on.tolist()))
    assert [clip.lane.clip for clip in clips] == list(IDS[:4])
    assert [clip.lane.checkpoint_sha256 is None for clip in clips] == [False, False, True, True]


@pytest.mark.parametrize("semitones", [0, 3, -5])
def test_all_lanes_are_played_in_the_key_of_the_trial(material, monkeypatch, semitones):
    heard = []

    def listen_in(frames, *arguments):
        heard.append(frames)
        return perform(frames, *arguments)

    monkeypatch.setattr("engine.listening.clips.perform", listen_in)
    sources = (*MODELS, "real", "anchor")
    clips = make_clips(TrialPlan(1, sources, 5, semitones), material, IDS[:4])
    for frames, clip, plain in zip(heard, clips, clips_of(material, *sources), strict=False):
        assert torch.equal(clip.frames, plain.frames), "a clip keeps the frames as drawn"
        assert torch.equal(frames, material.representation.transpose(clip.frames, semitones))


def test_all_stay_together_where_one_could_not_be_moved_so_far(material):
    piece = material.piece.clone()
    piece[20, 87] = 1  # the top key of a piano, after the prime
    clips = make_clips(TrialPlan(1, ("real", MODELS[0]), 5, 6), replace(material, piece=piece), IDS[:2])
    unmoved = make_clips(TrialPlan(1, ("real", MODELS[0]), 5), replace(material, piece=piece), IDS[:2])
    assert [clip.wav for clip in clips] == [clip.wav for clip in unmoved]


def test_what_all_share_is_as_long_as_the_prime(material):
    (clip,) = clips_of(material, "real")
    assert clip.shared_seconds == 8 * material.representation.frame_seconds(100.0)


def test_files_are_of_one_length_codec_and_loudness(material):
    clips = clips_of(material, *MODELS, "real")
    assert len({len(clip.wav) for clip in clips}) == 1
    assert len({clip.wav[:44] for clip in clips}) == 1, "one header"
    assert {clip.seconds for clip in clips} == {len(sound(clips[0])[0]) / sound(clips[0])[1]}
    levels = [pyloudnorm.Meter(rate).integrated_loudness(samples) for samples, rate in map(sound, clips)]
    assert max(levels) - min(levels) < 0.3
    for clip in clips:
        assert clip.lane.lufs is not None and clip.lane.lufs + clip.lane.gain_decibels <= -22.9


def test_x_sounds_like_its_twin_and_is_another_file(material):
    first, second, third = clips_of(material, *MODELS, MODELS[1])
    assert second.lane.clip_sha256 == third.lane.clip_sha256 != first.lane.clip_sha256
    assert second.wav != third.wav
    (twin, rate), (x, _) = sound(second), sound(third)
    between = np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(twin).conj())
    shift = int(between.argmax())
    shift -= len(x) * (shift > len(x) // 2)
    assert 0 < abs(shift) <= 0.02 * rate, "one begins a little later"
    inner = slice(rate, -rate)
    left = np.abs(np.roll(x, -shift)[inner] - twin[inner]).max() / np.abs(twin).max()
    assert left < 0.025, "and is no more than 0.2 dB louder"


def test_subtraction_does_not_tell_x_from_the_other(material):
    """Once twins differed by 2 steps of 16 bits, and other pairs by 30,000."""
    first, second, third = (sound(clip)[0] for clip in clips_of(material, *MODELS, MODELS[1]))
    of_twins, of_others = (np.abs(third - samples).max() for samples in (second, first))
    assert 0.2 < of_twins / of_others < 5


def test_one_seed_is_one_set_of_clips(material):
    once, again, other = (clips_of(material, *MODELS, seed=seed) for seed in (5, 5, 6))
    assert [clip.wav for clip in once] == [clip.wav for clip in again]
    assert [clip.wav for clip in once] != [clip.wav for clip in other]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_prime_frames": 500}, "the excerpt has 64 frames, and 500 to begin with and 16 to compare"),
        ({"num_frames": 0}, "choose at least one to compare"),
        ({"checkpoints": {}}, NO_MODELS),
    ],
)
def test_what_cannot_be_played_is_refused(material, changes, message):
    with pytest.raises(InvalidValueError, match=message.replace("64", r"\d+")):
        replace(material, **changes)


def test_a_piece_that_is_heard_itself_is_as_long_as_the_draws(material):
    longer = replace(material, num_frames=60)
    assert [len(clip.frames) for clip in clips_of(longer, *MODELS)] == [68, 68]
    for reference in (REAL, ANCHOR):
        with pytest.raises(InvalidValueError, match="and 8 to begin with and 60"):
            clips_of(longer, reference, MODELS[0])


def test_a_model_that_is_gone_is_named(material):
    with pytest.raises(InvalidValueError, match="the model 'lost' is not here any more"):
        clips_of(material, "lost", MODELS[0])


def test_models_with_frames_of_other_lengths_begin_alike_and_are_equally_long():
    """The paper's models read ten samples, this one twenty; time is counted in the longer frames."""
    paper, wide = load("spoken_digits-gru"), Waveform(8_000, 0.0, 0.07, 20)
    spec = {"cells": [{"name": "gru", "hidden_size": 6}], "head": SAMPLE_BY_SAMPLE}
    twenty = replace(paper, model=randomise(build_model(with_sizes(spec, wide))).eval(), representation=wide)
    piece = read_piece(excerpt("spoken_digits-test-7_lucas_0").path, wide).frames
    material = Material({"paper": paper, "twenty": twenty}, piece, num_prime_frames=9, num_frames=30)
    clips = clips_of(material, "paper", "twenty", "real")
    assert material.representation == wide
    for clip in clips:
        assert clip.frames.shape == (39, 20)
        torch.testing.assert_close(clip.frames[:9], piece[:9], rtol=0, atol=1e-6)
    heard = converted(piece[:9], wide, paper.representation)
    drawn = torch.stack(list(sample(paper.model, SamplingOptions(60, 5), heard)))
    torch.testing.assert_close(clips[0].frames[9:], converted(drawn, paper.representation, wide))
    drawn = torch.stack(list(sample(twenty.model, SamplingOptions(30, 5), piece[:9])))
    assert torch.equal(clips[1].frames[9:], drawn)
