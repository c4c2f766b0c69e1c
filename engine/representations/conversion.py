"""Conversion: the same piece in the frames of another model."""

from collections.abc import Iterable

from jaxtyping import Float32
from torch import Tensor

from engine.errors import InvalidValueError
from engine.representations.representation import Representation
from engine.representations.waveform import Waveform


def are_alike(one: Representation, other: Representation) -> bool:
    """Whether a piece in the frames of one can be had in those of the other, exactly."""
    if one == other:
        return True
    of_sound = isinstance(one, Waveform) and isinstance(other, Waveform)
    return of_sound and one.sample_rate == other.sample_rate


def converted(
    frames: Float32[Tensor, "time event"], source: Representation, target: Representation
) -> Float32[Tensor, "other_time other_event"]:
    """Frames of one representation in another: sound of one rate, in frames of any length and scale.

    What fills no frame at the end is left out.

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
    """Of several that are alike the first with the longest frames, of which others' are mostly parts."""
    return max(representations, key=lambda each: each.frame_size)
