"""Performance: turns frames into what is heard and downloaded: sound at a safe level, and MIDI."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float32
from torch import Tensor

from engine.errors import InvalidValueError
from engine.notes import check_performance, midi_bytes
from engine.rendering.playback import Playback, prepare_playback
from engine.rendering.synthesis import find_synthesiser
from engine.representations import PianoRoll, Representation, Waveform
from engine.sound import Audio


@dataclass(frozen=True)
class Performance:
    """How a piano roll is played; a waveform needs none of it.

    Args:
        quarters_per_minute: the tempo, 20 to 400.
        program: General MIDI instrument, 0 (grand piano) to 127.
        semitones: added to every pitch.

    Raises:
        InvalidValueError: tempo or program is out of range.
    """

    quarters_per_minute: float = 100.0
    program: int = 0
    semitones: int = 0

    def __post_init__(self) -> None:
        check_performance(self.quarters_per_minute, self.program)


def perform(
    frames: Float32[Tensor, "time event"],
    representation: Representation,
    performance: Performance | None = None,
) -> Playback:
    """The sound of frames at a safe level, as ``prepare_playback`` makes it.

    Raises:
        EngineError: it would last too long, or there is no synthesiser.
    """
    return prepare_playback(
        PERFORMERS[representation.name](frames, representation, performance or Performance())
    )


def perform_midi(
    frames: Float32[Tensor, "time event"],
    representation: Representation,
    performance: Performance | None = None,
) -> bytes:
    """The MIDI file of a piano roll.

    Raises:
        InvalidValueError: the frames are samples, not notes; or a pitch would leave 0 to 127.
    """
    if not representation.facts.holds_notes:
        raise InvalidValueError("speech has no notes to write as MIDI: ask for a .wav file")
    performance = performance or Performance()
    music = representation.decode(frames).transposed(performance.semitones)
    return midi_bytes(music, performance.quarters_per_minute, performance.program)


def _perform_roll(frames: Tensor, representation: Representation, performance: Performance) -> Audio:
    music = representation.decode(frames).transposed(performance.semitones)
    return find_synthesiser().render(music, performance.quarters_per_minute, performance.program)


def _perform_waveform(frames: Tensor, representation: Representation, performance: Performance) -> Audio:
    return representation.decode(frames)


PERFORMERS: dict[str, Callable[[Tensor, Representation, Performance], Audio]] = {
    PianoRoll.name: _perform_roll,
    Waveform.name: _perform_waveform,
}
