"""Players: sound in parts is sound at once; a roll to the sample, a waveform up to level and fades."""

import numpy as np
import pytest
import torch

from engine.errors import InvalidValueError
from engine.rendering import synthesis
from engine.rendering.performance import Performance, perform
from engine.rendering.player import RollPlayer, open_player
from engine.rendering.synthesis import SYNTHESIS_RATE, TAIL_SECONDS, find_synthesiser
from engine.representations.piano_roll import PianoRoll
from engine.representations.waveform import Waveform
from tests.engine.small_models import seeded

ROLL = PianoRoll(21, 88, 1)
DOWN = Performance(quarters_per_minute=117.0, program=19, semitones=-12)


def random_roll(num_frames: int = 24) -> torch.Tensor:
    """A few notes at once, in the last frame too."""
    frames = torch.zeros(num_frames, 88)
    frames[:, 30:60] = (torch.rand(num_frames, 30, generator=seeded(1)) < 0.15).float()
    frames[-1, 40] = 1
    return frames


def played(player, frames: torch.Tensor, sizes: list[int]) -> np.ndarray:
    parts = [player.push(part) for part in frames.split(sizes)]
    return np.concatenate([*parts, player.finish()])


@pytest.mark.parametrize("sizes", [[24], [1] * 24, [5, 0, 19]])
def test_a_roll_part_by_part_is_what_the_whole_is(sizes):
    frames = random_roll()
    music = ROLL.decode(frames).transposed(DOWN.semitones)
    whole = find_synthesiser().render(music, DOWN.quarters_per_minute, DOWN.program).samples
    np.testing.assert_array_equal(played(open_player(ROLL, DOWN), frames, sizes), whole)


def test_a_roll_is_heard_while_later_frames_are_not_there_yet():
    player = open_player(ROLL, Performance(60.0))
    if player._instrument is None:
        pytest.skip("FluidSynth is not installed: apt-get install fluidsynth")
    first = player.push(random_roll()[:2])
    assert len(first) == 2 * SYNTHESIS_RATE and np.abs(first).max() > 0.01


def test_silent_frames_at_the_end_are_played_and_nothing_after_them():
    frames = torch.cat((random_roll(4), torch.zeros(6, 88)))
    assert len(played(open_player(ROLL, Performance(60.0)), frames, [10])) == 10 * SYNTHESIS_RATE
    short = played(open_player(ROLL, Performance(60.0)), frames[:4], [4])
    assert len(short) == round((4 + TAIL_SECONDS) * SYNTHESIS_RATE)


def test_without_fluidsynth_all_comes_at_the_end(monkeypatch):
    monkeypatch.setattr(synthesis, "_import_fluidsynth", lambda: None)
    without = find_synthesiser.__wrapped__()
    monkeypatch.setattr("engine.rendering.player.find_synthesiser", lambda: without)
    player, frames = RollPlayer(ROLL, DOWN), random_roll(6)
    assert len(player.push(frames)) == 0
    music = ROLL.decode(frames).transposed(-12)
    np.testing.assert_array_equal(player.finish(), without.render(music, 117.0, 19).samples)


def test_what_would_last_too_long_is_refused():
    player = open_player(ROLL, Performance(20.0))
    with pytest.raises(InvalidValueError, match="at most 15 are played"):
        player.push(torch.zeros(400, 88))


def test_sound_part_by_part_joins_without_a_seam():
    waveform = Waveform(8_000, 0.0, 1.0, 10)
    times = np.arange(16_000) / 8_000
    frames = torch.tensor(0.3 * np.sin(2 * np.pi * 300 * times), dtype=torch.float32).reshape(-1, 10)
    player = open_player(waveform, Performance())
    sound = played(player, frames, [400, 3, 1197])
    assert player.sample_rate == 48_000 and len(sound) == pytest.approx(96_000, abs=2)
    whole = perform(frames, waveform).audio.samples
    inner = slice(1_000, 95_000)
    ratio = np.abs(whole[inner]).max() / np.abs(sound[inner]).max()
    assert np.abs(ratio * sound[inner] - whole[inner]).max() < 1e-3
