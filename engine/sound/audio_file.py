"""Sound files: in as whatever people have, out as 16-bit WAV.

Conventions
    in   WAV (8 to 32 bit, float), FLAC, OGG, MP3 … by soundfile; everything else (webm and m4a of
         browsers and phones, G.722) by ffmpeg in a child process; channels are averaged to one, or the
         loudest is taken where they cancel each other
    length  is what is found: a header may have been written before it was known, or estimate it
    out  16-bit PCM WAV: amplitude a becomes the integer round(32768 a), at most 32767, so that
         reading a 16-bit file and writing it again gives the same integers
    loud amplitudes beyond [-1, 1], which float and lossy files may hold, are scaled down together so
         that the peak is 1: clipping would distort, and one gain more or less is nobody's loss
"""

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

from engine.errors import UnreadableFileError
from engine.sound import ffmpeg
from engine.sound.audio import Audio
from engine.whole_file import write_whole

MAX_SECONDS = 600.0
SAMPLE_RATES = (1_000, 384_000)  # Hz, lowest and highest that we believe
MAX_CHANNELS = 32
BLOCK_LENGTH = 65_536  # samples per channel that are held beside the result
HEADERLESS = (".g722", ".raw")  # soundfile sees anything in the first and wants a rate for the second
LOSSY = ("MPEG", "MP3", "OGG")  # kinds and codecs whose headers only estimate the length
BELIEVABLE_SECONDS = 100 * 3_600  # more is what stands where the length was not known
MAX_MENDED_BYTES = 500_000_000
TEXT_BYTES = 1_024  # of a file's beginning, by which text is known
CANCELLED = 0.1  # the average of channels is so much weaker than the loudest, where they cancel


def read_audio(source: Path, max_seconds: float = MAX_SECONDS) -> Audio:
    """One channel of sound from a file, at its own rate.

    Args:
        source: the file; the name's ending does not matter where the bytes say what it is.
        max_seconds: longer files are refused, from the header where it can be trusted to say.

    Raises:
        UnreadableFileError: missing, empty, truncated, too long, not finite, or no sound at all;
            one sentence says what to do.
        EngineError: only ffmpeg could read it and there is none.
    """
    if not source.is_file():
        raise UnreadableFileError(f"{source} is not a file; give the path of a sound file")
    if source.stat().st_size == 0:
        raise UnreadableFileError(f"{source.name} is empty; record or export it again")
    with tempfile.TemporaryDirectory() as folder:
        audio = _read(source, Path(folder), max_seconds)
    if not len(audio.samples):
        raise UnreadableFileError(f"{source.name} holds no samples; record or export it again")
    return audio


def wav_bytes(audio: Audio) -> bytes:
    """The sound as a 16-bit WAV file."""
    steps = np.round(audio.samples.astype(np.float64) * 32_768).clip(-32_768, 32_767).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, steps, audio.sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def write_wav(audio: Audio, path: Path) -> None:
    """Write a 16-bit WAV file that appears whole or not at all; raises EngineError if it cannot."""
    write_whole(path, wav_bytes(audio))


def _read(source: Path, folder: Path, max_seconds: float) -> Audio:
    """By soundfile, and by ffmpeg what it does not know.

    Args:
        folder: for what must be written to be read.
    """
    if source.suffix.lower() not in HEADERLESS:
        try:
            audio = _read_with_soundfile(source, source.name, max_seconds)
        except soundfile.LibsndfileError:  # ffmpeg knows more kinds, and text would cost a process
            if _is_text(source):
                raise UnreadableFileError(f"{source.name} is text, no sound; give a recording") from None
        else:
            mended = None if len(audio.samples) else _finished_wav(source, folder)
            return _read_with_soundfile(mended, source.name, max_seconds) if mended else audio
    decoded = folder / "decoded.wav"
    ffmpeg.decode([source], [decoded], max_seconds + 1)
    try:
        return _read_with_soundfile(decoded, source.name, max_seconds)
    except soundfile.LibsndfileError as error:
        raise UnreadableFileError(f"{source.name} holds no sound ({error}); export it as WAV") from error


