"""Sound that only ffmpeg can read, decoded by ffmpeg in a child process.

The files come from strangers: ffmpeg may only open sound containers and local files (no playlists,
which could name other files, and no network), with limits on time and memory.
"""

import contextlib
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from engine.errors import EngineError, UnreadableFileError
from engine.sound.sound_blocks import READ_BLOCK_LENGTH, Block, SoundBlocks

DECODING_TIMEOUT_SECONDS = 60
MEMORY_KILOBYTES = 2_000_000
MAX_SOURCES = 32  # decoded by one process: each takes a thread, and threads count as memory
AU_HEADER = struct.Struct(">4s5I")  # mark, where the samples start, bytes, encoding, rate, channels
INSTALL_FFMPEG = "apt-get install ffmpeg"
CONTAINERS = (
    "aac,ac3,aiff,alaw,amr,ape,asf,au,avi,caf,eac3,flac,g722,gsm,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,mulaw,ogg,tta,w64,wav,wv"
)


def is_there() -> bool:
    """Whether ffmpeg is installed on this machine."""
    return shutil.which("ffmpeg") is not None


def decode(sources: Sequence[Path], targets: Sequence[Path], max_seconds: float) -> None:
    """Write the first sound track of each source as a float WAV file, rate and channels kept.

    At most ``max_seconds`` of each are decoded. One process decodes up to 32 sources, which saves
    starting a process for each: 558 prompts take 3 s, not 30.

    Raises:
        EngineError: ffmpeg is not installed.
        UnreadableFileError: a source is not a sound that ffmpeg knows, is damaged, or takes too long.
    """
    _check_there(sources[0].name)
    for start in range(0, len(sources), MAX_SOURCES):
        batch = slice(start, start + MAX_SOURCES)
        _run(sources[batch], targets[batch], max_seconds)


@contextlib.contextmanager
def open_with_ffmpeg(source: Path, max_seconds: float) -> Iterator[SoundBlocks]:
    """The first sound track of a source, rate and channels kept, through a pipe, without a file.

    Raises:
        EngineError: ffmpeg is not installed.
        UnreadableFileError: it is not a sound that ffmpeg knows, is damaged, or takes too long.
    """
    _check_there(source.name)
    command = [*_beginning(), *_source(source), "-map", "0:a:0", "-t", str(max_seconds)]
    command += ["-threads", "1", "-c:a", "pcm_f32be", "-f", "au", "pipe:1"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, bufsize=0
        )
        timer = threading.Timer(DECODING_TIMEOUT_SECONDS, process.kill)
        timer.start()
        try:
            rate, channels = _au_header(process.stdout)
            if rate:
                yield SoundBlocks(
                    source.name, rate, channels, 0, _checked_blocks(process, channels, source, said)
                )
            else:
                _check_end(process, source, said)
                raise UnreadableFileError(f"{source.name} holds no samples; record or export it again")
        finally:
            timer.cancel()
            process.kill()
            process.communicate()


def _au_header(pipe: IO[bytes]) -> tuple[int, int]:
    """Sample rate in Hz and number of channels; both 0 if nothing was decoded."""
    header = _read_whole(pipe, AU_HEADER.size)
    if len(header) < AU_HEADER.size:
        return 0, 0
    _, offset, _, _, rate, channels = AU_HEADER.unpack(header)
    _read_whole(pipe, offset - AU_HEADER.size)
    return rate, channels


def _checked_blocks(
    process: subprocess.Popen, channels: int, source: Path, said: IO[bytes]
) -> Iterator[Block]:
    while data := _read_whole(process.stdout, 4 * channels * READ_BLOCK_LENGTH):
        whole = len(data) - len(data) % (4 * channels)
        yield np.frombuffer(data[:whole], ">f4").astype(np.float32).reshape(-1, channels)
    _check_end(process, source, said)


def _read_whole(pipe: IO[bytes], num_bytes: int) -> bytes:
    """``num_bytes`` bytes, or fewer where the pipe ends before."""
    data = bytearray()
    while len(data) < num_bytes and (part := pipe.read(num_bytes - len(data))):
        data += part
    return bytes(data)


def _check_end(process: subprocess.Popen, source: Path, said: IO[bytes]) -> None:
    if process.wait() == -signal.SIGKILL:
        raise _too_slow([source])
    if process.returncode != 0:
        said.seek(0)
        raise _refusal([source], said.read().decode(errors="replace"))


def _check_there(name: str) -> None:
    if not is_there():
        raise EngineError(
            f"{name} is not a WAV, FLAC, OGG or MP3 file, and ffmpeg, which reads other kinds, "
            f"is not installed; install it ({INSTALL_FFMPEG}) or convert the file"
        )


def _beginning() -> list[str]:
    limited = ["sh", "-c", f'ulimit -v {MEMORY_KILOBYTES}; exec "$@"', "sh"]
    return [*limited, "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-y", "-threads", "1"]


def _source(path: Path) -> list[str]:
    allowed = ["-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS]
    return [*allowed, "-i", f"file:{path.resolve()}"]


def _run(sources: Sequence[Path], targets: Sequence[Path], max_seconds: float) -> None:
    command = _beginning()
    for source in sources:
        command += _source(source)
    for number, target in enumerate(targets):
        command += ["-map", f"{number}:a:0", "-t", str(max_seconds), "-threads", "1"]
        command += ["-c:a", "pcm_f32le", "-f", "wav", f"file:{target.resolve()}"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DECODING_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_slow(sources) from error
    if done.returncode != 0:
        raise _refusal(sources, done.stderr.decode(errors="replace"))


def _too_slow(sources: Sequence[Path]) -> UnreadableFileError:
    return UnreadableFileError(
        f"decoding {_names(sources)} took more than {DECODING_TIMEOUT_SECONDS} s; "
        "give a shorter file or a WAV"
    )


def _refusal(sources: Sequence[Path], said: str) -> UnreadableFileError:
    """Why these could not be decoded, in one sentence made from ffmpeg's own words."""
    if "matches no streams" in said:
        return UnreadableFileError(f"{_names(sources)} has no sound track; give a recording")
    reason = (said.strip().splitlines() or ["no reason given"])[-1]
    for source in sources:  # people know the file by its name, not by our path
        reason = reason.replace(f"file:{source.resolve()}: ", "")
    return UnreadableFileError(
        f"{_names(sources)} is not a sound file that can be read, or it is damaged "
        f"({reason.split('] ')[-1][:120]}); export it as WAV and try again"
    )


def _names(sources: Sequence[Path]) -> str:
    return sources[0].name if len(sources) == 1 else f"one of {sources[0].name} … {sources[-1].name}"
