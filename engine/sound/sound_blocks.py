"""SoundBlocks: a sound on its way out of a file, a block after the other, so that none is too large to hold.

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

SAMPLE_RATES = (1_000, 384_000)  # Hz, lowest and highest that we believe
MAX_CHANNELS = 32
BLOCK_LENGTH = 65_536  # samples per channel
LOSSY = ("MPEG", "MP3", "OGG")  # kinds and codecs whose headers only estimate the length
BELIEVABLE_SECONDS = 100 * 3_600  # more is what stands where the length was not known

Block = Float32[np.ndarray, "time channel"]


@dataclass(frozen=True)
class SoundBlocks:
    """What a file holds.

    Args:
        sample_rate: Hz.
        channels: at least one.
        claimed: samples per channel that there must be at least, by the header; 0 where it cannot know.
        blocks: until nothing comes any more, whatever length the header says.

    Raises:
        UnreadableFileError: such rates and channels cannot be.
    """

    name: str
    sample_rate: int
    channels: int
    claimed: int
    blocks: Iterator[Block]

    def __post_init__(self) -> None:
        low, high = SAMPLE_RATES
        if not low <= self.sample_rate <= high or not 1 <= self.channels <= MAX_CHANNELS:
            raise UnreadableFileError(
                f"{self.name} claims {self.sample_rate} Hz and {self.channels} channels, which cannot be "
                f"({low} to {high} Hz, at most {MAX_CHANNELS}); export it again"
            )


Opening = Callable[[], AbstractContextManager[SoundBlocks]]
"""Opens a file anew at each call."""


@contextmanager
def open_with_soundfile(path: Path, name: str) -> Iterator[SoundBlocks]:
    """What libsndfile reads.

    Raises:
        LibsndfileError: it knows no such file.
        UnreadableFileError: it is cut off, or such rates and channels cannot be.
    """
    with soundfile.SoundFile(path) as file:
        found = SoundBlocks(name, file.samplerate, file.channels, _claimed(file), _blocks(file))
        sizes = re.search(r"data : (\d+) \(should be (\d+)\)", file.extra_info)
        if sizes and int(sizes[2]) < int(sizes[1]) < 2**31 - 4096:  # near 2^31, 2^32: written to a pipe
            raise truncated(name, float(sizes[2]), float(sizes[1]), "bytes")
        yield found


def truncated(name: str, found: float, claimed: float, unit: str = "s") -> UnreadableFileError:
    """A file that holds less than it says."""
    return UnreadableFileError(
        f"{name} is cut off: it holds {found:,.6g} of {claimed:,.6g} {unit}; copy or export it again"
    )


def _blocks(file: soundfile.SoundFile) -> Iterator[Block]:
    while len(block := file.read(BLOCK_LENGTH, dtype="float32", always_2d=True)):
        yield block


def _claimed(file: soundfile.SoundFile) -> int:
    estimates = file.format in LOSSY or any(codec in file.subtype for codec in LOSSY)
    return 0 if estimates or file.frames > BELIEVABLE_SECONDS * max(1, file.samplerate) else file.frames
