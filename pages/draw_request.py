"""DrawRequest: everything that decides a draw, and the link that gives the same draw to someone else.

Conventions
    link   ``?models=a,b&length=128&seed=7…``, the part of an address behind the page's
    prime  "" for none, the name of a shipped excerpt, or ``roll:`` and a packed piano roll (what a
           visitor uploaded). Uploaded sound is too long for a link: such a draw has none.
"""

import base64
import binascii
import math
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlencode

import numpy as np
import torch
from torch import Tensor

from engine import MAX_SEED, MAX_TEMPERATURE, InvalidValueError

MAX_LANES = 4
MAX_FRAMES = 1024
MAX_SECONDS = 10
PACKED = "roll:"
MAX_PACKED_CHARACTERS = 6_000  # servers refuse much longer addresses
MAX_PRIME_FRAMES = 2_048
OWN_SOUND = "own"  # a prime that no link can carry


@dataclass(frozen=True)
class DrawRequest:
    """One press of the button.

    Args:
        models: one to four checkpoint names.
        length: frames of music, or seconds of speech, to sample.
        seed, temperature: as in the engine.
        tempo: quarter notes a minute; speech has none.
        program: General MIDI instrument; speech has none.
        prime: what is continued.

    Raises:
        InvalidValueError: something is out of range.
    """

    models: tuple[str, ...]
    length: float
    seed: int
    temperature: float = 1.0
    tempo: float = 100.0
    program: int = 0
    prime: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.models) <= MAX_LANES or len(set(self.models)) != len(self.models):
            raise InvalidValueError(f"choose one to {MAX_LANES} models; {len(self.models)} are chosen")
        for name, lowest, highest in (
            ("length", 0.1, MAX_FRAMES), ("seed", 0, MAX_SEED), ("temperature", 0.05, MAX_TEMPERATURE),
            ("tempo", 20, 400), ("program", 0, 127),
        ):  # fmt: skip
            value = getattr(self, name)
            if not (math.isfinite(value) and lowest <= value <= highest):
                raise InvalidValueError(f"{name} {value:g} must be from {lowest:g} to {highest:g}")

    @property
    def link(self) -> str | None:
        """The query of an address that gives this draw, or None where the prime is too long for one."""
        if self.prime == OWN_SOUND or len(self.prime) > MAX_PACKED_CHARACTERS:
            return None
        defaults = {field.name: field.default for field in fields(self)}
        values = {key: value for key, value in asdict(self).items() if value != defaults[key]}
        values["models"] = ",".join(self.models)
        values = {key: f"{value:g}" if isinstance(value, float) else value for key, value in values.items()}
        return "?" + urlencode(values, safe=",:")

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "DrawRequest | None":
        """The request of a link, or None if the address asks for no draw.

        Raises:
            InvalidValueError: the link was damaged on its way.
        """
        if "models" not in query:
            return None
        kinds = {"length": float, "seed": int, "temperature": float, "tempo": float, "program": int, "prime": str}
        try:
            values = {key: kind(query[key]) for key, kind in kinds.items() if key in query}
            return cls(models=tuple(query["models"].split(",")), **values)
        except (ValueError, TypeError):
            raise InvalidValueError("this link is damaged: ask for it again, or choose below") from None


def pack_roll(frames: Tensor) -> str:
    """A piano roll as text for a link: its bits, deflated, in base64."""
    bits = np.packbits(frames.numpy() > 0, axis=1)
    return PACKED + base64.urlsafe_b64encode(zlib.compress(bits.tobytes(), 9)).decode().rstrip("=")


def unpack_roll(text: str, num_pitches: int) -> Tensor:
    """The frames, float32 (time, pitch), of a packed roll.

    Raises:
        InvalidValueError: the text is no packed roll, or too long.
    """
    row_size = -(-num_pitches // 8)
    encoded = text.removeprefix(PACKED)
    try:
        packed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        data = zlib.decompressobj().decompress(packed, row_size * MAX_PRIME_FRAMES)
        rows = np.frombuffer(data, np.uint8).reshape(-1, row_size)
    except (binascii.Error, zlib.error, ValueError):
        raise InvalidValueError("the prime in this link is damaged: ask for the link again") from None
    bits = np.unpackbits(rows, axis=1)[:, :num_pitches]
    return torch.from_numpy(bits.astype(np.float32))
