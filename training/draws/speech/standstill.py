"""Standstill: a sound that is held."""

from engine.sound import MOMENT_STEP, Audio, log_mel

HELD_SECONDS, HELD_DECIBELS = 2.0, 2.0


def stands_still(sound: Audio) -> bool:
    """Whether its bands vary by less than 2 dB for two seconds: standard deviation, mean over bands."""
    bands, length = log_mel(sound), int(HELD_SECONDS / MOMENT_STEP)
    parts = [bands[start : start + length] for start in range(0, len(bands) - length + 1, length // 2)]
    return any(part.std(0).mean() < HELD_DECIBELS for part in parts)
