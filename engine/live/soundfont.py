"""SoundFont: reads an .sf3 file: the zones of an instrument, and their samples.

Source: SoundFont Technical Specification 2.04 (Creative, 2006), which describes .sf2. In an .sf3 file each
sample is an Ogg Vorbis stream: its place is given in bytes, and its loop is counted from the sample's start.
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

NAME_FIELD = ("name", "S20")
BAG_FIELDS = [("generators", "<u2"), ("modulators", "<u2")]
GENERATOR_FIELDS = [("number", "<u2"), ("amount", "<i2")]
SOUNDFONT_TABLES = {
    "phdr": [NAME_FIELD, ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("unused", "V12")],
    "pbag": BAG_FIELDS,
    "pgen": GENERATOR_FIELDS,
    "inst": [NAME_FIELD, ("bag", "<u2")],
    "ibag": BAG_FIELDS,
    "igen": GENERATOR_FIELDS,
    "shdr": [
        NAME_FIELD, ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
        ("rate", "<u4"), ("pitch", "u1"), ("cents", "i1"), ("link", "<u2"), ("type", "<u2"),
    ],
}  # fmt: skip
INSTRUMENT_ID, KEY_RANGE, VELOCITY_RANGE, SAMPLE_ID = 41, 43, 44, 53  # numbers of generators
GENERATOR_DEFAULTS = {8: 13_500, **dict.fromkeys((33, 34, 35, 36, 38), -12_000), 56: 100, 58: -1}
Generators = dict[int, int]


@dataclass(frozen=True)
class Zone:
    """What sounds over a range of keys.

    Args:
        lowest, highest: MIDI numbers of the first and last key.
        sample: the number of its sample.
        generators: parameters, number -> amount, of preset and instrument together; those that have a
            default other than 0 are always there.
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
        rate: sample rate in Hz.
        loop: index of the loop's first amplitude, and of the first after the loop.
        pitch: the MIDI key, with its fraction, at which it sounds as recorded.
    """

    samples: Float32[np.ndarray, " time"]
    rate: int
    loop: tuple[int, int]
    pitch: float


class SoundFont:
    """An .sf3 file.

    Args:
        path: where the file is.

    Raises:
        UnreadableFileError: the file cannot be read, or is not a SoundFont.
    """

    def __init__(self, path: Path):
        try:
            self._bytes = path.read_bytes()
        except OSError as error:
            raise UnreadableFileError(f"{path} cannot be read ({error.strerror})") from None
        place = self._bytes.rfind(b"pdta")
        if self._bytes[8:12] != b"sfbk" or place < 0:
            raise UnreadableFileError(f"{path} is not a SoundFont")
        self._first = self._bytes.index(b"smpl") + 8
        self._tables = dict(_tables(self._bytes, place + 4))

    def zones(self, program: int, velocity: int) -> list[Zone]:
        """The zones of a General MIDI instrument that sound at this velocity, from low to high."""
        presets = self._tables["phdr"]
        (place,) = np.flatnonzero((presets["program"] == program) & (presets["bank"] == 0))[:1]
        zones = []
        bags = presets["bag"][place : place + 2].tolist()
        for preset in self._bags("p", *bags, INSTRUMENT_ID):
            if not _holds(preset, VELOCITY_RANGE, velocity):
                continue
            number = preset[INSTRUMENT_ID]
            for own in self._bags("i", *self._tables["inst"]["bag"][number : number + 2].tolist(), SAMPLE_ID):
                if _holds(own, VELOCITY_RANGE, velocity):
                    zones.append(_zone(preset, own))
        return sorted(zones, key=lambda zone: zone.lowest)

    def sample(self, number: int) -> Sample:
        """The sample of this number, decoded."""
        header = self._tables["shdr"][number]
        stream = self._bytes[self._first + int(header["start"]) : self._first + int(header["end"])]
        samples, rate = soundfile.read(io.BytesIO(stream), dtype="float32")
        loop = int(header["loop_start"]), int(header["loop_end"])
        return Sample(samples, rate, loop, float(header["pitch"]) - float(header["cents"]) / 100)

    def _bags(self, kind: str, first: int, end: int, ends_with: int) -> list[Generators]:
        """The generators of each zone of a preset or instrument.

        The file keeps them in bags. One that is no zone comes first and holds the defaults of all zones.

        Args:
            kind: ``"p"`` for a preset, ``"i"`` for an instrument.
            first, end: the range of its bags.
            ends_with: the generator that a bag must have to be a zone.
        """
        bags, generators = self._tables[f"{kind}bag"]["generators"], self._tables[f"{kind}gen"]
        shared: Generators = {}
        zones = []
        for place in range(first, end):
            part = generators[bags[place] : bags[place + 1]]
            own = dict(zip(part["number"].tolist(), part["amount"].tolist(), strict=True))
            if ends_with in own:
                zones.append({**shared, **own})
            else:
                shared = own
        return zones


def _tables(content: bytes, place: int) -> Iterator[tuple[str, np.ndarray]]:
    """(name, rows) of each table in the file's bytes from ``place`` on."""
    while place + 8 <= len(content):
        name = content[place : place + 4].decode("latin-1")
        (size,) = struct.unpack_from("<I", content, place + 4)
        if name in SOUNDFONT_TABLES:
            yield name, np.frombuffer(content[place + 8 : place + 8 + size], np.dtype(SOUNDFONT_TABLES[name]))
        place += 8 + size + size % 2


def _range(generators: Generators, number: int) -> tuple[int, int]:
    amount = generators.get(number, 127 << 8) & 0xFFFF
    return amount & 0xFF, amount >> 8


def _holds(generators: Generators, number: int, wanted: int) -> bool:
    lowest, highest = _range(generators, number)
    return lowest <= wanted <= highest


def _zone(preset: Generators, own: Generators) -> Zone:
    """A zone of an instrument combined with a zone of a preset, whose amounts are added."""
    together = {**GENERATOR_DEFAULTS, **own}
    for number, amount in preset.items():
        if number not in (INSTRUMENT_ID, KEY_RANGE, VELOCITY_RANGE):
            together[number] = together.get(number, 0) + amount
    (low, high), (least, most) = _range(preset, KEY_RANGE), _range(own, KEY_RANGE)
    return Zone(max(low, least), min(high, most), own[SAMPLE_ID], together)
