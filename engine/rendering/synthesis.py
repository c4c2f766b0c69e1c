"""Synthesis: turns notes into sound with FluidSynth and a SoundFont, or else with midirenderer.

FluidSynth runs 79 times as fast as real time, so each render can use a fresh synthesiser: nothing of another
render (program, reverb, hanging notes) is left in it, and visitors can render at the same time. Samples are
loaded instrument by instrument, as each is first played (all of FluidR3 Mono takes two seconds and 80 MB);
one more synthesiser, which never plays, keeps them in memory for all others.
"""

import contextlib
import ctypes
import functools
import io
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import soundfile
from jaxtyping import Float32

from engine.errors import EngineError, InvalidValueError
from engine.notes import Notes, check_performance, load_pretty_midi, midi_bytes, velocities
from engine.rendering.instrument import MELODIC_CHANNELS, Instrument
from engine.sound import Audio

SYNTHESIS_RATE = 44_100  # Hz
TAIL_SECONDS = 1.5  # for released notes and reverb to fade away
MAX_PLAYED_SECONDS = 900.0
FLUIDSYNTH_GAIN = 1.0  # its default of 0.2 leaves four voices at about -40 LUFS
LOADED_WHEN_PLAYED = {"synth.dynamic-sample-loading": 1}  # a setting of FluidSynth
MIDIRENDERER_GAIN = 2.5  # makes it as loud as FluidSynth
SHIPPED_SOUNDFONT = "TimGM6mb"
FLUIDR3_MONO = tuple(
    Path(folder) / "FluidR3Mono_GM.sf3"
    for folder in (
        "/usr/share/sounds/sf3",
        "/usr/share/fluidr3mono-gm-soundfont",
        "/usr/local/share/sounds/sf3",
        "/usr/share/soundfonts",
        "/opt/homebrew/share/soundfonts",
    )
)


class Synthesiser(ABC):
    """Turns notes into sound."""

    description: str  # for people, e.g. "FluidSynth 2.3.1 with FluidR3 Mono"

    def render(self, music: Notes, quarters_per_minute: float = 100.0, program: int = 0) -> Audio:
        """The notes played from tick 0, and ``TAIL_SECONDS`` more, in stereo at ``SYNTHESIS_RATE``.

        The same notes give the same samples every time; no notes give silence.
        If an amplitude goes beyond 1, the whole sound is scaled down to a peak of 1.

        Args:
            music: what is played.
            quarters_per_minute: the tempo, 20 to 400.
            program: General MIDI instrument, 0 (grand piano) to 127.

        Raises:
            InvalidValueError: tempo or program is out of range, or the sound would last longer than
                ``MAX_PLAYED_SECONDS``.
        """
        check_performance(quarters_per_minute, program)
        seconds = music.end_tick * 60 / (quarters_per_minute * music.resolution) + TAIL_SECONDS
        check_length(seconds, quarters_per_minute)
        num_samples = round(seconds * SYNTHESIS_RATE)
        if not music.notes:
            return Audio(np.zeros((num_samples, 2), np.float32), SYNTHESIS_RATE)
        samples = self._play(music, quarters_per_minute, program, num_samples)
        peak = float(np.abs(samples).max())
        return Audio(samples / np.float32(peak) if peak > 1 else samples, SYNTHESIS_RATE)

    def instrument(self, program: int) -> Instrument | None:
        """An instrument whose keys the caller presses; None if only whole pieces can be played.

        Args:
            program: General MIDI instrument.
        """
        return None

    @abstractmethod
    def _play(
        self, music: Notes, quarters_per_minute: float, program: int, num_samples: int
    ) -> Float32[np.ndarray, "time 2"]:
        """The sound: ``num_samples`` finite samples of any amplitude."""


