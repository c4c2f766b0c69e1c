"""PackedRoll: a piano roll as text that fits into a link: its bits, deflated, in base64."""

import base64
import binascii
import zlib

import numpy as np
import torch
from torch import Tensor

from engine.errors import InvalidValueError

PACKED = "roll:"
MAX_PACKED_FRAMES = 512


def pack_roll(frames: Tensor) -> str:
    """The text of a roll, float32 (time, pitch)."""
    bits = np.packbits(frames.numpy() > 0, axis=1)
    return PACKED + base64.urlsafe_b64encode(zlib.compress(bits.tobytes(), 9)).decode().rstrip("=")


def unpack_roll(text: str, num_pitches: int) -> Tensor:
    """The frames, float32 (time, pitch), of a packed roll.

    Raises:
        InvalidValueError: the text is no packed roll, empty, or longer than ``MAX_PACKED_FRAMES``.
    """
    row_size = -(-num_pitches // 8)
    encoded = text.removeprefix(PACKED)
    try:
        packed = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj()
        data = inflater.decompress(packed, row_size * MAX_PACKED_FRAMES)  # no further, should it be a bomb
        if not data or not inflater.eof:
            raise ValueError("cut off, empty or too long")
        rows = np.frombuffer(data, np.uint8).reshape(-1, row_size)
    except (binascii.Error, zlib.error, ValueError):
        raise InvalidValueError("the beginning in this link is damaged: ask for the link again") from None
    bits = np.unpackbits(rows, axis=1)[:, :num_pitches]
    return torch.from_numpy(bits.astype(np.float32))
