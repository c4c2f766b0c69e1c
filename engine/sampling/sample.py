"""Sampling: a draw, one frame at a time.

A draw is a function of model, prime and options alone: no process-wide random state is read or
written, so nobody's draw touches another's. Frame t of the sequence (primes count) is drawn with the
uniform numbers of (seed, t); hence models that agree draw the same, and a draw that is given back as
a prime goes on as the longer draw would have.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from engine.errors import InvalidValueError
from engine.models import Model, ModelState
from engine.sampling.uniforms import frame_uniforms

MAX_SEED = 2**31 - 1  # browsers keep integers up to 2^53; files and links stay short
MAX_TEMPERATURE = 4.0
MAX_FRAMES = 100_000
FRAMES_AHEAD = 32  # frames drawn at once: entering inference mode costs as much as a small layer


@dataclass(frozen=True)
class SamplingOptions:
    """What decides a draw besides model and prime.

    Args:
        num_frames: frames to sample, the prime not counted.
        seed: 0 … 2^31 - 1.
        temperature: 1 draws from the model's own distribution; above 0, at most 4.

    Raises:
        InvalidValueError: a number is out of range.
    """

    num_frames: int
    seed: int = 0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.num_frames <= MAX_FRAMES:
            raise InvalidValueError(f"num_frames={self.num_frames} must be between 1 and {MAX_FRAMES}")
        if not 0 <= self.seed <= MAX_SEED:
            raise InvalidValueError(f"seed={self.seed} must be between 0 and {MAX_SEED}")
        if not 0 < self.temperature <= MAX_TEMPERATURE:
            raise InvalidValueError(
                f"temperature={self.temperature} must be above 0 and at most {MAX_TEMPERATURE}"
            )


def sample(
    model: Model, options: SamplingOptions, prime: Float[Tensor, "time event"] | None = None
) -> Iterator[Float[Tensor, " event"]]:
    """Draw ``options.num_frames`` frames that follow the prime, one at a time.

    Args:
        prime: the given beginning; nothing, or an empty one, starts from silence.

    Yields:
        Frames of shape (event,); those of the prime are not repeated.

    Raises:
        InvalidValueError: the prime has another width than the model's frames.
    """
    if prime is not None and prime.shape[-1] != model.frame_size:
        raise InvalidValueError(
            f"the prime has {prime.shape[-1]} numbers a frame; the model reads {model.frame_size}"
        )
    frame, state, position = _read_prime(model, prime)
    for start in range(0, options.num_frames, FRAMES_AHEAD):
        block = range(position + start, position + min(start + FRAMES_AHEAD, options.num_frames))
        frames, state = _draw_block(model, frame, state, options, block)
        frame = frames[-1]
        yield from torch.cat(frames).unbind(0)


@torch.no_grad()
def _read_prime(model: Model, prime: Float[Tensor, "time event"] | None) -> tuple[Tensor, ModelState, int]:
    """The last frame of the prime, the state in which it is read, and the prime's length."""
    if prime is None or len(prime) == 0:
        return model.silence(1), model.initial_state(1), 0
    _, state = model(prime.unsqueeze(0))
    return prime[-1:].clone(), state, len(prime)


@torch.inference_mode()
def _draw_block(
    model: Model, frame: Tensor, state: ModelState, options: SamplingOptions, block: range
) -> tuple[list[Tensor], ModelState]:
    """The frames of these positions, each of shape (1, event), and the state after them."""
    frames, uniforms = [], None
    for row in range(len(block)):
        distribution, state = model.step(frame, state)
        if uniforms is None:
            numbers = frame_uniforms(options.seed, block.start, len(block), distribution.num_uniforms)
            uniforms = numbers.to(frame.device).split(1)
        frame = distribution.temper(options.temperature).sample(uniforms[row])
        frames.append(frame)
    return frames, state
