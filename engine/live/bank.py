"""Bank: one instrument of a SoundFont in a file that a browser can play; ``make banks`` writes all of them.

    bytes 0 to 3    length of what follows, uint32, little-endian
    JSON            {"program", "zones": [...]}
    MP3 files       of the zones' samples, one after the other

Conventions
    zone        {"lowest", "highest"  MIDI keys
                 "pitch"              the key, with its fraction, at which the sample sounds as recorded
                 "cents_per_key"      100 in the usual tuning
                 "rate"               of the sample, in Hz
                 "seconds"            its length; what a decoder gives beyond it is the encoder's padding
                 "loop"               [from, to] in seconds
                 "gain"               factor for the sample's amplitudes
                 "attack" "hold" "decay" "release"   seconds; decay and release fall by 100 dB
                 "sustain"            dB below the peak
                 "cutoff"             of a low-pass filter, in Hz
                 "bytes"              [from, to] among the MP3 files}

All browsers decode MP3, but not exactly to the sample. So before encoding, a loop is repeated until it lasts
at least a quarter of a second, and is continued a little beyond its end.
"""

import json
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from engine.errors import EngineError
from engine.folders import ASSETS
from engine.live.soundfont import Sample, SoundFont, Zone
from engine.rendering import INSTRUMENTS, find_soundfont
from engine.sound import Audio, mp3_bytes
from engine.whole_file import write_whole

BANKS = ASSETS / "banks"
MP3_COMPRESSION = 0.4  # from 0 to 1
QUIETER = 0.95  # samples are divided by it; LOUDNESS in page/sound/sampler.js was measured so
PIANO_KEYS = (21, 108)  # MIDI numbers of the lowest and the highest key of a piano
BANK_VELOCITY = 84  # zones that sound at this velocity are taken
LOOP_SECONDS = 0.25  # the least that a loop lasts
GUARD_SECONDS = 0.06  # how long a loop is continued beyond its end
ATTENUATION_SHARE = 0.4  # of the file's figure, as in the first SoundFont chip and in FluidSynth
# Numbers of generators (SoundFont's name for the parameters of a zone).
ATTENUATION, SUSTAIN, COARSE, FINE, SCALE, ROOT = 48, 37, 51, 52, 56, 58
CUTOFF, ENVELOPE_TO_CUTOFF, ATTACK, HOLD, DECAY, RELEASE = 8, 11, 34, 35, 36, 38
HIGHEST_CUTOFF = 20_000.0  # Hz


def bank_name(program: int) -> str:
    """The name of the file of a General MIDI instrument."""
    return f"{program}.bank"


def cut_bank(soundfont: SoundFont, program: int) -> bytes:
    """The content of the file of a General MIDI instrument."""
    zones: list[dict[str, Any]] = []
    files: list[bytes] = []
    length = 0
    for zone in soundfont.zones(program, BANK_VELOCITY):
        if zone.highest < PIANO_KEYS[0] or zone.lowest > PIANO_KEYS[1]:
            continue
        samples, facts = _unrolled(soundfont.sample(zone.sample), zone)
        if zones and all(zones[-1][name] == facts[name] for name in ("lowest", "highest", "pitch", "loop")):
            zones[-1]["gain"] += facts["gain"]  # two layers of the same sample become one zone
            continue
        files.append(mp3_bytes(Audio(samples / np.float32(QUIETER), facts["rate"]), MP3_COMPRESSION))
        zones.append({**facts, "bytes": [length, length + len(files[-1])]})
        length += len(files[-1])
    head = json.dumps({"program": program, "zones": zones}, separators=(",", ":")).encode()
    return struct.pack("<I", len(head)) + head + b"".join(files)


def _unrolled(sample: Sample, zone: Zone) -> tuple[Float32[np.ndarray, " time"], dict[str, Any]]:
    """The amplitudes of a sample, with its loop repeated, as they are encoded, and the facts of its zone."""
    start, end = sample.loop
    period = sample.samples[start:end]
    times = max(1, int(np.ceil(LOOP_SECONDS * sample.rate / len(period))))
    guard = round(GUARD_SECONDS * sample.rate)
    tail = np.tile(period, int(np.ceil(guard / len(period))))[:guard]
    samples = np.concatenate([sample.samples[:start], np.tile(period, times), tail])
    gain, samples = _levelled(samples)
    stop = start + times * len(period)
    facts = {
        "rate": sample.rate,
        "lowest": zone.lowest,
        "highest": zone.highest,
        "seconds": len(samples) / sample.rate,
        "loop": [start / sample.rate, stop / sample.rate],
        **_facts(zone.generators, sample.pitch),
    }
    facts["gain"] = round(facts["gain"] * gain, 5)
    return samples, facts


def _levelled(samples: Float32[np.ndarray, " time"]) -> tuple[float, Float32[np.ndarray, " time"]]:
    """A gain, and samples scaled to a peak that no codec clips; gain times samples are the given ones."""
    peak = max(float(np.abs(samples).max()), 1e-6)
    return peak / 0.8, samples * np.float32(0.8 / peak)


def _facts(generators: Mapping[int, int], recorded: float) -> dict[str, Any]:
    """Pitch, envelope, loudness and filter of a zone, in a browser's units.

    Args:
        recorded: the key, with its fraction, at which the sample sounds as recorded.
    """
    of = {number: generators.get(number, 0) for number in range(60)}
    root = recorded if of[ROOT] < 0 else of[ROOT] + (recorded - round(recorded))
    tuned = of[COARSE] + of[FINE] / 100
    cutoff = 8.176 * 2 ** ((of[CUTOFF] + of[ENVELOPE_TO_CUTOFF]) / 1200)
    return {
        "pitch": round(root - tuned, 4),
        "cents_per_key": of[SCALE],
        "gain": 10 ** (-of[ATTENUATION] * ATTENUATION_SHARE / 200),
        "attack": _seconds(of[ATTACK]),
        "hold": _seconds(of[HOLD]),
        "decay": _seconds(of[DECAY]),
        "sustain": max(0, of[SUSTAIN]) / 10,
        "release": _seconds(of[RELEASE]),
        "cutoff": round(min(cutoff, HIGHEST_CUTOFF)),
    }


def _seconds(timecents: int) -> float:
    return round(2 ** (timecents / 1200), 4)


def main(folder: Path = BANKS) -> int:
    """Write the banks of all instruments; returns the exit status."""
    try:
        soundfont = SoundFont(find_soundfont())
        for name, program in INSTRUMENTS.items():
            content = cut_bank(soundfont, program)
            write_whole(folder / bank_name(program), content)
            print(f"{name}: {len(content):,} bytes")
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
