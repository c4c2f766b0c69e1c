"""Whole recordings as a corpus of sound, so that a network's state is carried through each of them.

The training split is joined, voice by voice, into streams (training/corpora/streams.py) of several seconds;
validation and test are whole recordings. The paper's windows are kept as well, to compare models on.
"""

from dataclasses import replace

import numpy as np
from torch import Tensor

from engine.errors import InvalidValueError
from engine.representations import Waveform
from training.corpora.corpus import SPLITS, Corpus, CorpusData, CorpusReport
from training.corpora.streams import streams

STREAM_SECONDS = 6.0


def load_data(corpus: Corpus, samples_per_frame: int | None = None) -> CorpusData:
    """A corpus in whole recordings if ``samples_per_frame`` is given, else as its ``load`` gives it.

    Raises:
        EngineError: files are missing, changed or unreadable, whole recordings of notes are asked for, or
            recordings are silent or too short.
    """
    return corpus.load() if samples_per_frame is None else whole_corpus(corpus, samples_per_frame)


def whole_corpus(corpus: Corpus, samples_per_frame: int) -> CorpusData:
    """All recordings, those of training joined into streams; samples are divided by the training level (RMS).

    Raises:
        EngineError: as ``load_data``.
    """
    voices = corpus.voices()
    recorded = {
        split: [recording for voice in voices[split].values() for recording in voice] for split in SPLITS
    }
    if not recorded["train"]:
        raise InvalidValueError(
            f"{corpus.name} holds no recordings: leave out samples_per_frame, which is for sound"
        )
    train = np.concatenate([recording.samples for recording in recorded["train"]]).astype(np.float64)
    if not train.any():
        raise InvalidValueError(f"all training recordings of {corpus.name} are silent or empty: give others")
    rate = recorded["train"][0].sample_rate
    frames = Waveform(rate, 0.0, float(np.sqrt(np.mean(train**2))), samples_per_frame)
    rng = np.random.default_rng(0)
    heard = [stream for voice in voices["train"].values() for stream in streams(voice, STREAM_SECONDS, rng)]
    sequences = {
        split: [frames.encode(sound) for sound in (heard if split == "train" else recorded[split])]
        for split in SPLITS
    }
    long_enough = {split: [sequence for sequence in sequences[split] if len(sequence)] for split in SPLITS}
    if lacking := [split for split in SPLITS if not long_enough[split]]:
        raise InvalidValueError(
            f"{corpus.name} has no recording for {' and '.join(lacking)} that is as long as a frame, "
            f"{frames.frame_unit}: give longer ones"
        )
    read = corpus.report or CorpusReport(sum(map(len, recorded.values())))
    report = replace(read, counts={"streams": len(heard)})
    return CorpusData(frames, long_enough, report, _windows(corpus, frames) if corpus.origin else None)


def _windows(corpus: Corpus, frames: Waveform) -> dict[str, list[Tensor]]:
    """The windows of the paper's models in frames of this size; what is left over at their end is dropped."""
    cut = corpus.load()
    return {
        split: [frames.encode(cut.representation.decode(window)) for window in windows]
        for split, windows in cut.splits.items()
    }
