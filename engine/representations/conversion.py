"""Conversion: the same piece in the frames of another representation."""

from collections.abc import Iterable

from jaxtyping import Float32
from torch import Tensor

from engine.errors import InvalidValueError
from engine.representations.representation import Representation
from engine.representations.waveform import Waveform


def are_alike(first: Representation, second: Representation) -> bool:
    """Whether frames of the one can be turned into frames of the other without loss."""
    if first == second:
        return True
    are_sound = isinstance(first, Waveform) and isinstance(second, Waveform)
    return are_sound and first.sample_rate == second.sample_rate


def converted(
    frames: Float32[Tensor, "time event"], source: Representation, target: Representation
) -> Float32[Tensor, "other_time other_event"]:
    """Frames of one representation in another: sound of one rate, in frames of any length and scale.

    What does not fill a frame at the end is left out.

    Raises:
        InvalidValueError: the two are not alike.
    """
    if not are_alike(source, target):
        raise InvalidValueError(
            f"frames of {source.frame_unit} cannot be read as frames of {target.frame_unit}: rate, range or "
            "grid differ"
        )
    return frames if source == target else target.encode(source.decode(frames))


def widest(representations: Iterable[Representation]) -> Representation:
    """The first with the largest frames, of several that are alike; others' frames are mostly parts of them.

    Raises:
        ValueError: there is none.
    """
    return max(representations, key=lambda representation: representation.frame_size)
