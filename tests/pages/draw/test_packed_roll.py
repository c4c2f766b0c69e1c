"""Rolls in links: every bit comes back, and nothing hostile is unpacked."""

import base64
import tracemalloc
import zlib

import pytest
import torch

from engine.errors import InvalidValueError
from pages.draw.packed_roll import MAX_PACKED_FRAMES, PACKED, pack_roll, unpack_roll


def packed(data: bytes) -> str:
    return PACKED + base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize("num_frames", [1, 2, 3, 61, MAX_PACKED_FRAMES])
def test_a_round_trip_gives_the_same_frames(num_frames):
    rng = torch.Generator().manual_seed(num_frames)
    frames = (torch.rand(num_frames, 88, generator=rng) < 0.05).float()
    assert torch.equal(unpack_roll(pack_roll(frames), 88), frames)


@pytest.mark.parametrize(
    "text",
    [
        PACKED,
        PACKED + "garbage",
        PACKED + "§%&/ ()",
        packed(zlib.compress(b"")),
        packed(zlib.compress(b"x" * 12)),  # no whole number of frames
        packed(zlib.compress(b"x" * 110)[:-6]),  # cut off
        packed(zlib.compress(bytes(11 * (MAX_PACKED_FRAMES + 1)))),
        pack_roll(torch.ones(4, 88)).replace("a", "!"),
        pack_roll(torch.ones(4, 88))[:-3],
    ],
)
def test_what_is_damaged_is_refused(text):
    with pytest.raises(InvalidValueError, match="damaged: ask for the link again"):
        unpack_roll(text, 88)


def test_a_bomb_is_refused_without_being_unpacked():
    bomb = packed(zlib.compress(bytes(200_000_000), 9))
    tracemalloc.start()
    with pytest.raises(InvalidValueError, match="damaged"):
        unpack_roll(bomb, 88)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
