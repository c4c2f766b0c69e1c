"""Catalogue: all corpora by name, and the kinds of folders that a user may bring."""

from pathlib import Path

from engine.errors import InvalidValueError, UnknownNameError
from training.corpora.audio_folder import AudioFolder
from training.corpora.boulanger_lewandowski import JSBChorales, MuseData, Nottingham, PianoMidi
from training.corpora.corpus import Corpus
from training.corpora.files import corpora_folder
from training.corpora.midi_folder import MidiFolder
from training.corpora.spoken_digits import SpokenDigits
from training.corpora.voice_prompts import VoicePrompts

CORPORA = {
    "jsb_chorales": JSBChorales,
    "nottingham": Nottingham,
    "muse_data": MuseData,
    "piano_midi": PianoMidi,
    "spoken_digits": SpokenDigits,
    "voice_prompts": VoicePrompts,
}
FOLDERS = {"midi": MidiFolder, "audio": AudioFolder}  # midi:PATH, audio:PATH


def open_corpus(name: str, folder: Path | None = None, seed: int = 0) -> Corpus:
    """A corpus by name; nothing is read before its ``load``.

    Args:
        name: a key of CORPORA, or ``midi:PATH`` or ``audio:PATH`` for a folder of the user's own.
        folder: the folder of all corpora; None takes $EARSHOT_CORPORA, else ``corpora`` of the project.
        seed: of the split of a user's own folder; the named corpora have fixed splits.

    Raises:
        UnknownNameError: no such corpus.
        InvalidValueError: PATH is no folder.
    """
    kind, path = _kind_and_path(name)
    return kind(Path(path).expanduser(), seed) if path else kind(corpora_folder(folder))


def representation_name_of(name: str) -> str:
    """The name of a corpus's representation.

    Raises:
        UnknownNameError: no such corpus.
        InvalidValueError: it is a folder without its kind.
    """
    return _kind_and_path(name)[0].representation_name


def _kind_and_path(name: str) -> tuple[type[Corpus], str]:
    """The class of a corpus, and the path of a user's own folder (empty for a corpus with a name)."""
    kind, _, path = name.partition(":")
    if path and kind in FOLDERS:
        return FOLDERS[kind], path
    if name and name not in CORPORA and Path(name).is_dir():
        raise InvalidValueError(
            f"{name!r} is a folder: say midi:{name} for its music, audio:{name} for its sound"
        )
    if name not in CORPORA:
        raise UnknownNameError("corpus", name, [*CORPORA, *(f"{kind}:PATH" for kind in FOLDERS)])
    return CORPORA[name], ""
