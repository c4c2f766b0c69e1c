"""Player: turns frames into sound while later frames are still being drawn.

All parts joined are the sound that ``perform`` gives, but not yet at a safe level: see
`engine.rendering.playback`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
import soxr
import torch
from jaxtyping import Float32
from torch import Tensor

from engine.notes import velocity
from engine.rendering.instrument import Instrument
from engine.rendering.performance import Performance
from engine.rendering.playback import playback_sample_rate
from engine.rendering.synthesis import SYNTHESIS_RATE, TAIL_SECONDS, check_length, find_synthesiser
from engine.representations import PianoRoll, Representation, Waveform

Samples = Float32[np.ndarray, "sample *channel"]


class Player(ABC):
    """Plays frames part by part.

    Attributes:
        sample_rate: the rate of its sound in Hz, 44,100 or 48,000.
    """

    sample_rate: int

    @abstractmethod
    def push(self, frames: Float32[Tensor, "time event"]) -> Samples:
        """The sound of the next frames, as far as it does not depend on later ones.

        Raises:
            EngineError: it would last too long.
        """

    @abstractmethod
    def finish(self) -> Samples:
        """The sound that is still to come after the last frame; nothing may be pushed afterwards.

        Raises:
            EngineError: it would last too long.
        """


class RollPlayer(Player):
    """Plays a piano roll; without FluidSynth ``finish`` gives all of the sound.

    Args:
        roll: what its frames mean.
        performance: tempo, instrument and transposition.

    Raises:
        EngineError: there is no synthesiser.
    """

    sample_rate = SYNTHESIS_RATE

    def __init__(self, roll: PianoRoll, performance: Performance):
        self._roll, self._performance = roll, performance
        self._synthesiser = find_synthesiser()
        self._instrument: Instrument | None = self._synthesiser.instrument(performance.program)
        self._kept: list[Tensor] = []
        self._sounding: frozenset[int] = frozenset()
        self._num_frames = self._num_samples = self._end = 0

    def push(self, frames: Float32[Tensor, "time event"]) -> Samples:
        """Press, hold and release the keys of each frame; returns their sound."""
        tempo = self._performance.quarters_per_minute
        check_length((self._num_frames + len(frames)) * self._roll.frame_seconds(tempo), tempo)
        if self._instrument is None:
            self._kept.append(frames)
            return _nothing(2)
        lowest = self._roll.lowest_pitch + self._performance.semitones
        parts = [self._play(frozenset((lowest + frame.nonzero().flatten()).tolist())) for frame in frames]
        return np.concatenate([_nothing(2), *parts])

    def _play(self, pitches: frozenset[int]) -> Samples:
        for pitch in sorted(self._sounding - pitches):
            self._instrument.release(pitch)
        for pitch in sorted(pitches - self._sounding):
            self._instrument.strike(pitch, velocity(pitch, pitches))
        self._sounding = pitches
        self._num_frames += 1
        self._end = self._num_frames if pitches else self._end
        seconds = self._num_frames * self._roll.frame_seconds(self._performance.quarters_per_minute)
        return self._sound(round(seconds * SYNTHESIS_RATE))

    def _sound(self, until: int) -> Samples:
        samples = self._instrument.sound(max(until - self._num_samples, 0))
        self._num_samples += len(samples)
        return samples

    def finish(self) -> Samples:
        """The sound until all notes have faded away."""
        tempo = self._performance.quarters_per_minute
        if self._instrument is None:
            frames = torch.cat([torch.zeros(0, self._roll.num_pitches), *self._kept])
            music = self._roll.decode(frames).transposed(self._performance.semitones)
            return self._synthesiser.render(music, tempo, self._performance.program).samples
        seconds = self._end * self._roll.frame_seconds(tempo) + TAIL_SECONDS
        check_length(seconds, tempo)
        for pitch in sorted(self._sounding):
            self._instrument.release(pitch)
        tail = self._sound(round(seconds * SYNTHESIS_RATE))
        self._instrument.close()
        return tail


class WaveformPlayer(Player):
    """Plays samples, at a rate that every browser plays.

    Args:
        waveform: what its frames mean.
    """

    def __init__(self, waveform: Waveform):
        self._waveform = waveform
        self.sample_rate = playback_sample_rate(waveform.sample_rate)
        self._resampler = soxr.ResampleStream(waveform.sample_rate, self.sample_rate, 1, dtype="float32")

    def push(self, frames: Float32[Tensor, "time event"]) -> Samples:
        """The sound of the next frames; the resampler keeps the last milliseconds for the next part."""
        return self._resampled(self._waveform.decode(frames).samples)

    def finish(self) -> Samples:
        """The last milliseconds, which the resampler still holds."""
        return self._resampled(_nothing(), last=True)

    def _resampled(self, samples: np.ndarray, last: bool = False) -> Samples:
        resampled = self._resampler.resample_chunk(samples, last=last)
        return np.clip(resampled, -1, 1).astype(np.float32, copy=False)


def _nothing(*channels: int) -> Samples:
    return np.zeros((0, *channels), np.float32)


def open_player(representation: Representation, performance: Performance) -> Player:
    """The player for frames of this representation; raises EngineError if there is no synthesiser."""
    return PLAYERS[representation.name](representation, performance)


PLAYERS: dict[str, Callable[[Representation, Performance], Player]] = {
    PianoRoll.name: RollPlayer,
    Waveform.name: lambda waveform, _: WaveformPlayer(waveform),
}
