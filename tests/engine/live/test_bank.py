"""Every key of every instrument of the page sounds as FluidSynth plays it with the whole SoundFont."""

import base64
import json
import struct

import numpy as np
import pytest

from engine.live.bank import BANK_VELOCITY, BANKS, PIANO_KEYS, bank_name, cut_bank
from engine.live.soundfont import SoundFont
from engine.rendering import INSTRUMENTS, find_soundfont, find_synthesiser
from engine.rendering.synthesis import SYNTHESIS_RATE, FluidSynth

pytestmark = pytest.mark.browser

HELD = 0.5  # seconds
LEVEL = 2.0  # dB, of what is held; most keys are within 1; FluidSynth's reverb is in neither
ALIKE = 0.93  # cosine of the spectra
SILENT = -80  # dB
SCRIPT = """
    import { Sampler } from "./sound/sampler.js";
    import { fetched } from "./drawing/weights.js";
    window.played = async (program, keys, velocity, held, rate) => {
        const file = await fetched(`banks/${program}.bank`);
        const bank = new Sampler(null, null);
        bank.open(file);
        await bank.prepare(keys);
        let text = "";
        for (const key of keys) {
            const clock = new OfflineAudioContext(2, held * rate, rate);
            const sampler = new Sampler(clock, clock.destination);
            sampler.zones = bank.zones;
            sampler.strike(key, velocity, 0);
            const buffer = await clock.startRendering();
            for (const channel of [0, 1]) {
                const bytes = new Uint8Array(buffer.getChannelData(channel).buffer);
                for (let at = 0; at < bytes.length; at += 8192)
                    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
            }
        }
        return btoa(text);
    };
"""


@pytest.fixture(scope="module")
def synthesiser():
    best = find_synthesiser()
    if not isinstance(best, FluidSynth) or "FluidR3 Mono" not in best.description:
        pytest.skip("FluidSynth or FluidR3 Mono is not on this machine")
    return best


@pytest.fixture(scope="module")
def played(browser, address):
    """``played(program, keys)``: what the page's sampler plays, (key, channel, time)."""
    page = browser.new_page()
    blank = {"body": "<title>blank</title>", "content_type": "text/html"}
    page.route(f"{address}blank", lambda route: route.fulfill(**blank))
    page.goto(f"{address}blank")
    page.add_script_tag(content=SCRIPT, type="module")
    page.wait_for_function("!!window.played")

    def play(program: int, keys: list[int]) -> np.ndarray:
        asked = [program, keys, BANK_VELOCITY, HELD, SYNTHESIS_RATE]
        sound = base64.b64decode(page.evaluate("asked => played(...asked)", asked))
        return np.frombuffer(sound, np.float32).reshape(len(keys), 2, -1)

    yield play
    page.close()


def by_fluidsynth(synthesiser: FluidSynth, program: int, key: int) -> np.ndarray:
    instrument = synthesiser.instrument(program)
    instrument.strike(key, BANK_VELOCITY)
    sound = instrument.sound(round(HELD * SYNTHESIS_RATE)).T
    instrument.close()
    return sound


def level(sound: np.ndarray) -> float:
    """Mean power in dB."""
    return float(10 * np.log10(np.mean(sound**2) + 1e-12))


def spectrum(sound: np.ndarray) -> np.ndarray:
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    return np.sqrt(np.add.reduceat(power, np.arange(0, len(power), 16)))


def alike(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Cosine of the spectra of both channels together, in bands of 32 Hz."""
    first, second = (spectrum(sound.sum(0)) for sound in (ours, theirs))
    return float(first @ second / np.sqrt((first @ first) * (second @ second) + 1e-20))


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_key_sounds_as_with_the_whole_soundfont(played, synthesiser, name):
    program = INSTRUMENTS[name]
    keys = list(range(PIANO_KEYS[0], PIANO_KEYS[1] + 1))
    wrong = {}
    for key, ours in zip(keys, played(program, keys), strict=True):
        theirs = by_fluidsynth(synthesiser, program, key)
        if level(theirs) < SILENT:
            assert level(ours) > SILENT, "it goes on where the SoundFont has no samples"
            continue
        far, near = abs(level(ours) - level(theirs)), alike(ours, theirs)
        if far > LEVEL or near < ALIKE:
            wrong[key] = f"{level(ours):.1f} dB and {level(theirs):.1f} dB, cosine {near:.3f}"
    assert wrong == {}


def test_the_banks_are_small():
    sizes = {name: (BANKS / bank_name(program)).stat().st_size for name, program in INSTRUMENTS.items()}
    assert sizes["Grand piano"] < 900_000 and sum(sizes.values()) < 4_000_000


def test_a_bank_is_what_is_cut_from_the_soundfont(synthesiser):
    """But for its MP3 files, which differ between versions of the encoder."""
    kept = (BANKS / bank_name(8)).read_bytes()
    cut = cut_bank(SoundFont(find_soundfont()), 8)
    assert zones_of(cut) == zones_of(kept)
    assert abs(len(cut) - len(kept)) < 0.05 * len(kept)


def zones_of(bank: bytes) -> list[dict]:
    """The facts of its zones, but for where their MP3 files lie."""
    (length,) = struct.unpack("<I", bank[:4])
    return [{**zone, "bytes": None} for zone in json.loads(bank[4 : 4 + length])["zones"]]
