"""By torch: a draw step by step through the model itself, for models that the kernel cannot run."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from engine.models import Model, ModelState
from engine.sampling.options import SamplingOptions
from engine.sampling.uniforms import frame_uniforms

FRAMES_AHEAD = 32  # drawn before any is given out: entering inference mode costs as much as a small layer


def stages_by_torch(
    model: Model, options: SamplingOptions, prime: Float[Tensor, "time event"] | None
) -> Iterator[Float[Tensor, " event"] | None]:
    """Yields None when the prime has been read, then the frames that follow it."""
    frame, state, position = _read_prime(model, prime)
    yield None
    for start in range(0, options.num_frames, FRAMES_AHEAD):
        block = range(position + start, position + min(start + FRAMES_AHEAD, options.num_frames))
        frames, state = _draw_block(model, frame, state, options, block)
        frame = frames[-1]
        yield from torch.cat(frames).unbind(0)


@torch.no_grad()
def _read_prime(model: Model, prime: Float[Tensor, "time event"] | None) -> tuple[Tensor, ModelState, int]:
    """The last frame of the prime, the state in which that frame is to be read, and the prime's length."""
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
