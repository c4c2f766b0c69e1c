"""Standstill: a sound that is held."""

from engine.sound import MOMENT_STEP, Audio, log_mel

HELD_SECONDS, HELD_CHANGE = 2.0, 2.0  # dB


def stands_still(sound: Audio) -> bool:
    """Whether for two seconds no band moves by more than 2 dB, on the average (a standard deviation)."""
    bands, length = log_mel(sound), int(HELD_SECONDS / MOMENT_STEP)
    parts = [bands[start : start + length] for start in range(0, len(bands) - length + 1, length // 2)]
    return any(part.std(0).mean() < HELD_CHANGE for part in parts)
