"""Primes: the short excerpts of test splits that the app ships, cut from the corpora again.

``cut_primes(corpora, folder)`` writes ``assets/primes``: MIDI files of at most 64 frames, whole
recordings as 16-bit WAV at their own rate, and ``primes.json`` which says what each is. The music
excerpts begin with the piece and end with a phrase; of MuseData and Piano-midi.de nothing is shipped.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from engine.errors import InvalidValueError
from engine.notes import midi_bytes
from engine.pieces import Excerpt
from engine.sound import read_audio, wav_bytes
from engine.whole_file import write_whole
from training.corpora import CORPORA, corpora_folder

SPLIT = "test"
INDEX_FILE = "primes.json"
MAX_EXCERPT_SECONDS = 5.0

# (corpus, number of the sequence in its test split, frames from its start, title)
MUSIC_EXCERPTS = (
    ("jsb_chorales", 7, 32, "Chorale in C major, broad and plain"),
    ("jsb_chorales", 24, 32, "Chorale in C major, a wide melody"),
    ("jsb_chorales", 46, 32, "Chorale in C minor, nearly whole"),
    ("jsb_chorales", 58, 32, "Chorale in C minor, the first phrases"),
    ("nottingham", 2, 48, "Jig in C major, two octaves wide"),
    ("nottingham", 26, 48, "Jig in C major, the first part"),
    ("nottingham", 23, 48, "Jig in C minor, the first part"),
    ("nottingham", 56, 64, "Dance tune in four, eight bars"),
)
# (corpus, recording in its test split, title)
SPEECH_EXCERPTS = (
    ("spoken_digits", "spoken_digits/0_jackson_0.wav", "Zero, said by Jackson"),
    ("spoken_digits", "spoken_digits/8_george_0.wav", "Eight, said by George"),
    ("spoken_digits", "spoken_digits/7_lucas_0.wav", "Seven, said by Lucas"),
    ("voice_prompts", "voice_prompts/vm-pls-try-again.g722", "Please try again"),
    ("voice_prompts", "voice_prompts/all-circuits-busy-now.g722", "All circuits busy now"),
    ("voice_prompts", "voice_prompts/to-call-this-number.g722", "To call this number"),
)


def cut_primes(corpora: Path | None, folder: Path) -> list[Excerpt]:
    """Write all primes and their index into a folder, which may hold older ones.

    Args:
        corpora: the folder of all corpora; None takes $EARSHOT_CORPORA, else ``corpora`` of the project.
        folder: where to write.

    Raises:
        EngineError: a corpus is missing or changed, or the disk is full.
    """
    corpora = corpora_folder(corpora)
    primes = []
    for prime, data in [*_cut_music(corpora), *_cut_speech(corpora)]:
        write_whole(folder / prime.file, data)
        primes.append(prime)
    index = json.dumps([asdict(prime) for prime in primes], indent=2, ensure_ascii=False)
    write_whole(folder / INDEX_FILE, (index + "\n").encode())
    return primes


def _cut_music(corpora: Path) -> Iterator[tuple[Excerpt, bytes]]:
    loaded = {name: CORPORA[name](corpora).load() for name in {name for name, *_ in MUSIC_EXCERPTS}}
    for name, index, num_frames, title in MUSIC_EXCERPTS:
        data = loaded[name]
        frames = data.splits[SPLIT][index][:num_frames]
        (source,) = CORPORA[name](corpora).hashes
        prime = Excerpt(f"{name}-test-{index}.mid", title, name, SPLIT, index, source, CORPORA[name].licence)
        yield prime, midi_bytes(data.representation.decode(frames))


def _cut_speech(corpora: Path) -> Iterator[tuple[Excerpt, bytes]]:
    for name, source, title in SPEECH_EXCERPTS:
        paths = CORPORA[name](corpora).recordings()[SPLIT]
        index = paths.index(corpora / source)
        audio = read_audio(paths[index])
        if audio.duration_seconds > MAX_EXCERPT_SECONDS:
            raise InvalidValueError(
                f"{source} lasts {audio.duration_seconds:.1f} s; a prime {MAX_EXCERPT_SECONDS} s"
            )
        file = f"{name}-test-{paths[index].stem}.wav"
        yield Excerpt(file, title, name, SPLIT, index, source, CORPORA[name].licence), wav_bytes(audio)
