"""Every synthesiser: length, pitch, silence, and nothing of one render in the next."""

import threading

import numpy as np
import pytest

from engine.errors import EngineError, InvalidValueError
from engine.notes.notes import Note, Notes
from engine.rendering import synthesis
from engine.rendering.synthesis import (
    SYNTHESIS_RATE,
    TAIL_SECONDS,
    FluidSynth,
    MidiRenderer,
    find_synthesiser,
)

CHORD = Notes(480, tuple(Note(480, 960, pitch) for pitch in (48, 55, 64, 72)))  # a beat's rest before it
ARPEGGIO = Notes(480, tuple(Note(120 * k, 120 * (k + 1), 60 + 4 * (k % 4)) for k in range(8)))
LOUD = Notes(480, tuple(Note(0, 960, pitch) for pitch in range(21, 109)))


def find_anew(monkeypatch, **replaced):
    """The synthesiser of a machine where these names have other values."""
    for name, value in replaced.items():
        monkeypatch.setattr(synthesis, name, value)
    return find_synthesiser.__wrapped__()


def without_fluidsynth(monkeypatch):
    return find_anew(monkeypatch, _import_fluidsynth=lambda: None)


@pytest.fixture(params=["best", "shipped", "none"])
def synthesiser(request, monkeypatch):
    """The best there is, FluidSynth with the SoundFont of pretty_midi, and the one without FluidSynth."""
    if request.param == "none":
        return without_fluidsynth(monkeypatch)
    if request.param == "best":
        return find_synthesiser()
    if synthesis._import_fluidsynth() is None:
        pytest.skip("FluidSynth is not installed: apt-get install fluidsynth")
    return find_anew(monkeypatch, FLUIDR3_MONO=())


