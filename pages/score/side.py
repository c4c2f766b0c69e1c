"""Side: what of the Score page is for music, and what for speech."""

from dataclasses import dataclass

from engine.pieces import excerpts
from engine.representations import PianoRoll, Waveform
from pages.house import OWN


@dataclass(frozen=True)
class Side:
    """What of the page is for one kind of frame: its words and its controls.

    Args:
        kind: name of the representation.
        picture: kind of the lane.
        shipped: the control that chooses a shipped piece or the visitor's own.
        upload: the control for the visitor's own.
        own_label: the choice of the visitor's own.
        invitation: what the lane says before anything is scored.
        missing: what is said where the visitor's own was not given.
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
