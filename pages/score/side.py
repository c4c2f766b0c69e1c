"""Side: which words and controls of the page Score are for music, and which for speech."""

from dataclasses import dataclass

from engine.pieces import excerpts
from engine.representations import PianoRoll, Waveform
from pages.house import OWN


@dataclass(frozen=True)
class Side:
    """The words and controls of the page for one kind of frame.

    Args:
        kind: name of the representation.
        picture: kind of the lane.
        shipped: name of the control that chooses a shipped piece or the visitor's own file.
        upload: name of the control that takes the visitor's own file.
        own_label: what the choice of the own file is called.
        invitation: what the lane says before anything is scored.
        missing: the error where the own file was not given.
    """

    kind: str
    picture: str
    shipped: str
    upload: str
    own_label: str
    invitation: str
    missing: str


MUSIC_SIDE = Side(
    kind=PianoRoll.name,
    picture="roll",
    shipped="piece",
    upload="midi",
    own_label="A MIDI file of mine",
    invitation="Choose a MIDI file, or one of the shipped pieces, then press Score.",
    missing="choose a MIDI file to score, or a shipped piece",
)
SPEECH_SIDE = Side(
    kind=Waveform.name,
    picture="wave",
    shipped="clip",
    upload="recording",
    own_label="A recording of mine",
    invitation="Choose or record some speech, or take a shipped clip, then press Score.",
    missing="record or choose some speech to score, or a shipped clip",
)
SCORE_SIDES = {side.kind: side for side in (MUSIC_SIDE, SPEECH_SIDE)}


def piece_choices(side: Side) -> list[tuple[str, str]]:
    """(label, value) of what may be scored; the first is chosen at first."""
    shipped = [(excerpt.title, excerpt.name) for excerpt in excerpts() if excerpt.kind == side.kind]
    return [*shipped, (side.own_label, OWN)]