def pitch_hz(samples):
    """The frequency of the strongest partial."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.fft.rfftfreq(len(samples), 1 / SYNTHESIS_RATE)[spectrum.argmax()])


def test_length_onset_and_end(synthesiser):
    audio = synthesiser.render(CHORD, 120.0)
    assert audio.sample_rate == SYNTHESIS_RATE
    assert audio.samples.dtype == np.float32
    assert len(audio.samples) == round((1.0 + TAIL_SECONDS) * SYNTHESIS_RATE)
    assert np.isfinite(audio.samples).all()
    sounding = np.flatnonzero(np.abs(audio.samples).max(1) > 0.01) / SYNTHESIS_RATE
    assert 0.5 <= sounding[0] < 0.53
    assert 1.0 < sounding[-1] < 1.0 + TAIL_SECONDS
    assert np.abs(audio.samples[: SYNTHESIS_RATE * 49 // 100]).max() < 1e-6  # the rest is silent
    assert np.abs(audio.samples[-441:]).max() < 0.003  # nothing is cut off at the end


def test_pitch_tempo_and_program_are_obeyed(synthesiser):
    tone = Notes(480, (Note(0, 960, 69),))
    assert pitch_hz(synthesiser.render(tone, 60.0).mono.samples[4000:80_000]) == pytest.approx(440, abs=3)
    assert synthesiser.render(tone, 60.0).duration_seconds - TAIL_SECONDS == pytest.approx(2, abs=1e-4)
    organ, piano = (synthesiser.render(tone, 60.0, program).samples for program in (19, 0))
    assert not np.allclose(organ, piano, atol=0.01)


def test_low_keys_sound_from_the_left_and_high_ones_from_the_right(synthesiser):
    if isinstance(synthesiser, MidiRenderer):
        pytest.skip("midirenderer has keys where its SoundFont has them")
    widths = []
    for pitch in (30, 60, 100):
        left, right = np.abs(synthesiser.render(Notes(480, (Note(0, 960, pitch),))).samples).mean(0)
        widths.append(right / left)
    assert widths[0] < 0.75 and widths[1] == pytest.approx(1, abs=0.1) and widths[2] > 1.33


@pytest.mark.parametrize("first", [Note(0, 480, 69), Note(0, 960, 69)])
def test_of_two_notes_of_one_pitch_none_ends_the_other(synthesiser, first):
    """Two voices in unison, or a key struck again: the first note-off once ended both."""
    organ, long = 19, Note(480 * (first.end_tick > 480), 3840, 69)  # an organ does not fade
    both, alone = (
        synthesiser.render(Notes(480, notes), 120.0, organ).samples[2 * SYNTHESIS_RATE : 4 * SYNTHESIS_RATE]
        for notes in ((first, long), (long,))
    )
    assert np.sqrt((both**2).mean()) == pytest.approx(np.sqrt((alone**2).mean()), rel=0.1)


def test_notes_of_no_length_are_not_heard_for_ever(synthesiser):
    struck = Notes(480, (Note(0, 0, 60), Note(3840, 4320, 72)))
    assert (
        np.abs(synthesiser.render(struck, 120.0, 19).samples[SYNTHESIS_RATE : 3 * SYNTHESIS_RATE]).max()
        < 0.01
    )


def test_nothing_of_one_render_is_in_the_next(synthesiser):
    first = synthesiser.render(CHORD)
    synthesiser.render(LOUD, 100.0, 48)
    np.testing.assert_array_equal(synthesiser.render(CHORD).samples, first.samples)


def test_visitors_may_render_at_the_same_time(synthesiser):
    pieces = [CHORD, ARPEGGIO, LOUD] * 2
    alone = [synthesiser.render(piece).samples for piece in pieces[:3]] * 2
    together = [None] * len(pieces)

    def render(index):
        together[index] = synthesiser.render(pieces[index]).samples

    threads = [threading.Thread(target=render, args=(index,)) for index in range(len(pieces))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for expected, samples in zip(alone, together, strict=True):
        np.testing.assert_array_equal(samples, expected)


def test_silence_is_silence(synthesiser):
    audio = synthesiser.render(Notes(480, ()))
    assert audio.duration_seconds == TAIL_SECONDS
    assert not audio.samples.any()


def test_every_key_at_once_stays_in_range(synthesiser):
    assert 0.3 < synthesiser.render(LOUD).peak <= 1.0


def test_limits(synthesiser):
    with pytest.raises(InvalidValueError, match="raise the tempo or cut"):
        synthesiser.render(Notes(480, (Note(0, 480 * 400, 60),)), 20.0)
    with pytest.raises(InvalidValueError, match="quarters_per_minute"):
        synthesiser.render(CHORD, 0.0)


def test_fluidsynth_says_its_version_and_soundfont(capfd):
    synthesiser = find_synthesiser()
    if not isinstance(synthesiser, FluidSynth):
        pytest.skip("FluidSynth is not installed: apt-get install fluidsynth")
    synthesiser.render(ARPEGGIO, 100.0, 127)
    assert synthesiser.description.startswith("FluidSynth 2.")
    assert capfd.readouterr() == ("", "")


def test_without_fluidsynth_the_wheel_plays(monkeypatch):
    synthesiser = without_fluidsynth(monkeypatch)
    assert isinstance(synthesiser, MidiRenderer)
    assert synthesiser.description == "midirenderer with TimGM6mb"


def test_a_broken_soundfont_is_passed_over(monkeypatch, tmp_path):
    if synthesis._import_fluidsynth() is None:
        pytest.skip("FluidSynth is not installed: apt-get install fluidsynth")
    broken = tmp_path / "FluidR3Mono_GM.sf3"
    broken.write_bytes(b"RIFF" + bytes(100))
    assert find_anew(monkeypatch, FLUIDR3_MONO=(broken,)).description.endswith("with TimGM6mb")
    with pytest.raises(EngineError, match="install that SoundFont again"):
        FluidSynth(synthesis._import_fluidsynth(), broken, "broken")


def test_it_is_made_once():
    assert find_synthesiser() is find_synthesiser()
