"""Comparison: a model's draws of sound against held-out recordings, figure by figure.

Held-out recordings are those of test, then of validation: each voice's are joined into streams, with pauses,
of which the first two seconds are taken. Each draw begins from nothing, with its own seed, and lasts two
seconds, or longer if that is asked for: faults are looked for in the whole draw, all else in its first two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.sampling import SamplingOptions, sample
from engine.sound import MOMENT_STEP, Audio, log_mel
from training.corpora import Corpus, streams
from training.draws.classifier import Windows, auc
from training.draws.figures import Figures, mean_of
from training.draws.options import FIRST_SEED, DrawsOptions
from training.draws.speech import loudness, standstill, voicing, words

DRAW_SECONDS = 2.0
NUM_SPEECH_DRAWS = 50  # unless the options say otherwise
CLASSIFIER_SECONDS = 0.25  # of a window that the classifier hears
FIRST_OTHER_SEED = 2_000_000  # of draws that are no words
NUM_OTHER_DRAWS = 100  # of each model


@dataclass(frozen=True)
class Drawer:
    """Draws sound from one checkpoint, from nothing."""

    checkpoint: Checkpoint
    temperature: float = 1.0

    def draw(self, num_frames: int, seed: int) -> Audio:
        """A sound of ``num_frames`` frames."""
        options = SamplingOptions(num_frames, seed, self.temperature)
        return self.checkpoint.representation.decode(
            torch.stack(list(sample(self.checkpoint.model, options)))
        )

    def frames(self, seconds: float) -> int:
        """How many frames last ``seconds``."""
        return round(seconds * self.checkpoint.representation.frames_per_unit)


def compare_speech(
    checkpoint: Checkpoint, corpus: Corpus, options: DrawsOptions, others: Sequence[Checkpoint]
) -> dict[str, Any]:
    """Figures of the draws and of held-out recordings, and how well a classifier tells them apart.

    Args:
        others: the paper's models of the corpus, whose draws are known to be no words.

    Raises:
        InvalidValueError: the corpus has too few held-out recordings.
    """
    voices = corpus.voices()
    held_out = [*_stretches(voices["test"]), *_stretches(voices["valid"])]
    if len(held_out) < 2:
        raise InvalidValueError(
            "there are too few held-out recordings to compare draws with: "
            f"{2 * DRAW_SECONDS:g} seconds at least"
        )
    count, drawer = options.num_pieces or NUM_SPEECH_DRAWS, Drawer(checkpoint, options.temperature)
    num_frames = max(options.num_frames, drawer.frames(DRAW_SECONDS))
    whole = [drawer.draw(num_frames, FIRST_SEED + place) for place in range(count)]
    drawn = [_first(sound, DRAW_SECONDS) for sound in whole]
    trained = [recording for recordings in voices["train"].values() for recording in recordings]
    loudest = loudness.rms_of_loudest_second(trained)
    kinds = {"drawn": (whole, drawn), "real": (held_out, held_out[:count])}
    figures = {kind: {**_faults(of_all, loudest), **_figures(cut)} for kind, (of_all, cut) in kinds.items()}
    for kind, share in _named(corpus, drawn, others).items():
        figures.setdefault(kind, {})["named"] = share
    real, told = _windows(held_out), _windows(drawn)
    return {
        "num_draws": count,
        "num_frames": count * drawer.frames(DRAW_SECONDS),
        "num_frames_drawn": count * num_frames,
        "temperature": options.temperature,
        **figures,
        "auc": {"0.25 s": auc(real, told), "0.25 s, real from real": auc(*real.halves()) if real else None},
    }


def _stretches(voices: Mapping[str, Sequence[Audio]]) -> list[Audio]:
    """Stretches of two seconds, each of one voice."""
    rng = np.random.default_rng(0)
    joined = [stream for recordings in voices.values() for stream in streams(recordings, DRAW_SECONDS, rng)]
    return [_first(stream, DRAW_SECONDS) for stream in joined if stream.duration_seconds >= DRAW_SECONDS]


def _first(sound: Audio, seconds: float) -> Audio:
    return Audio(sound.samples[: round(seconds * sound.sample_rate)], sound.sample_rate)


def _faults(sounds: Sequence[Audio], loudest: float) -> Figures:
    """Shares of sounds that have a fault."""
    return {
        "runaways": mean_of(loudness.runs_away(sound, loudest) for sound in sounds),
        "silences": mean_of(map(loudness.falls_silent, sounds)),
        "standstills": mean_of(map(standstill.stands_still, sounds)),
    }


def _figures(sounds: Sequence[Audio]) -> Figures:
    """Loudness, its swings, and voicing: means over sounds."""
    return {
        "level": mean_of(float(loudness.levels(sound).mean()) for sound in sounds),
        "level_spread": mean_of(map(loudness.level_spread, sounds)),
        "syllables": mean_of(map(loudness.syllable_share, sounds)),
        "voiced": mean_of(map(voicing.voiced_share, sounds)),
    }


def _named(corpus: Corpus, drawn: Sequence[Audio], others: Sequence[Checkpoint]) -> dict[str, float | None]:
    """Share named as a word: of the draws, of the real words (rightly), of what the paper's models draw."""
    spoken = corpus.words()
    if not spoken["train"] or not spoken["test"]:
        return {"drawn": None, "real": None}
    wrong = [
        drawer.draw(drawer.frames(words.WORD_SECONDS), FIRST_OTHER_SEED + number)
        for drawer in map(Drawer, others)
        for number in range(2 * NUM_OTHER_DRAWS)
    ]
    namer = words.fit_namer(spoken["train"], wrong[::2])
    names = namer.names([sound for _, sound in spoken["test"]])
    rightly = mean_of(name == word for name, (word, _) in zip(names, spoken["test"], strict=True))
    return {
        "drawn": mean_of(name is not None for name in namer.names(drawn)),
        "real": rightly,
        "paper": mean_of(name is not None for name in namer.names(wrong[1::2])),
    }


def _windows(sounds: Sequence[Audio]) -> Windows | None:
    """Windows of a quarter of a second; their traits are their spectra."""

    def describe(window: np.ndarray, start: int) -> np.ndarray:
        return window.reshape(-1)

    return Windows.of(list(map(log_mel, sounds)), int(CLASSIFIER_SECONDS / MOMENT_STEP), describe)


SPEECH_FIGURE_TITLES: Mapping[str, str] = {
    "runaways": "draws that run away (a second is twice as loud as any of training, or 1 % clipped)",
    "silences": "draws that fall silent (3 seconds below -60 dB)",
    "standstills": "draws that hold one sound (2 seconds)",
    "level": "level, dB of full scale",
    "level_spread": "spread of the level, dB",
    "syllables": "share of the swing of loudness that is from 2 to 8 a second",
    "voiced": "moments that are voiced",
    "named": "half seconds that are named as a word with certainty 0.9 (of real ones, rightly)",
}
