"""MIDI files made by hand, byte by byte, for tests of how they are read."""

import struct

END_OF_TRACK = b"\x00\xff\x2f\x00"


def number(value: int) -> bytes:
    """A variable-length number: seven bits a byte, the highest bit set on all but the last."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | (value & 0x7F))
    return bytes(reversed(digits))


def note(pitch: int, ticks: int, rest: int = 0, channel: int = 0) -> bytes:
    """A note of ``ticks`` ticks after a rest of ``rest`` ticks."""
    return (
        number(rest) + bytes((0x90 | channel, pitch, 64)) + number(ticks) + bytes((0x80 | channel, pitch, 0))
    )


def meta(kind: int, data: bytes, rest: int = 0) -> bytes:
    """A meta event after a rest; ``kind`` is its number."""
    return number(rest) + bytes((0xFF, kind, len(data))) + data


def tempo(microseconds_per_quarter: int, rest: int = 0) -> bytes:
    """A change of tempo after a rest."""
    return meta(0x51, microseconds_per_quarter.to_bytes(3, "big"), rest)


def midi_file(*tracks: bytes, division: int = 480, ended: bool = True) -> bytes:
    """A file of these tracks, with the end of each unless ``ended`` is False."""
    chunks = [track + END_OF_TRACK * ended for track in tracks]
    header = b"MThd" + struct.pack(">Lhhh", 6, 1, len(chunks), division)
    return header + b"".join(b"MTrk" + struct.pack(">L", len(chunk)) + chunk for chunk in chunks)


BAD_KEY = meta(0x59, b"\x7f\x00")  # 127 sharps: pretty_midi refuses it, as it does most of MuseData
