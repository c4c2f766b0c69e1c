"""Sound: amplitudes, sound files in and out (some read by ffmpeg), and spectra."""

from engine.sound.audio import PLAYBACK_SAMPLE_RATES, Audio, decibels
from engine.sound.audio_file import (
    MAX_SOUND_SECONDS,
    mp3_bytes,
    read_audio,
    read_untrusted_audio,
    wav_bytes,
    write_wav,
)
from engine.sound.spectrum import MOMENT_STEP, log_mel, moments

__all__ = [
    "MAX_SOUND_SECONDS",
    "MOMENT_STEP",
    "PLAYBACK_SAMPLE_RATES",
    "Audio",
    "decibels",
    "log_mel",
    "moments",
    "mp3_bytes",
    "read_audio",
    "read_untrusted_audio",
    "wav_bytes",
    "write_wav",
]
