"""Sound: amplitudes, the files that hold them, and what only ffmpeg reads."""

from engine.sound.audio import PLAYBACK_SAMPLE_RATES, Audio, decibels
from engine.sound.audio_file import MAX_SECONDS, read_audio, read_strange_audio, wav_bytes, write_wav

__all__ = [
    "MAX_SECONDS",
    "PLAYBACK_SAMPLE_RATES",
    "Audio",
    "decibels",
    "read_audio",
    "read_strange_audio",
    "wav_bytes",
    "write_wav",
]
