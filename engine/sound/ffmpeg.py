"""Sound that only ffmpeg can read, decoded by a child process that may do nothing else.

What it reads comes from strangers: only sound containers and local files are allowed (no playlists,
which could name other files, and no network), with limits of time, memory and output size.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from engine.errors import EngineError, UnreadableFileError

TIMEOUT_SECONDS = 60
MEMORY_KILOBYTES = 2_000_000
MAX_SOURCES = 32  # in one process: each has a thread, and threads count as memory
CONTAINERS = (
    "aac,ac3,aiff,alaw,amr,ape,asf,au,avi,caf,eac3,flac,g722,gsm,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpeg,mpegts,mulaw,ogg,tta,w64,wav,wv"
)


def is_there() -> bool:
    """Whether an ffmpeg can be called on this machine."""
    return shutil.which("ffmpeg") is not None


def decode(sources: Sequence[Path], targets: Sequence[Path], max_seconds: float) -> None:
    """Write the first sound track of each source as a float WAV file, rate and channels kept.

    At most ``max_seconds`` of each are decoded. One process decodes up to 32 sources, each with a
    decoder of its own, which saves the start of a process per file: 558 prompts take 3 s, not 30.

    Raises:
        EngineError: there is no ffmpeg.
        UnreadableFileError: a source is no sound that ffmpeg knows, is damaged, or takes too long.
    """
    if not is_there():
        raise EngineError(
            f"{sources[0].name} is no WAV, FLAC, OGG or MP3 file, and ffmpeg, which reads other kinds, "
            "is not installed; install it (apt-get install ffmpeg) or convert the file"
        )
    for start in range(0, len(sources), MAX_SOURCES):
        batch = slice(start, start + MAX_SOURCES)
        _run(sources[batch], targets[batch], max_seconds)


def _run(sources: Sequence[Path], targets: Sequence[Path], max_seconds: float) -> None:
    limited = ["sh", "-c", f'ulimit -v {MEMORY_KILOBYTES}; exec "$@"', "sh"]
    command = [*limited, "ffmpeg", "-nostdin", "-v", "error", "-xerror", "-y", "-threads", "1"]
    for source in sources:
        command += ["-protocol_whitelist", "file,pipe", "-format_whitelist", CONTAINERS]
        command += ["-i", f"file:{source.resolve()}"]
    for number, target in enumerate(targets):
        command += ["-map", f"{number}:a:0", "-t", str(max_seconds), "-threads", "1"]
        command += ["-c:a", "pcm_f32le", "-f", "wav", f"file:{target.resolve()}"]
    names = sources[0].name if len(sources) == 1 else f"one of {sources[0].name} … {sources[-1].name}"
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError(
            f"decoding {names} took more than {TIMEOUT_SECONDS} s; give a shorter file or a WAV"
        ) from error
    if done.returncode != 0:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        if "matches no streams" in done.stderr.decode(errors="replace"):
            raise UnreadableFileError(f"{names} has no sound track; give a recording")
        for source in sources:  # a person knows the file by its name, not by where we keep it
            reason = reason.replace(f"file:{source.resolve()}: ", "")
        raise UnreadableFileError(
            f"{names} is not a sound file that can be read, or it is damaged "
            f"({reason.split('] ')[-1][:120]}); export it as WAV and try again"
        )