class FluidSynth(Synthesiser):
    """The system's FluidSynth with one SoundFont.

    Args:
        library: the module of pyfluidsynth.
        soundfont: an .sf2 or .sf3 file.
        soundfont_name: its name for people.

    Raises:
        EngineError: FluidSynth cannot load the SoundFont.
    """

    def __init__(self, library: ModuleType, soundfont: Path, soundfont_name: str):
        self._library = library
        self._soundfont = soundfont
        self._write_float = _bind(
            library, "fluid_synth_write_float", "synth:P length:i l:P l0:i l1:i r:P r0:i r1:i"
        )
        set_log_function = _bind(library, "fluid_set_log_function", "level:i function:P data:P")
        for level in range(5):  # from panic to debug, all of which FluidSynth would print to stderr
            set_log_function(level, None, None)
        version = [ctypes.c_int() for _ in range(3)]
        _bind(library, "fluid_version", "major:P minor:P micro:P")(*map(ctypes.byref, version))
        numbers = ".".join(str(number.value) for number in version)
        self.description = f"FluidSynth {numbers} with {soundfont_name}"
        self._keeper, self._kept_soundfont_id = self._new_synth()
        self._kept: list[int] = []  # programs that the keeper keeps, one a channel, the latest last
        self._lock = threading.Lock()

    def _play(
        self, music: Notes, quarters_per_minute: float, program: int, num_samples: int
    ) -> Float32[np.ndarray, "time 2"]:
        samples = np.zeros((num_samples, 2), np.float32)
        samples_per_tick = SYNTHESIS_RATE * 60 / (quarters_per_minute * music.resolution)
        moves = _key_moves(music)
        instrument = self.instrument(program)
        try:
            start = 0
            for tick, at_once in groupby(moves, key=lambda move: move[0]):
                stop = round(tick * samples_per_tick)
                samples[start:stop] = instrument.sound(stop - start)
                start = stop
                for _, hardness, pitch, layer in at_once:
                    if hardness:
                        instrument.strike(pitch, hardness, layer)
                    else:
                        instrument.release(pitch, layer)
            samples[start:] = instrument.sound(num_samples - start)
        finally:
            instrument.close()
        return samples

    def instrument(self, program: int) -> Instrument:
        """An instrument on a new synthesiser, which the caller must close."""
        self._keep(program)
        synth, soundfont_id = self._new_synth()
        for channel in MELODIC_CHANNELS:
            synth.program_select(channel, soundfont_id, 0, program)
        return Instrument(synth, self._write_float)

    def _keep(self, program: int) -> None:
        """Keep the samples of an instrument in memory, in place of the oldest if there are many."""
        with self._lock:
            if program in self._kept[-len(MELODIC_CHANNELS) :]:
                return
            channel = MELODIC_CHANNELS[len(self._kept) % len(MELODIC_CHANNELS)]
            self._keeper.program_select(channel, self._kept_soundfont_id, 0, program)
            self._kept.append(program)

    def _new_synth(self) -> tuple[Any, int]:
        synth = self._library.Synth(
            gain=FLUIDSYNTH_GAIN, samplerate=SYNTHESIS_RATE, channels=16, **LOADED_WHEN_PLAYED
        )
        soundfont_id = synth.sfload(str(self._soundfont))
        if soundfont_id < 0:
            synth.delete()
            raise EngineError(f"FluidSynth cannot load {self._soundfont}; install that SoundFont again")
        return synth, soundfont_id


class MidiRenderer(Synthesiser):
    """The Python package midirenderer, for machines without FluidSynth.

    Args:
        library: the module midirenderer.
        soundfont: an .sf2 file.
        soundfont_name: its name for people.
    """

    def __init__(self, library: ModuleType, soundfont: Path, soundfont_name: str):
        self._library = library
        self._soundfont_bytes = soundfont.read_bytes()
        self.description = f"midirenderer with {soundfont_name}"

    def _play(
        self, music: Notes, quarters_per_minute: float, program: int, num_samples: int
    ) -> Float32[np.ndarray, "time 2"]:
        file = midi_bytes(music, quarters_per_minute, program, TAIL_SECONDS)
        wave = self._library.render_wave_from(self._soundfont_bytes, file)
        stereo, sample_rate = soundfile.read(io.BytesIO(wave), dtype="float32", always_2d=True)
        played = Audio(stereo, sample_rate).resample(SYNTHESIS_RATE).samples[:num_samples]
        return np.pad(played * np.float32(MIDIRENDERER_GAIN), ((0, num_samples - len(played)), (0, 0)))


