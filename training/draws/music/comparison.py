"""Comparison: a model's draws against held-out pieces of its corpus, figure by figure.

Held-out pieces are those of test and then of validation, as many as there are draws. Each draw begins from
nothing, with its own seed, and is as long as the real piece that it is paired with, or longer if that is
asked for: faults are looked for in the whole draw, all else in as much of it as the real piece has. How it
ends, and after how many frames, is looked at where it ends by itself, if that is within the length of the
longest training piece, else where it was cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.sampling import EndWatch, SamplingOptions, sample
from training.corpora import CorpusData
from training.draws.classifier import Windows, auc
from training.draws.figures import Figures, mean_of
from training.draws.music import faults, harmony, returns
from training.draws.music.faults import Roll
from training.draws.music.traits import traits
from training.draws.options import FIRST_SEED, DrawsOptions

CLASSIFIER_WINDOWS = (16, 64)  # frames
FRAMES_OF_A_RUN = {1: 8}  # frames a quarter note -> frames of a run; 16 for others
QUANTILE = 0.9


@dataclass(frozen=True)
class Standards:
    """What pieces are measured by.

    Args:
        train: the training pieces.
        lowest: MIDI number of the first pitch.
        run: how many frames in a row must come again to count as heard before.
    """

    train: Sequence[Roll]
    lowest: int
    run: int

    @classmethod
    def of(cls, data: CorpusData) -> "Standards":
        """The standards of a loaded corpus."""
        roll = data.representation
        run = FRAMES_OF_A_RUN.get(roll.frames_per_quarter, 16)
        return cls(rolls_of(data.splits["train"]), roll.lowest_pitch, run)


def compare_music(checkpoint: Checkpoint, data: CorpusData, options: DrawsOptions) -> dict[str, Any]:
    """Figures of the draws and of the held-out pieces, and how well a classifier tells them apart.

    Raises:
        InvalidValueError: the corpus has too few held-out pieces.
    """
    held_out = [*rolls_of(data.splits["test"]), *rolls_of(data.splits["valid"])]
    held_out = [roll for roll in held_out if len(roll) > 1]
    count = options.num_pieces or len(data.splits["test"])
    real = [held_out[place % len(held_out)] for place in range(count)] if held_out else []
    if len(real) < 2:
        raise InvalidValueError("there are too few held-out pieces to compare draws with: two at least")
    standards = Standards.of(data)
    drawing = _Drawing(checkpoint, options)
    pairs = [drawing.draw(len(roll), FIRST_SEED + place) for place, roll in enumerate(real)]
    whole = [roll for roll, _ in pairs]
    drawn = [roll[: len(piece)] for roll, piece in zip(whole, real, strict=True)]
    ended = [roll[: end or len(cut)] for (roll, end), cut in zip(pairs, drawn, strict=True)]
    once = held_out[:count]
    return {
        "num_draws": count,
        "num_frames": sum(map(len, drawn)),
        "num_frames_drawn": sum(map(len, whole)),
        "temperature": options.temperature,
        "drawn": {
            **fault_figures(whole, standards),
            **figures(drawn, standards),
            **end_figures(ended, standards),
            "ends": mean_of(end is not None for _, end in pairs),
        },
        "real": {
            **fault_figures(once, standards),
            **figures(once, standards),
            **end_figures(once, standards),
            "ends": 1.0,
        },
        "auc": {str(length): _auc(held_out, drawn, length, standards) for length in CLASSIFIER_WINDOWS},
    }


def fault_figures(rolls: Sequence[Roll], standards: Standards) -> Figures:
    """Shares of pieces that have a fault."""
    most = faults.most_notes(standards.train)
    return {
        "runaways": mean_of(faults.has_runaway(roll, most) for roll in rolls),
        "standstills": mean_of(map(faults.has_standstill, rolls)),
    }


def figures(rolls: Sequence[Roll], standards: Standards) -> Figures:
    """Figures of pieces: means over pieces, except where MUSIC_FIGURE_TITLES says otherwise."""
    lowest, num_frames = standards.lowest, sum(map(len, rolls))
    quarters = np.mean([faults.notes_by_quarter(roll) for roll in rolls], axis=0)
    shared = returns.shared_frames(rolls, standards.train), returns.shared_melody(rolls, standards.train)
    lags = {lag: [returns.similarity(roll, lag) for roll in rolls] for lag in returns.LAGS}
    return {
        "silence": mean_of(map(faults.silent_share, rolls)),
        "notes": sum(int(roll.sum()) for roll in rolls) / num_frames,
        **{f"notes_in_quarter_{place + 1}": float(mean) for place, mean in enumerate(quarters)},
        "in_corpus_keys": mean_of(harmony.key_of(roll, lowest) in harmony.CORPUS_KEYS for roll in rolls),
        "outside_key": mean_of(harmony.outside_share(roll, lowest) for roll in rolls),
        "repeated_runs": mean_of(returns.repeated_share(roll, standards.run) for roll in rolls),
        **{
            f"similar_after_{lag}": mean_of(
                similarity for similarity in similarities if similarity is not None
            )
            for lag, similarities in lags.items()
        },
        "beat_power": mean_of(map(returns.beat_power, rolls)),
        "cadences": 100 * sum(harmony.cadences(roll, lowest) for roll in rolls) / num_frames,
        "resting_chords": mean_of(harmony.resting_share(roll, lowest) for roll in rolls),
        "parallels": harmony.parallel_share(rolls),
        "leaps": harmony.leap_share(rolls),
        "shared_frames": float(np.quantile(shared[0], QUANTILE)),
        "shared_melody": float(np.quantile(shared[1], QUANTILE)),
    }


def end_figures(rolls: Sequence[Roll], standards: Standards) -> Figures:
    """Figures of how whole pieces end: means over pieces."""
    return {
        "ends_on_tonic": mean_of(harmony.ends_on_tonic(roll, standards.lowest) for roll in rolls),
        "last_chord": mean_of(map(harmony.last_chord_frames, rolls)),
        "length": mean_of(map(len, rolls)),
    }


MUSIC_FIGURE_TITLES: Mapping[str, str] = {
    "runaways": "draws that swell into noise (8 frames with 1.5 times the most notes of any training frame)",
    "standstills": "draws that stand still (32 equal frames)",
    "silence": "silent frames",
    "notes": "notes a frame",
    **{f"notes_in_quarter_{place}": f"notes a frame, quarter {place} of 4" for place in range(1, 5)},
    "in_corpus_keys": "pieces in C major or a minor",
    "outside_key": "notes outside the scale of the piece's key",
    "repeated_runs": "frames that end a run heard before in the piece (16 frames, JSB 8)",
    **{f"similar_after_{lag}": f"notes in common with {lag} frames before" for lag in returns.LAGS},
    "beat_power": "how much more begins in every second frame",
    "cadences": "cadences V-I into a triad that stays, per 100 frames",
    "resting_chords": "frames of triads in root position that stay",
    "parallels": "steps of voices with parallel fifths or octaves",
    "leaps": "moves of the highest voice by more than a fifth",
    "ends": "pieces that end by themselves, none later than the longest training piece",
    "ends_on_tonic": "last chords with the tonic in the bass",
    "last_chord": "frames of the last chord",
    "length": "frames of a piece",
    "shared_frames": "longest run shared with training, frames, 9 of 10 pieces at most",
    "shared_melody": "the same of the highest voice, transposed or not",
}


@dataclass(frozen=True)
class _Drawing:
    """Draws whole pieces from one checkpoint, each from nothing."""

    checkpoint: Checkpoint
    options: DrawsOptions

    def draw(self, num_frames: int, seed: int) -> tuple[Roll, int | None]:
        """A draw of at least ``num_frames``, on to its end; and after how many it ends, None if never."""
        ending, representation = self.checkpoint.card.ending, self.checkpoint.representation
        watch = ending and EndWatch(ending, representation.lowest_pitch, seed)
        least = max(num_frames, self.options.num_frames)
        most = least if ending is None else max(least, ending.longest)
        frames, end = [], None
        for frame in sample(self.checkpoint.model, SamplingOptions(most, seed, self.options.temperature)):
            frames.append(frame)
            if watch and end is None and len(frames) <= ending.longest:
                watch.see(frame)
                end = len(frames) if watch.has_ended else None
            if len(frames) >= least and end is not None:
                break
        return torch.stack(frames).numpy() > 0.5, end


def rolls_of(sequences: Sequence[torch.Tensor]) -> list[Roll]:
    """Sequences as boolean rolls, which the figures take."""
    return [sequence.numpy() > 0.5 for sequence in sequences]


def _auc(real: Sequence[Roll], drawn: Sequence[Roll], length: int, standards: Standards) -> Figures | None:
    """How well windows of ``length`` frames are told apart."""

    def describe(window: Roll, start: int) -> np.ndarray:
        return traits(window, standards.lowest, start)

    return auc(*(Windows.of(rolls, length, describe) for rolls in (real, drawn)))
