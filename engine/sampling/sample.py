"""Sampling: a draw, one frame at a time.

A draw depends only on model, prime and options: no process-wide random state is read or written, so
draws do not affect each other. Frame t of the sequence (counting the prime) is drawn with the uniform
numbers of (seed, t); so models that agree draw the same, and a draw that is given back as a prime goes
on as the longer draw would have.

The kernel (engine/kernel) draws if it can run the model, otherwise torch does.
"""

from collections.abc import Iterator

from jaxtyping import Float
from torch import Tensor

from engine.errors import InvalidValueError
from engine.kernel import open_model
from engine.models import Model
from engine.sampling.by_kernel import stages_by_kernel
from engine.sampling.by_torch import stages_by_torch
from engine.sampling.options import SamplingOptions


def sample(
    model: Model, options: SamplingOptions, prime: Float[Tensor, "time event"] | None = None
) -> Iterator[Float[Tensor, " event"]]:
    """Draw ``options.num_frames`` frames that follow the prime, one at a time.

    Args:
        prime: the given beginning; without a prime, or with an empty one, the draw starts from silence.

    Yields:
        Frames of shape (event,); those of the prime are not repeated.

    Raises:
        InvalidValueError: the prime has another width than the model's frames; or the model has weights
            that are not finite, or leaves the numbers that float32 can hold.
    """
    return (frame for frame in stages(model, options, prime) if frame is not None)


def stages(
    model: Model, options: SamplingOptions, prime: Float[Tensor, "time event"] | None = None
) -> Iterator[Float[Tensor, " event"] | None]:
    """Like ``sample``, for callers that may have to stop before the first frame.

    Yields:
        None from time to time while the prime is being read, then the frames.
    """
    if prime is not None and prime.shape[-1] != model.frame_size:
        raise InvalidValueError(
            f"the prime has {prime.shape[-1]} numbers a frame; the model reads {model.frame_size}"
        )
    instance = open_model(model)
    if instance is not None:
        yield from stages_by_kernel(instance, options, prime)
    else:
        yield from stages_by_torch(model, options, prime)
