"""Conversion: the same piece in the frames of another representation."""

from collections.abc import Iterable

from jaxtyping import Float32
from torch import Tensor

from engine.errors import InvalidValueError
from engine.representations.representation import Representation
from engine.representations.waveform import Waveform


def are_alike(first: Representation, second: Representation) -> bool:
    """Whether frames of either can be turned into frames of the other: equal, or sound of one rate."""
    if first == second:
        return True
    are_sound = isinstance(first, Waveform) and isinstance(second, Waveform)
    return are_sound and first.sample_rate == second.sample_rate


def converted(
    frames: Float32[Tensor, "time event"], source: Representation, target: Representation
) -> Float32[Tensor, "other_time other_event"]:
    """Frames of ``source`` as frames of ``target``, if both are equal or both hold sound of the same rate.

    Samples at the end that do not fill a frame are left out.

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
    """The representation with the largest frames, of several that are alike; the first of equals.

    Raises:
        ValueError: there is none.
    """
    return max(representations, key=lambda representation: representation.frame_size)
