"""Waveform: a frame is a number of consecutive samples of standardised sound, ten in the paper.

Conventions
    samples       amplitude in [-1, 1] at ``sample_rate`` Hz
    standardised  (amplitude - mean) / scale, with mean and scale of the corpus, in amplitude units
    frames        float32, shape (time, sample), standardised, in order of time
    16-bit step   1 / 32768 of amplitude; integer k stands for the amplitude k / 32768

The model reads the two frames before the one that it predicts, as in Chung et al. 2014 ("looks at
20 consecutive samples to predict the following 10 consecutive samples").
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from engine.errors import InvalidValueError
from engine.representations.representation import Facts
from engine.sound import Audio

STEPS_PER_UNIT = 32_768  # 16-bit steps per unit of amplitude
LOWEST_STEP, HIGHEST_STEP = -32_768, 32_767


@dataclass(frozen=True)
class Waveform:
    """The representation of sound: one rate, one mean and scale, and frames of a fixed number of samples.

    Args:
        sample_rate: Hz.
        mean: mean amplitude of the corpus, in [-1, 1].
        scale: standard deviation of the amplitude of the corpus, more than 0.
        samples_per_frame: samples in one frame.

    Raises:
        InvalidValueError: a number is out of range.
    """

    sample_rate: int
    mean: float
    scale: float
    samples_per_frame: int = 10

    name: ClassVar[str] = "waveform"
    events: ClassVar[str] = "samples"
    facts: ClassVar[Facts] = Facts(
        title="Speech",
        holds_notes=False,
        suffixes=(".wav",),
        step="step",
        figure="bits_per_sample",
        length_unit="seconds",
    )
    context_frames: ClassVar[int] = 2

    def __post_init__(self) -> None:
        if self.sample_rate <= 0 or self.samples_per_frame <= 0:
            raise InvalidValueError(
                f"sample_rate={self.sample_rate} (Hz) and samples_per_frame={self.samples_per_frame} "
                "must both be positive"
            )
        if not -1 <= self.mean <= 1:
            raise InvalidValueError(f"mean={self.mean} must be an amplitude in [-1, 1]")
        if not 0 < self.scale < math.inf:
            raise InvalidValueError(f"scale={self.scale} must be positive: was every sample the same?")

    @property
    def spec(self) -> dict[str, str | int | float]:
        """The JSON object that the registry builds this representation from."""
        return {
            "name": self.name,
            "sample_rate": self.sample_rate,
            "mean": self.mean,
            "scale": self.scale,
            "samples_per_frame": self.samples_per_frame,
        }

    @property
    def frame_size(self) -> int:
        """Numbers in a frame: its samples."""
        return self.samples_per_frame

    @property
    def frame_unit(self) -> str:
        """What a frame is, e.g. ``"10 samples at 8 kHz"``."""
        return f"{self.samples_per_frame} samples at {self.sample_rate / 1000:g} kHz"

    @property
    def frames_per_second(self) -> float:
        """Frames, that is steps of a model, in a second of sound."""
        return self.sample_rate / self.samples_per_frame

    @property
    def frames_per_unit(self) -> float:
        """Frames in one unit of the length of a draw, a second."""
        return self.frames_per_second

    def frame_seconds(self, quarters_per_minute: float) -> float:
        """How long one frame sounds, in seconds, whatever the tempo."""
        return 1 / self.frames_per_second

    @property
    def min_log_scale(self) -> float:
        """The logarithm of half a 16-bit step, standardised: no density may be narrower."""
        return math.log(0.5 / STEPS_PER_UNIT / self.scale)

    @property
    def step(self) -> float:
        """A 16-bit step, standardised, for heads that give a probability to each of the 65,536 integers.

        Raises:
            InvalidValueError: the mean is not 0, so that frames are not whole steps.
        """
        if self.mean != 0:
            raise InvalidValueError(
                f"the frames are not whole 16-bit steps, since mean={self.mean:g} was subtracted from them: "
                "give samples_per_frame in the recipe, so that whole recordings are heard"
            )
        return 1 / STEPS_PER_UNIT / self.scale

    def encode(self, audio: Audio) -> Float32[Tensor, "time sample"]:
        """Frames of a sound, resampled to this rate; the last incomplete frame is dropped.

        A sound shorter than one frame gives no frames.
        """
        samples = audio.resample(self.sample_rate).samples.astype(np.float64)
        num_frames = len(samples) // self.samples_per_frame
        standardised = (samples[: num_frames * self.samples_per_frame] - self.mean) / self.scale
        return torch.from_numpy(standardised.astype(np.float32)).reshape(num_frames, self.samples_per_frame)

    def decode(self, frames: Float32[Tensor, "time sample"]) -> Audio:
        """The sound of frames, clipped to [-1, 1]; NaN becomes 0.

        ``decode(encode(audio))`` at this rate differs only by float32 rounding, less than a
        hundredth of a 16-bit step; nothing is rounded to 16 bits before a file is written.
        """
        self._check(frames)
        samples = frames.detach().cpu().double().numpy().reshape(-1) * self.scale + self.mean
        samples = np.clip(np.nan_to_num(samples, nan=0.0), -1.0, 1.0)
        return Audio(samples.astype(np.float32), self.sample_rate)

    def amplify(
        self, frames: Float32[Tensor, "*batch time sample"], decibels: float
    ) -> Float32[Tensor, "*batch time sample"]:
        """The frames made louder or quieter, rounded to whole 16-bit steps and clipped at full scale.

        Raises:
            InvalidValueError: the frames are not whole steps.
        """
        steps = frames.double() * 10 ** (decibels / 20) / self.step
        return (steps.round().clamp(LOWEST_STEP, HIGHEST_STEP) * self.step).to(frames)

    def bin_edges(
        self, frames: Float32[Tensor, "*batch time sample"]
    ) -> tuple[Float64[Tensor, "*batch time sample"], Float64[Tensor, "*batch time sample"]]:
        """Lower and upper edges, standardised, of the 16-bit bins that the samples fall into.

        Bin k reaches half a step to either side of k / 32768. The bins of -32768 and 32767 reach
        to minus and plus infinity, so that the 65,536 bins tile the line and their masses sum to 1.
        """
        self._check(frames)
        amplitudes = frames.double() * self.scale + self.mean
        steps = torch.floor(amplitudes * STEPS_PER_UNIT + 0.5).clamp(LOWEST_STEP, HIGHEST_STEP)
        lower = ((steps - 0.5) / STEPS_PER_UNIT - self.mean) / self.scale
        upper = ((steps + 0.5) / STEPS_PER_UNIT - self.mean) / self.scale
        lower[steps == LOWEST_STEP] = -math.inf
        upper[steps == HIGHEST_STEP] = math.inf
        return lower, upper

    def _check(self, frames: Tensor) -> None:
        if frames.shape[-1] != self.samples_per_frame:
            raise InvalidValueError(
                f"frames hold {frames.shape[-1]} samples but this waveform has "
                f"{self.samples_per_frame} a frame"
            )
