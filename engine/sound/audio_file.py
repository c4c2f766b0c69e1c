"""Sound files: in as whatever people have, out as 16-bit WAV.

Conventions
    in   WAV (8 to 32 bit, float), FLAC, OGG, MP3 … by soundfile; everything else (webm and m4a of
         browsers and phones, G.722) by ffmpeg in a child process; one channel, see mono.py
    length  is what is found: a header may have been written before it was known, or estimate it
    out  16-bit PCM WAV: amplitude a becomes the integer round(32768 a), at most 32767, so that
         reading a 16-bit file and writing it again gives the same integers; and MP3, for what is heard over
         a slow line, of some 64 kbit/s; its header says how many samples it holds, and browsers keep to it
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

MAX_SECONDS = 600.0
HEADERLESS = (".g722", ".raw")  # soundfile sees anything in the first and wants a rate for the second
MAX_MENDED_BYTES = 500_000_000
MAX_HEADER_BYTES = 1_000_000  # before the samples of a WAV file
MP3_SCALE = 0.95  # the encoder (LAME) makes either so much quieter
# Of channels: 64 kbit/s, and some 73 of two. At a constant rate that would be 64, too coarse, or 80.
MP3_RATES = {1: ("CONSTANT", 0.88), 2: ("AVERAGE", 0.87)}
TEXT_BYTES = 1_024  # of a file's beginning, by which text is known


def read_audio(source: Path, max_seconds: float = MAX_SECONDS, **wanted: Any) -> Audio:
    """One channel of sound from a file.

    Args:
        source: the file; the name's ending does not matter where the bytes say what it is.
        max_seconds: longer files are refused, from the header where it can be trusted to say.
        wanted: what else a Wanted says: ``is_cut`` and ``sample_rate``, the file's own if not given.

    Raises:
        UnreadableFileError: missing, empty, truncated, too long or large, not finite, or no sound at all;
            one sentence says what to do.
        EngineError: only ffmpeg could read it and there is none.
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


def read_strange_audio(source: Path, max_seconds: float = MAX_SECONDS, **wanted: Any) -> Audio:
    """The same of a stranger's file, read in a process of its own within bounds; raises as above."""
    arguments = {"source": str(source), "max_seconds": max_seconds, **wanted}
    facts, content = run_confined("engine.sound.audio_file:audio_bytes", source.name, arguments)
    return Audio(np.frombuffer(content, np.float32), facts["sample_rate"])


def audio_bytes(source: str, **wanted: Any) -> tuple[dict[str, Any], bytes]:
    """What ``read_audio`` reads, for another process: facts, and the samples as float32."""
    audio = read_audio(Path(source), **wanted)
    return {"sample_rate": audio.sample_rate}, audio.samples.tobytes()


def wav_bytes(audio: Audio) -> bytes:
    """The sound as a 16-bit WAV file."""
    steps = np.round(audio.samples.astype(np.float64) * 32_768).clip(-32_768, 32_767).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, steps, audio.sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def mp3_bytes(audio: Audio, compression: float | None = None) -> bytes:
    """The sound as an MP3 file, as loud as it is; of 32, 44.1 or 48 kHz.

    Args:
        compression: from 0 to 1, at a rate that varies, for what dies away; else the rate of ``MP3_RATES``.
    """
    buffer = io.BytesIO()
    louder = audio.samples / np.float32(MP3_SCALE)
    mode, level = MP3_RATES[audio.num_channels] if compression is None else ("VARIABLE", compression)
    soundfile.write(
        buffer, louder, audio.sample_rate, format="MP3", subtype="MPEG_LAYER_III",
        bitrate_mode=mode, compression_level=level,
    )  # fmt: skip
    return buffer.getvalue()


def write_wav(audio: Audio, path: Path) -> None:
    """Write a 16-bit WAV file that appears whole or not at all; raises EngineError if it cannot."""
    write_whole(path, wav_bytes(audio))


def _read(source: Path, folder: Path, wanted: Wanted) -> Audio:
    """By soundfile, and by ffmpeg what it does not know.

    Args:
        folder: for what must be written to be read.
    """

    def opening(path: Path) -> Opening:
        return lambda: open_with_soundfile(path, source.name)

    if source.suffix.lower() not in HEADERLESS:
        try:
            audio = read_mono(opening(source), wanted)
        except soundfile.LibsndfileError:  # ffmpeg knows more kinds, and text would cost a process
            if _is_text(source):
                raise UnreadableFileError(f"{source.name} is text, no sound; give a recording") from None
        else:
            mended = None if len(audio.samples) else _finished_wav(source, folder)
            return read_mono(opening(mended), wanted) if mended else audio
    return read_mono(lambda: ffmpeg.open_with_ffmpeg(source, wanted.max_seconds + 1), wanted)


def _is_text(source: Path) -> bool:
    with source.open("rb") as file:
        beginning = file.read(TEXT_BYTES)
    words = beginning.decode("utf-8", "ignore")  # a character may be cut at the end
    whole = len(words.encode()) >= len(beginning) - 3
    return whole and all(letter.isprintable() or letter in "\t\r\n\f" for letter in words)


def _finished_wav(source: Path, folder: Path) -> Path | None:
    """A copy of a WAV file whose header was not finished, as if it had been; None if it is none."""
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


def _unfinished_data(beginning: bytes) -> int | None:
    """Where the samples' chunk of a WAV file begins, if it says that it holds none."""
    if not beginning.startswith(b"RIFF") or beginning[8:12] != b"WAVE":
        return None
    place = 12
    while beginning[place : place + 4] != b"data":
        if place + 8 >= len(beginning):
            return None
        size = int.from_bytes(beginning[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    return None if any(beginning[place + 4 : place + 8]) else place
