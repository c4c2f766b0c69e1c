"""The numbers that decide draws: the same for ever, however many are asked for at once."""

import pytest
import torch
from scipy import stats

from engine.sampling.uniforms import KEY_NUMBERS, frame_uniforms


def philox(counter: int, key: tuple[int, int]) -> list[int]:
    """Four 64-bit numbers of Philox 4x64-10, Salmon et al. 2011, section 3.3, in whole numbers."""
    low = 2**64 - 1
    c, k = [counter, 0, 0, 0], list(key)
    for _ in range(10):
        first, second = 0xD2E7470EE14C6C93 * c[0], 0xCA5A826395121157 * c[2]
        c = [(second >> 64) ^ c[1] ^ k[0], second & low, (first >> 64) ^ c[3] ^ k[1], first & low]
        k = [(k[0] + 0x9E3779B97F4A7C15) & low, (k[1] + 0xBB67AE8584CAA73B) & low]
    return c


@pytest.mark.parametrize("seed", [0, 7, 2**31 - 1])
@pytest.mark.parametrize("frame", [0, 1, 99_999])
def test_they_are_those_of_philox(seed, frame):
    """Number j of frame t, i = j % 128: word i % 4 of counter 32 t + 1 + i // 4 under key (seed, j // 128).

    Of its 64 bits the upper 52 count, and half a step is added.
    """
    numbers = frame_uniforms(seed, frame, 1, 600)[0].tolist()
    for number in (0, 1, 5, 127, 128, 255, 256, 599):
        block, offset = divmod(number, 128)
        word = philox(32 * frame + 1 + offset // 4, (seed, block))[offset % 4]
        assert numbers[number] == ((word >> 12) + 0.5) / 2**52


def test_known_values():
    """If these change, so does every draw that anyone has linked to."""
    assert frame_uniforms(0, 0, 1, 3).tolist() == [
        [0.011546754286331562, 0.24154919656271823, 0.11142585551493822]
    ]
    assert frame_uniforms(7, 1_000, 1, 1).tolist() == [[0.9779365954480269]]


@pytest.mark.parametrize("count", [1, 88, KEY_NUMBERS, 2 * KEY_NUMBERS + 3])
def test_a_frames_numbers_do_not_depend_on_the_frames_beside_it(count):
    whole = frame_uniforms(7, 0, 150, count)
    assert whole.shape == (150, count)
    for first, number in ((0, 1), (1, 64), (64, 64), (149, 1), (3, 100)):
        assert torch.equal(frame_uniforms(7, first, number, count), whole[first : first + number])


def test_a_number_does_not_depend_on_how_many_are_asked_for():
    """So a model with eleven numbers a frame and one with eighty-eight share their first eleven."""
    most = frame_uniforms(7, 5, 4, 3 * KEY_NUMBERS)
    for count in (1, 11, 88, KEY_NUMBERS - 1, KEY_NUMBERS, KEY_NUMBERS + 1, 2 * KEY_NUMBERS):
        assert torch.equal(frame_uniforms(7, 5, 4, count), most[:, :count])


def test_they_are_uniform_between_zero_and_one():
    numbers = frame_uniforms(1, 0, 400, 300)
    assert numbers.dtype == torch.float64 and numbers.min() > 0 and numbers.max() < 1
    assert stats.kstest(numbers.flatten().numpy(), "uniform").pvalue > 1e-3


def test_no_two_frames_seeds_or_numbers_share_a_value():
    """64 frames of three seeds over two blocks of numbers: of 52-bit values no two are equal."""
    numbers = torch.cat([frame_uniforms(seed, 0, 64, 2 * KEY_NUMBERS) for seed in (0, 1, 2)])
    assert len(numbers.unique()) == numbers.numel()


def test_neighbours_do_not_go_together():
    """Seed s and s + 1, frame t and t + 1, one block of numbers and the next: no correlation over four
    standard errors."""
    for first, second in (
        (frame_uniforms(3, 0, 200, KEY_NUMBERS), frame_uniforms(4, 0, 200, KEY_NUMBERS)),
        (frame_uniforms(3, 0, 200, KEY_NUMBERS), frame_uniforms(3, 1, 200, KEY_NUMBERS)),
        frame_uniforms(3, 0, 200, 2 * KEY_NUMBERS).chunk(2, 1),
    ):
        pairs = torch.stack((first.flatten(), second.flatten()))
        assert abs(float(torch.corrcoef(pairs)[0, 1])) < 4 / first.numel() ** 0.5


def test_shared_generators_are_left_alone():
    before = torch.get_rng_state()
    frame_uniforms(7, 0, 10, 10)
    assert torch.equal(before, torch.get_rng_state())
