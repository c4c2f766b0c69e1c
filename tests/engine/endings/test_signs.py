"""Signs: what they tell of pieces whose answer is known."""

import numpy as np
import pytest

from engine.endings.key import Key, best_key
from engine.endings.signs import NUM_SIGNS, SIGN_SIZES, Signs

LOWEST = 21
C_MAJOR, G_MAJOR, F_MAJOR = (48, 64, 67, 72), (43, 62, 67, 71), (41, 65, 69, 72)


def frame(*pitches: int) -> np.ndarray:
    return np.isin(np.arange(88) + LOWEST, pitches)


def signs_after(*frames: np.ndarray) -> dict[str, list[float]]:
    """The signs after the last of some frames, by kind."""
    hearing = Signs(LOWEST)
    for heard in frames:
        signs = hearing.hear(heard)
    assert signs.shape == (NUM_SIGNS,)
    offsets = np.cumsum(list(SIGN_SIZES.values()))[:-1]
    return {name: part.tolist() for name, part in zip(SIGN_SIZES, np.split(signs, offsets), strict=True)}


def bins_of(numbers: list[float]) -> list[int]:
    return np.flatnonzero(numbers).tolist()


def test_a_cadence_into_the_tonic_is_recognised_by_its_bass():
    signs = signs_after(frame(*C_MAJOR), frame(*F_MAJOR), frame(*G_MAJOR), frame(*C_MAJOR), frame(*C_MAJOR))
    for kind in ("", "tonic_"):
        assert bins_of(signs[f"{kind}chord"]) == [0, 4, 7]
        assert bins_of(signs[f"{kind}top"]) == [0]
        assert bins_of(signs[f"{kind}bass_before"]) == [7]
        assert bins_of(signs[f"{kind}held"]) == [1]
    assert signs["tonic"] == [1.0] and bins_of(signs["notes"]) == [4]
    assert bins_of(signs["clock_12"]) == bins_of(signs["clock_16"]) == [5]
    # C is 7 of the 20 notes
    assert signs["shares"][0] == pytest.approx(7 / 20) and sum(signs["shares"]) == pytest.approx(1)


def test_on_another_bass_nothing_is_said_of_the_tonic():
    signs = signs_after(frame(*C_MAJOR), frame(*F_MAJOR), frame(*C_MAJOR), frame(*G_MAJOR))
    assert not any(bins_of(signs[name]) for name in SIGN_SIZES if name.startswith("tonic"))
    assert bins_of(signs["bass_before"]) == [5]


@pytest.mark.parametrize("semitones", [-5, 1, 7])
def test_they_are_the_same_in_every_key(semitones):
    chords = (C_MAJOR, F_MAJOR, G_MAJOR, G_MAJOR, C_MAJOR)
    here = signs_after(*(frame(*chord) for chord in chords))
    there = signs_after(*(frame(*(pitch + semitones for pitch in chord)) for chord in chords))
    assert all(there[name] == pytest.approx(here[name]) for name in SIGN_SIZES)


def test_silence_has_no_bass_and_is_held_like_any_other():
    signs = signs_after(*([frame(*C_MAJOR)] + [frame()] * 5))
    assert bins_of(signs["notes"]) == [0] and bins_of(signs["held"]) == [4]
    assert not any(bins_of(signs[name]) for name in ("chord", "top", "shares", "bass_before", "tonic"))
    assert signs_after(frame())["notes"][0] == 1.0


def test_a_run_that_comes_back_is_followed_from_its_latest_place():
    tune = [frame(pitch) for pitch in (60, 62, 64, 65, 67)]
    bins = [bins_of(signs_after(*tune, *tune[:count])["repeated"]) for count in range(1, 6)]
    assert bins == [[0], [0], [0], [1], [1]]
    assert bins_of(signs_after(*tune, *tune[:4], frame(80))["repeated"]) == [0]
    assert bins_of(signs_after(*([frame(60)] * 40))["repeated"]) == [4]


def test_what_is_longer_than_there_are_bins_takes_the_last():
    signs = signs_after(*([frame(60)] * 20))
    assert bins_of(signs["held"]) == [SIGN_SIZES["held"] - 1]
    hearing = Signs(LOWEST)
    hearing.num_frames = 10**9
    assert next(iter(SIGN_SIZES)) == "length"
    assert hearing.hear(frame(60))[SIGN_SIZES["length"] - 1] == 1.0


def test_a_key_needs_classes_that_differ():
    assert best_key(np.zeros(12)) is None and best_key(np.ones(12)) is None
    in_a_minor = np.isin(np.arange(12), (9, 11, 0, 2, 4, 5, 8)) + 2.0 * (np.arange(12) == 9)  # harmonic
    assert best_key(in_a_minor) == Key(9, False)
