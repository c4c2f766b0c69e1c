"""Sound files: in as whatever people have, out as 16-bit WAV.

Conventions
    in      WAV (8 to 32 bit, float), FLAC, OGG, MP3 … by soundfile; everything else (webm and m4a from
            browsers and phones, G.722) by ffmpeg in a child process; one channel, see mono.py
    length  what the file really holds: its header may have been written before that was known, or estimate it
    out     16-bit PCM WAV: amplitude a becomes the integer round(32768 a), at most 32767, so that
            reading a 16-bit file and writing it again gives the same integers; and MP3 at about 64 kbit/s,
            for slow connections; its header says how many samples it holds, and browsers keep to it
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
MAX_MENDED_BYTES = 500_000_000
MAX_HEADER_BYTES = 1_000_000  # before the samples of a WAV file
MP3_SCALE = 0.95  # the encoder (LAME) makes every sound quieter by this factor
# By channels: 64 kbit/s for one, about 73 for two, which at a constant rate could have 64, too coarse, or 80.
MP3_RATES = {1: ("CONSTANT", 0.88), 2: ("AVERAGE", 0.87)}
TEXT_BYTES = 1_024  # at the start of a file, by which text is recognised


def read_audio(source: Path, max_seconds: float = MAX_SOUND_SECONDS, **wanted: Any) -> Audio:
    """One channel of sound from a file.

    Args:
        source: the file; its suffix does not matter where the bytes say what it is.
        max_seconds: longer files are refused, by the header alone where it can be trusted.
        wanted: the other fields of Wanted: ``is_cut`` and ``sample_rate``, the file's own if not given.

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
    """The same for a stranger's file, in a process of its own within bounds; raises like ``read_audio``."""
    arguments = {"source": str(source), "max_seconds": max_seconds, **wanted}
    facts, content = run_confined("engine.sound.audio_file:audio_bytes", source.name, arguments)
    return Audio(np.frombuffer(content, np.float32), facts["sample_rate"])


def audio_bytes(source: str, **wanted: Any) -> tuple[dict[str, Any], bytes]:
    """What ``read_audio`` reads, for another process: its sample rate, and the samples as float32."""
    audio = read_audio(Path(source), **wanted)
    return {"sample_rate": audio.sample_rate}, audio.samples.tobytes()


def wav_bytes(audio: Audio) -> bytes:
    """The sound as a 16-bit WAV file."""
    steps = np.round(audio.samples.astype(np.float64) * 32_768).clip(-32_768, 32_767).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, steps, audio.sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def mp3_bytes(audio: Audio, compression: float | None = None) -> bytes:
    """The sound, of 32, 44.1 or 48 kHz, as an MP3 file that is just as loud.

    Args:
        compression: 0 to 1, with a variable bit rate, for sound that dies away; None for ``MP3_RATES``.
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
    """Read by soundfile, or by ffmpeg if soundfile does not know the kind.

    Args:
        folder: where a mended copy may be written.
    """

    def opening(path: Path) -> Opening:
        return lambda: open_with_soundfile(path, source.name)

    if source.suffix.lower() not in HEADERLESS_SUFFIXES:
        try:
            audio = read_mono(opening(source), wanted)
        except soundfile.LibsndfileError:  # ffmpeg knows more kinds, and text would cost a process
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
    """A copy with its lengths filled in of a WAV file with an unfinished header; None for any other file."""
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
    """Where the samples' chunk of a WAV file starts, if it says that it holds none."""
    if not start.startswith(b"RIFF") or start[8:12] != b"WAVE":
        return None
    place = 12
    while start[place : place + 4] != b"data":
        if place + 8 >= len(start):
            return None
        size = int.from_bytes(start[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    return None if any(start[place + 4 : place + 8]) else place
