"""SoundFont: the tables of an .sf2 or .sf3 file, and what one key of an instrument is made of.

Source: SoundFont Technical Specification 2.04 (Creative, 2006); an .sf3 file is the same with each sample as
a stream of Ogg Vorbis, whose place is in bytes and whose loop is counted from the sample's own beginning.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float32

from engine.errors import UnreadableFileError

NAME = ("name", "S20")
BAGS = [("generators", "<u2"), ("modulators", "<u2")]
GENERATORS = [("number", "<u2"), ("amount", "<i2")]
TABLES = {
    "phdr": [NAME, ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("unused", "V12")],
    "pbag": BAGS,
    "pgen": GENERATORS,
    "inst": [NAME, ("bag", "<u2")],
    "ibag": BAGS,
    "igen": GENERATORS,
    "shdr": [
        NAME, ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"), ("rate", "<u4"),
        ("pitch", "u1"), ("cents", "i1"), ("link", "<u2"), ("type", "<u2"),
    ],
}  # fmt: skip
INSTRUMENT, KEYS, VELOCITIES, SAMPLE = 41, 43, 44, 53  # numbers of generators
DEFAULTS = {8: 13_500, 33: -12_000, 34: -12_000, 35: -12_000, 36: -12_000, 38: -12_000, 56: 100, 58: -1}
Generators = dict[int, int]


@dataclass(frozen=True)
class Zone:
    """What sounds over a range of keys.

    Args:
        lowest, highest: MIDI numbers of the first and last key.
        sample: number of its sample.
        generators: number -> amount, those of preset and instrument together, defaults too.
    """

    lowest: int
    highest: int
    sample: int
    generators: Generators


@dataclass(frozen=True)
class Sample:
    """A recording.

    Args:
        samples: amplitudes, from -1 to 1.
        rate: in Hz.
        loop: its first sample, and the first after it.
        pitch: the key, with its fraction, at which it sounds as recorded.
    """

    samples: Float32[np.ndarray, " time"]
    rate: int
    loop: tuple[int, int]
    pitch: float


class SoundFont:
    """An .sf3 file.

    Args:
        path: of the file.

    Raises:
        UnreadableFileError: there is no such file, or it is no SoundFont.
    """

    def __init__(self, path: Path):
        try:
            self._bytes = path.read_bytes()
        except OSError as error:
            raise UnreadableFileError(f"{path} cannot be read ({error.strerror})") from None
        place = self._bytes.rfind(b"pdta")
        if self._bytes[8:12] != b"sfbk" or place < 0:
            raise UnreadableFileError(f"{path} is no SoundFont")
        self._first = self._bytes.index(b"smpl") + 8
        self._tables = dict(_tables(self._bytes, place + 4))

    def zones(self, program: int, velocity: int) -> list[Zone]:
        """Of an instrument of General MIDI, as it sounds when it is struck so hard, from low to high."""
        presets = self._tables["phdr"]
        (place,) = np.flatnonzero((presets["program"] == program) & (presets["bank"] == 0))[:1]
        found = []
        bags = presets["bag"][place : place + 2].tolist()
        for preset in self._bags("p", *bags, INSTRUMENT):
            if not _holds(preset, VELOCITIES, velocity):
                continue
            number = preset[INSTRUMENT]
            for own in self._bags("i", *self._tables["inst"]["bag"][number : number + 2].tolist(), SAMPLE):
                if _holds(own, VELOCITIES, velocity):
                    found.append(_zone(preset, own))
        return sorted(found, key=lambda zone: zone.lowest)

    def sample(self, number: int) -> Sample:
        """Decoded."""
        header = self._tables["shdr"][number]
        stream = self._bytes[self._first + int(header["start"]) : self._first + int(header["end"])]
        samples, rate = soundfile.read(io.BytesIO(stream), dtype="float32")
        loop = int(header["loop_start"]), int(header["loop_end"])
        return Sample(samples, rate, loop, float(header["pitch"]) - float(header["cents"]) / 100)

    def _bags(self, kind: str, first: int, end: int, ends_with: int) -> list[Generators]:
        """The zones of a preset or instrument; what stands before them holds for all."""
        bags, generators = self._tables[f"{kind}bag"]["generators"], self._tables[f"{kind}gen"]
        shared: Generators = {}
        found = []
        for place in range(first, end):
            part = generators[bags[place] : bags[place + 1]]
            own = dict(zip(part["number"].tolist(), part["amount"].tolist(), strict=True))
            if ends_with in own:
                found.append({**shared, **own})
            else:
                shared = own
        return found


def _tables(content: bytes, place: int) -> Iterator[tuple[str, np.ndarray]]:
    """Each of the tables, by its name in the file, from a place on."""
    while place + 8 <= len(content):
        name = content[place : place + 4].decode("latin-1")
        (size,) = struct.unpack_from("<I", content, place + 4)
        if name in TABLES:
            yield name, np.frombuffer(content[place + 8 : place + 8 + size], np.dtype(TABLES[name]))
        place += 8 + size + size % 2


def _range(generators: Generators, number: int) -> tuple[int, int]:
    amount = generators.get(number, 127 << 8) & 0xFFFF
    return amount & 0xFF, amount >> 8


def _holds(generators: Generators, number: int, wanted: int) -> bool:
    lowest, highest = _range(generators, number)
    return lowest <= wanted <= highest


def _zone(preset: Generators, own: Generators) -> Zone:
    """Amounts of a preset are added to those of its instrument."""
    together = {**DEFAULTS, **own}
    for number, amount in preset.items():
        if number not in (INSTRUMENT, KEYS, VELOCITIES):
            together[number] = together.get(number, 0) + amount
    (low, high), (least, most) = _range(preset, KEYS), _range(own, KEYS)
    return Zone(max(low, least), min(high, most), own[SAMPLE], together)
