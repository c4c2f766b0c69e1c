"""Sound files: reads whatever people have, writes 16-bit WAV and MP3.

Conventions
    in      WAV (8 to 32 bit, float), FLAC, OGG, MP3 … by soundfile; everything else (webm and m4a from
            browsers and phones, G.722) by ffmpeg in a child process; mixed to one channel, see mono.py
    length  what the file really holds; a header may only estimate it, or be written before it is known
    out     16-bit PCM WAV: amplitude a becomes the integer round(32768 a), at most 32767, so that
            reading a 16-bit file and writing it again gives the same integers; and MP3 at about 70 kbit/s,
            for slow connections; its header says how many samples it holds, and browsers keep to that
"""

import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from engine.confined import run_confined
from engine.errors import UnreadableFileError
from engine.sound import ffmpeg
from engine.sound.audio import Audio
from engine.sound.mono import Wanted, read_mono
from engine.sound.sound_blocks import Opening, open_with_soundfile
from engine.whole_file import write_whole

MAX_SOUND_SECONDS = 600.0
HEADERLESS_SUFFIXES = (".g722", ".raw")  # soundfile misreads the first and wants a rate for the second
MAX_MENDED_BYTES = 500_000_000  # no copy is made of larger files with an unfinished header
MAX_HEADER_BYTES = 1_000_000  # before the samples of a WAV file
# Number of channels -> soundfile's mode and level. One: 64 kbit/s, so that the size of a blind test's clip
# says nothing but its length. Two: about 73; a variable rate comes nearer to the sound than an average one of
# that size (noise 18 instead of 17 dB below it, in bands of hearing) in three quarters of the time.
MP3_RATES = {1: ("CONSTANT", 0.88), 2: ("VARIABLE", 0.62)}
MP3_SCALES = {"CONSTANT": 0.95, "VARIABLE": 1.0}  # the encoder (LAME) multiplies every sound by this
TEXT_BYTES = 1_024  # how much of a file's start is looked at to recognise text


def read_audio(source: Path, max_seconds: float = MAX_SOUND_SECONDS, **wanted: Any) -> Audio:
    """One channel of sound from a file.

    Args:
        source: the file; its suffix does not matter where the bytes say what it is.
        max_seconds: longer files are refused, by their header alone if it can be trusted.
        wanted: the other fields of Wanted, both optional: ``is_cut`` and ``sample_rate``.

    Raises:
        UnreadableFileError: missing, empty, truncated, too long or large, not finite, or no sound at all;
            one sentence says what to do.
        EngineError: only ffmpeg could read it, and it is not installed.
    """
    if not source.is_file():
        raise UnreadableFileError(f"{source} is not a file; give the path of a sound file")
    if source.stat().st_size == 0:
        raise UnreadableFileError(f"{source.name} is empty; record or export it again")
    with tempfile.TemporaryDirectory() as folder:
        audio = _read(source, Path(folder), Wanted(max_seconds, **wanted))
    if not len(audio.samples):
        raise UnreadableFileError(f"{source.name} holds no samples; record or export it again")
    return audio


def read_untrusted_audio(source: Path, max_seconds: float = MAX_SOUND_SECONDS, **wanted: Any) -> Audio:
    """``read_audio`` for a stranger's file, run by ``run_confined``; raises the same errors."""
    arguments = {"source": str(source), "max_seconds": max_seconds, **wanted}
    facts, content = run_confined("engine.sound.audio_file:audio_bytes", source.name, arguments)
    return Audio(np.frombuffer(content, np.float32), facts["sample_rate"])


def audio_bytes(source: str, **wanted: Any) -> tuple[dict[str, Any], bytes]:
    """``read_audio`` as ``run_confined`` calls it: returns the sample rate, and the samples as float32."""
    audio = read_audio(Path(source), **wanted)
    return {"sample_rate": audio.sample_rate}, audio.samples.tobytes()


def wav_bytes(audio: Audio) -> bytes:
    """The sound as a 16-bit WAV file."""
    steps = np.round(audio.samples.astype(np.float64) * 32_768).clip(-32_768, 32_767).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, steps, audio.sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def mp3_bytes(audio: Audio, compression: float | None = None) -> bytes:
    """The sound, which must have 32, 44.1 or 48 kHz, as an MP3 file that is just as loud.

    Args:
        compression: 0 to 1, for a variable bit rate (sound that dies away); None for ``MP3_RATES``.
    """
    buffer = io.BytesIO()
    mode, level = MP3_RATES[audio.num_channels] if compression is None else ("VARIABLE", compression)
    louder = audio.samples / np.float32(MP3_SCALES[mode])
    soundfile.write(
        buffer, louder, audio.sample_rate, format="MP3", subtype="MPEG_LAYER_III",
        bitrate_mode=mode, compression_level=level,
    )  # fmt: skip
    return buffer.getvalue()


def write_wav(audio: Audio, path: Path) -> None:
    """Write a 16-bit WAV file that appears whole or not at all; raises EngineError if it cannot."""
    write_whole(path, wav_bytes(audio))


def _read(source: Path, folder: Path, wanted: Wanted) -> Audio:
    """Read by soundfile, or by ffmpeg if soundfile does not know the kind.

    Args:
        folder: where a mended copy may be written.
    """

    def opening(path: Path) -> Opening:
        return lambda: open_with_soundfile(path, source.name)

    if source.suffix.lower() not in HEADERLESS_SUFFIXES:
        try:
            audio = read_mono(opening(source), wanted)
        except soundfile.LibsndfileError:  # ffmpeg knows more kinds; text need not start it
            if _is_text(source):
                raise UnreadableFileError(f"{source.name} is text, not sound; give a recording") from None
        else:
            mended = None if len(audio.samples) else _finished_wav(source, folder)
            return read_mono(opening(mended), wanted) if mended else audio
    return read_mono(lambda: ffmpeg.open_with_ffmpeg(source, wanted.max_seconds + 1), wanted)


def _is_text(source: Path) -> bool:
    with source.open("rb") as file:
        start = file.read(TEXT_BYTES)
    words = start.decode("utf-8", "ignore")  # a character may be cut at the end
    is_whole = len(words.encode()) >= len(start) - 3
    return is_whole and all(letter.isprintable() or letter in "\t\r\n\f" for letter in words)


def _finished_wav(source: Path, folder: Path) -> Path | None:
    """A copy of a WAV file with an unfinished header, its lengths filled in; None for any other file."""
    num_bytes = source.stat().st_size
    if num_bytes > MAX_MENDED_BYTES:
        return None
    with source.open("rb") as file:
        place = _unfinished_data(file.read(MAX_HEADER_BYTES))
    if place is None or num_bytes <= place + 8:
        return None
    mended = folder / "mended.wav"
    shutil.copyfile(source, mended)
    with mended.open("r+b") as file:
        for at, count in ((4, num_bytes - 8), (place + 4, num_bytes - place - 8)):
            file.seek(at)
            file.write(count.to_bytes(4, "little"))
    return mended


def _unfinished_data(start: bytes) -> int | None:
    """Where the data chunk of a WAV file starts, if its header says that it is empty; else None."""
    if not start.startswith(b"RIFF") or start[8:12] != b"WAVE":
        return None
    place = 12
    while start[place : place + 4] != b"data":
        if place + 8 >= len(start):
            return None
        size = int.from_bytes(start[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    return None if any(start[place + 4 : place + 8]) else place