def _is_text(source: Path) -> bool:
    with source.open("rb") as file:
        beginning = file.read(TEXT_BYTES)
    words = beginning.decode("utf-8", "ignore")  # a character may be cut at the end
    whole = len(words.encode()) >= len(beginning) - 3
    return whole and all(letter.isprintable() or letter in "\t\r\n\f" for letter in words)


def _finished_wav(source: Path, folder: Path) -> Path | None:
    """A copy of a WAV file whose header was not finished, as if it had been; None if it is none."""
    if source.stat().st_size > MAX_MENDED_BYTES:
        return None
    content = source.read_bytes()
    if not content.startswith(b"RIFF") or content[8:12] != b"WAVE":
        return None
    place = 12
    while content[place : place + 4] != b"data":
        if place + 8 >= len(content):
            return None
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    size = len(content) - place - 8
    if size <= 0 or any(content[place + 4 : place + 8]):
        return None
    mended = folder / "mended.wav"
    sizes = ((4, len(content) - 8), (place + 4, size))
    whole = bytearray(content)
    for at, count in sizes:
        whole[at : at + 4] = count.to_bytes(4, "little")
    mended.write_bytes(whole)
    return mended


def _read_with_soundfile(path: Path, name: str, max_seconds: float) -> Audio:
    """All of it; without a sample where its header says that there is none."""
    with soundfile.SoundFile(path) as file:
        claimed, sample_rate = _claimed(file, name, max_seconds), file.samplerate
        blocks, powers, length = [], np.zeros(file.channels), 0
        for block in _blocks(file, name):
            length += len(block)
            if length > max_seconds * sample_rate:
                raise _too_long(name, length / sample_rate, max_seconds)
            blocks.append(block.mean(axis=1, dtype=np.float64).astype(np.float32))
            powers += np.square(block, dtype=np.float64).sum(axis=0)
        if length < claimed:
            raise _truncated(name, length / sample_rate, claimed / sample_rate)
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    if float(np.square(samples, dtype=np.float64).sum()) < CANCELLED**2 * powers.max(initial=0.0):
        with soundfile.SoundFile(path) as file:
            samples = np.concatenate([block[:, powers.argmax()] for block in _blocks(file, name)])
    return Audio(samples / max(1.0, float(np.abs(samples).max(initial=0.0))), sample_rate)


def _blocks(file: soundfile.SoundFile, name: str) -> Iterator[Float32[np.ndarray, "time channel"]]:
    """What there is until nothing comes any more, whatever length the header says."""
    while len(block := file.read(BLOCK_LENGTH, dtype="float32", always_2d=True)):
        if not np.isfinite(block).all():
            raise UnreadableFileError(f"{name} holds NaN or infinite samples; export it again")
        yield block


def _claimed(file: soundfile.SoundFile, name: str, max_seconds: float) -> int:
    """How many samples there must be at least by the header; 0 where it cannot be trusted to know."""
    low, high = SAMPLE_RATES
    if not low <= file.samplerate <= high or file.channels > MAX_CHANNELS:
        raise UnreadableFileError(
            f"{name} claims {file.samplerate} Hz and {file.channels} channels, which cannot be "
            f"({low} to {high} Hz, at most {MAX_CHANNELS}); export it again"
        )
    estimates = file.format in LOSSY or any(codec in file.subtype for codec in LOSSY)
    claimed = 0 if estimates or file.frames > BELIEVABLE_SECONDS * file.samplerate else file.frames
    if claimed > max_seconds * file.samplerate:
        raise _too_long(name, claimed / file.samplerate, max_seconds)
    sizes = re.search(r"data : (\d+) \(should be (\d+)\)", file.extra_info)
    if sizes and int(sizes[2]) < int(sizes[1]) < 2**31 - 4096:  # near 2^31, 2^32: written to a pipe
        raise _truncated(name, float(sizes[2]), float(sizes[1]), "bytes")
    return claimed


def _too_long(name: str, seconds: float, max_seconds: float) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} lasts {seconds / 60:,.1f} min or more but at most {max_seconds / 60:g} min are read; "
        "cut out the part that you want"
    )


def _truncated(name: str, found: float, claimed: float, unit: str = "s") -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} is cut off: it holds {found:,.6g} of {claimed:,.6g} {unit}; copy or export it again"
    )