def find_soundfont() -> Path:
    """The path of the SoundFont FluidR3 Mono, in any of the places where systems install it.

    Raises:
        EngineError: it is not installed.
    """
    for soundfont in filter(Path.is_file, FLUIDR3_MONO):
        return soundfont
    raise EngineError("FluidR3 Mono was not found: install fluidr3mono-gm-soundfont")


@functools.cache
def find_synthesiser() -> Synthesiser:
    """The best synthesiser that this machine has, made once per process.

    FluidSynth with FluidR3 Mono if that SoundFont is installed, else FluidSynth with the SoundFont
    that pretty_midi ships, else midirenderer with that one.

    Raises:
        EngineError: there is neither FluidSynth nor midirenderer.
    """
    shipped = Path(load_pretty_midi().__file__).with_name("TimGM6mb.sf2")
    fluidsynth = _import_fluidsynth()
    if fluidsynth is not None:
        with contextlib.suppress(EngineError):
            return FluidSynth(fluidsynth, find_soundfont(), "FluidR3 Mono")
        return FluidSynth(fluidsynth, shipped, SHIPPED_SOUNDFONT)
    try:
        import midirenderer
    except ImportError:
        raise EngineError("there is no synthesiser; install FluidSynth, or midirenderer from PyPI") from None
    return MidiRenderer(midirenderer, shipped, SHIPPED_SOUNDFONT)


def _import_fluidsynth() -> ModuleType | None:
    """pyfluidsynth; None where it, or the library that it binds, is missing or broken."""
    load_pretty_midi()  # it imports fluidsynth first, and what that prints is thrown away
    try:
        import fluidsynth
    except (ImportError, OSError, AttributeError):
        return None
    return fluidsynth


def check_length(seconds: float, quarters_per_minute: float) -> None:
    """Raise InvalidValueError if a piece would last longer than ``MAX_PLAYED_SECONDS``."""
    if seconds > MAX_PLAYED_SECONDS:
        raise InvalidValueError(
            f"at {quarters_per_minute:g} quarter notes a minute this lasts {seconds / 60:.0f} minutes;"
            f" at most {MAX_PLAYED_SECONDS / 60:.0f} are played: raise the tempo or cut the piece"
        )


def _key_moves(music: Notes) -> list[tuple[int, int, int, int]]:
    """Every key press and release, as (tick, velocity, pitch, layer), in order of time.

    The velocity is 0 for a release; at one tick releases come first.

    Each voice plays on a separate layer, so that of two notes with one pitch neither ends the other; voices
    beyond the last layer share it.
    """
    moves, struck = [], velocities(music)
    for layer, voice in enumerate(music.voices):
        moves += [(note.start_tick, struck[note], note.pitch, layer) for note in voice]
        moves += [(note.end_tick, 0, note.pitch, layer) for note in voice]
    return sorted(moves, key=lambda move: (move[0], move[1] > 0, *move[2:]))


def _bind(library: ModuleType, name: str, arguments: str) -> Callable[..., int]:
    """A C function that pyfluidsynth does not bind; arguments: ``name:i`` is an int, ``name:P`` a pointer."""
    types = {"i": ctypes.c_int, "P": ctypes.c_void_p}
    parts = [argument.split(":") for argument in arguments.split()]
    return library.cfunc(name, ctypes.c_int, *((part, types[kind], 1) for part, kind in parts))
