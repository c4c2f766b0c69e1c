"""Expectation: how probable each pitch of a frame is to a model that has heard the frames before it.

If pitches are independent given the past, their probabilities are known. If they are not, the marginal
p(pitch | past) is a sum over all frames that hold the pitch, for which there is no formula: it is estimated
as the share of n draws of the frame that hold the pitch. The uniform numbers of these draws are the same for
every frame and every model. The standard error is sqrt(p (1 - p) / n), at most 0.022 for 512 draws.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float32
from torch import Tensor

from engine.errors import InvalidValueError
from engine.heads import Distribution, moved
from engine.models import Model
from engine.representations import PianoRoll
from engine.sampling import frame_uniforms
from engine.scoring.likelihood import read_in_parts

DRAWS_PER_FRAME = 512
EXPECTATION_SEED = 0


@dataclass(frozen=True)
class Expectation:
    """What a model expects of one frame.

    Args:
        probabilities: for each pitch as written, given all frames before.
        num_draws: how many draws they were estimated from; 0 if they are exact.
    """

    probabilities: Float32[Tensor, " pitch"]
    num_draws: int


def expect(
    model: Model,
    roll: PianoRoll,
    frames: Float32[Tensor, "time pitch"],
    start: int = 0,
    transposed_semitones: int = 0,
    num_draws: int = DRAWS_PER_FRAME,
) -> Iterator[Expectation]:
    """What the model expects at each frame of a piece, given all frames before it.

    Args:
        frames: the piece as it is written.
        start: the first frame for which to yield an expectation; the last is the frame after the piece.
        transposed_semitones: added to the notes before the model reads them; probabilities are moved back.
        num_draws: draws for each frame, if pitches depend on each other.

    Raises:
        InvalidValueError: the start is not in the piece, num_draws is below 1, or a note would leave the
            keyboard.
    """
    if not 0 <= start <= len(frames):
        raise InvalidValueError(f"frame {start} is not in a piece of {len(frames)} frames")
    if num_draws < 1:
        raise InvalidValueError(f"num_draws={num_draws} must be at least 1")
    heard = roll.transpose(frames, transposed_semitones)
    heard = torch.cat((heard, heard.new_zeros(1, roll.num_pitches)))
    return _expectations(model, heard, start, transposed_semitones, num_draws)


@torch.no_grad()
def _expectations(
    model: Model, heard: Float32[Tensor, "time pitch"], start: int, semitones: int, num_draws: int
) -> Iterator[Expectation]:
    num_read = 0
    for part, distribution in read_in_parts(model, heard.unsqueeze(0), singly_from=start):
        if num_read >= start:
            exact = distribution.marginals()
            probabilities = _shares(distribution, num_draws) if exact is None else exact
            written = _moved_back(probabilities[0, 0].float(), semitones)
            yield Expectation(written, num_draws if exact is None else 0)
        num_read += part.shape[1]


def _shares(distribution: Distribution, num_draws: int) -> Tensor:
    """The share of draws in which each event happens, frame by frame: shape (*axes, event)."""
    repeated = distribution.repeated(num_draws)
    numbers = frame_uniforms(EXPECTATION_SEED, 0, num_draws, distribution.num_uniforms)
    return repeated.sample(numbers[None, None]).mean(-2)


def _moved_back(probabilities: Float32[Tensor, " pitch"], semitones: int) -> Float32[Tensor, " pitch"]:
    """Probabilities by written pitch; 0 for a pitch that is off the keyboard in the model's key."""
    return moved(probabilities, [-semitones])[0]
