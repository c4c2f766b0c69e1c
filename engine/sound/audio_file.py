"""Sound files: in as whatever people have, out as 16-bit WAV.

Conventions
    in   WAV (8 to 32 bit, float), FLAC, OGG, MP3 … by soundfile; everything else (webm and m4a of
         browsers and phones, G.722) by ffmpeg in a child process; channels are averaged to one
    out  16-bit PCM WAV: amplitude a becomes the integer round(32768 a), at most 32767, so that
         reading a 16-bit file and writing it again gives the same integers
    loud amplitudes beyond [-1, 1], which float and lossy files may hold, are scaled down together so
         that the peak is 1: clipping would distort, and one gain more or less is nobody's loss
"""

import io
import re
import tempfile
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
LOSSY = ("MPEG", "MP3", "OGG")  # their headers only estimate the length


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
    if source.suffix.lower() not in HEADERLESS:
        try:
            return _read_with_soundfile(source, source.name, max_seconds)
        except soundfile.LibsndfileError:
            pass  # ffmpeg knows more kinds
    with tempfile.TemporaryDirectory() as folder:
        decoded = Path(folder) / "decoded.wav"
        ffmpeg.decode([source], [decoded], max_seconds + 1)
        try:
            return _read_with_soundfile(decoded, source.name, max_seconds)
        except soundfile.LibsndfileError as error:
            raise UnreadableFileError(f"{source.name} holds no sound ({error}); export it as WAV") from error


def wav_bytes(audio: Audio) -> bytes:
    """The sound as a 16-bit WAV file."""
    steps = np.round(audio.samples.astype(np.float64) * 32_768).clip(-32_768, 32_767).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, steps, audio.sample_rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def write_wav(audio: Audio, path: Path) -> None:
    """Write a 16-bit WAV file that appears whole or not at all; raises EngineError if it cannot."""
    write_whole(path, wav_bytes(audio))


def _read_with_soundfile(path: Path, name: str, max_seconds: float) -> Audio:
    with soundfile.SoundFile(path) as file:
        _check_header(file, name, max_seconds)
        claimed, sample_rate = file.frames, file.samplerate
        blocks, length = [], 0
        while len(block := file.read(BLOCK_LENGTH, dtype="float32", always_2d=True)):
            length += len(block)
            if length > max_seconds * sample_rate:
                raise _too_long(name, length / sample_rate, max_seconds)
            blocks.append(_mix_down(block, name))
        if length < claimed and file.format not in LOSSY:
            raise _truncated(name, length / sample_rate, claimed / sample_rate)
    if length == 0:
        raise UnreadableFileError(f"{name} holds no samples; record or export it again")
    samples = np.concatenate(blocks)
    return Audio(samples / max(1.0, float(np.abs(samples).max())), sample_rate)


def _check_header(file: soundfile.SoundFile, name: str, max_seconds: float) -> None:
    low, high = SAMPLE_RATES
    if not low <= file.samplerate <= high or file.channels > MAX_CHANNELS:
        raise UnreadableFileError(
            f"{name} claims {file.samplerate} Hz and {file.channels} channels, which cannot be "
            f"({low} to {high} Hz, at most {MAX_CHANNELS}); export it again"
        )
    if file.format not in LOSSY and file.frames > max_seconds * file.samplerate:
        raise _too_long(name, file.frames / file.samplerate, max_seconds)
    sizes = re.search(r"data : (\d+) \(should be (\d+)\)", file.extra_info)
    if sizes and int(sizes[2]) < int(sizes[1]) < 2**31 - 4096:  # near 2^31, 2^32: written to a pipe
        raise _truncated(name, float(sizes[2]), float(sizes[1]), "bytes")


def _mix_down(block: Float32[np.ndarray, "time channel"], name: str) -> Float32[np.ndarray, " time"]:
    if not np.isfinite(block).all():
        raise UnreadableFileError(f"{name} holds NaN or infinite samples; export it again")
    return block.mean(axis=1, dtype=np.float64).astype(np.float32)


def _too_long(name: str, seconds: float, max_seconds: float) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} lasts {seconds / 60:,.1f} min or more but at most {max_seconds / 60:g} min are read; "
        "cut out the part that you want"
    )


def _truncated(name: str, found: float, claimed: float, unit: str = "s") -> UnreadableFileError:
    return UnreadableFileError(
        f"{name} is cut off: it holds {found:,.6g} of {claimed:,.6g} {unit}; copy or export it again"
    )
