"""SoundBlocks: a sound read from a file block by block, so that memory never has to hold all of it.

Conventions
    block   float32, shape (time, channel), amplitudes as the file has them
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

from engine.errors import UnreadableFileError

BELIEVABLE_RATES = (1_000, 384_000)  # Hz, the lowest and the highest that we believe
MAX_CHANNELS = 32
READ_BLOCK_LENGTH = 65_536  # samples per channel
LOSSY = ("MPEG", "MP3", "OGG")  # kinds and codecs whose headers only estimate the length
BELIEVABLE_SECONDS = 100 * 3_600  # headers written before the length was known claim more

Block = Float32[np.ndarray, "time channel"]


@dataclass(frozen=True)
class SoundBlocks:
    """What a file holds.

    Args:
        name: what messages call the file.
        sample_rate: Hz.
        channels: how many, at least one.
        claimed: samples per channel that the header promises; 0 if it cannot know.
        blocks: all samples that the file holds, whatever length its header claims.

    Raises:
        UnreadableFileError: the rate or the number of channels cannot be true.
    """

    name: str
    sample_rate: int
    channels: int
    claimed: int
    blocks: Iterator[Block]

    def __post_init__(self) -> None:
        low, high = BELIEVABLE_RATES
        if not low <= self.sample_rate <= high or not 1 <= self.channels <= MAX_CHANNELS:
            raise UnreadableFileError(
                f"{self.name} claims {self.sample_rate} Hz and {self.channels} channels, which cannot be "
                f"({low} to {high} Hz, at most {MAX_CHANNELS}); export it again"
            )


Opening = Callable[[], AbstractContextManager[SoundBlocks]]
"""Opens a file anew at each call."""


@contextmanager
def open_with_soundfile(path: Path, name: str) -> Iterator[SoundBlocks]:
    """The sound of a file that libsndfile can read.

    Raises:
        LibsndfileError: libsndfile does not know this kind of file.
        UnreadableFileError: the file is cut off, or its rate or number of channels cannot be true.
    """
    with soundfile.SoundFile(path) as file:
        sound = SoundBlocks(name, file.samplerate, file.channels, _claimed(file), _blocks(file))
        sizes = re.search(r"data : (\d+) \(should be (\d+)\)", file.extra_info)
        if sizes and int(sizes[2]) < int(sizes[1]) < 2**31 - 4096:  # near 2^31 or 2^32 if written to a pipe
            raise truncated(name, float(sizes[2]), float(sizes[1]), "bytes")
        yield sound


def truncated(name: str, held: float, claimed: float, unit: str = "s") -> UnreadableFileError:
    """The error for a file that holds less than its header claims, both in ``unit``."""
    return UnreadableFileError(
        f"{name} is cut off: it holds {held:,.6g} of {claimed:,.6g} {unit}; copy or export it again"
    )


def _blocks(file: soundfile.SoundFile) -> Iterator[Block]:
    while len(block := file.read(READ_BLOCK_LENGTH, dtype="float32", always_2d=True)):
        yield block


def _claimed(file: soundfile.SoundFile) -> int:
    estimates = file.format in LOSSY or any(codec in file.subtype for codec in LOSSY)
    return 0 if estimates or file.frames > BELIEVABLE_SECONDS * max(1, file.samplerate) else file.frames
