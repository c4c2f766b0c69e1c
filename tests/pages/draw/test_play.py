"""The Play page in a real browser: see, hear, take home, pass on, go on."""

import io
import re
from dataclasses import replace

import pytest
import soundfile
import torch

from engine.checkpoints.checkpoint import load
from engine.notes.midi_file import read_notes
from engine.pieces.excerpt import excerpts
from engine.pieces.piece import read_prime
from engine.sampling.options import SamplingOptions
from engine.sampling.sample import sample
from tests.engine.notes.raw_midi import midi_file, note
from tests.pages.visit import PHONE
from tests.patience import until

pytestmark = pytest.mark.browser

BEST = "jsb_chorales-best"
GRU, LSTM, TANH = (f"jsb_chorales-{cell}" for cell in ("gru", "lstm", "tanh"))
CHORALE = excerpts()[0]
OWN = midi_file(b"".join(note(pitch, 480) for pitch in (60, 62, 64, 65)), note(48, 1920))
SLOW_DEVICE = """
    const [Clock, start] = [AudioContext, AudioContext.prototype.resume];
    AudioContext.prototype.resume = function () {
        return new Promise((done) => setTimeout(() => start.call(this).then(done), 3000));
    };
    window.AudioContext = class extends Clock { constructor() { super(); super.suspend(); } };
"""
BUSY_AFTER_PRESS = """milliseconds => {
    const work = () => { for (const end = performance.now() + milliseconds; performance.now() < end; ); };
    document.querySelector("#sample").addEventListener("click", () => setTimeout(work, 30));
}"""


def drawn(model: str, num_frames: int, seed: int, temperature: float = 1.0, prime=None) -> torch.Tensor:
    """What the engine draws, after its prime; silent frames at the end are not in a MIDI file."""
    options = SamplingOptions(num_frames, seed, temperature)
    frames = torch.stack([*(() if prime is None else prime), *sample(load(model).model, options, prime)])
    return frames[: int(frames.any(1).nonzero().max()) + 1]


def notes(midi: bytes, model: str = GRU) -> torch.Tensor:
    """The frames of a MIDI file, at the height of the model's corpus."""
    checkpoint = load(model)
    roll, heard = checkpoint.representation, checkpoint.card.corpus.played_semitones
    return replace(roll, lowest_pitch=roll.lowest_pitch + heard).encode(read_notes(midi)).frames


def prime_of(path, model: str = GRU) -> torch.Tensor:
    checkpoint = load(model)
    corpus = checkpoint.card.corpus
    return read_prime(path, checkpoint.representation, corpus.played_semitones, corpus.mean_pitch).frames


def test_the_first_visit_finds_a_draw_that_plays(visitors):
    visit = visitors()
    assert visit.lane().get_attribute("data-state") == "done"
    assert visit.text("status") == "" and visit.text("message") == ""
    assert visit.num_pixels() > 500
    assert visit.hear() > 20
    assert re.fullmatch(r"0:\d\d / 0:\d\d", visit.text("time"))


def test_a_draw_is_seen_heard_and_taken_home(visitors, app):
    visit = visitors()
    visit.choose(GRU)
    visit.exactly(48)
    visit.set("temperature", 0.9)
    visit.set("seed", 11)
    visit.draw()
    assert visit.picture().startswith("Piano roll, 48 frames, ")
    facts = visit.text("facts")
    assert "played an octave lower than the corpus is written, in MIDI files too" in facts
    assert visit.num_pixels() > 200
    assert visit.hear() == pytest.approx(48 * 0.6 + 1.5, abs=1.3)  # to the last note's end, and its echo
    name, midi = visit.download("MIDI")
    assert name == f"{GRU}-seed11-temperature0.9.mid"
    assert torch.equal(notes(midi), drawn(GRU, 48, 11, 0.9))
    name, wav = visit.download("WAV")
    with soundfile.SoundFile(io.BytesIO(wav)) as sound:
        assert (name, sound.subtype, sound.samplerate) == (
            f"{GRU}-seed11-temperature0.9.wav",
            "PCM_16",
            44_100,
        )
    until(lambda: not app.served_files(".*.partial"))  # nothing half-written stays


def test_models_go_on_from_one_beginning_and_the_link_draws_it_again(visitors):
    visit = visitors()
    visit.choose(TANH, GRU, LSTM)
    visit.exactly(24)
    visit.begin(CHORALE.title)
    visit.draw(num_lanes=3)
    prime = prime_of(CHORALE.path)
    midis = {}
    for lane, model in enumerate((TANH, GRU, LSTM)):
        assert visit.picture(lane).endswith(f"its beginning ends at frame {len(prime)}")
        assert "at the beginning" in visit.text("facts", lane) and "it drew" in visit.text("facts", lane)
        midis[model] = visit.download("MIDI", lane)[1]
        assert torch.equal(notes(midis[model]), drawn(model, 24, 7, prime=prime))
    alone = visitors(visit.link(1))
    alone.wait()
    assert alone.download("MIDI")[1] == midis[GRU], "a lane's link is that lane's"
    link = visit.page.url.removeprefix(visit.address)
    other = visitors(link)
    other.wait(num_lanes=3)
    assert [other.download("MIDI", lane)[1] for lane in range(3)] == list(midis.values())
    other.more()
    assert other.page.locator("#seed input").input_value() == "7"
    assert other.page.locator("#prime input").input_value() == CHORALE.title
    (line,) = visit.history()
    assert line == "tanh, GRU, LSTM on Bach chorales: 24 frames after a beginning, seed 7"
    visit.go("")
    assert visit.history() == [line]
    assert visit.page.locator(".earshot-history a").get_attribute("href") == link


def test_a_draw_is_there_again_after_a_reload_and_on_the_way_back(visitors):
    """The address once stayed the page's own, so a reload, Back or a blip of the network lost all lanes."""
    visit = visitors()
    assert visit.page.url == visit.address, "what was there on arrival is there by the address alone"
    visit.choose(GRU)
    visit.exactly(12)
    visit.set("seed", 21)
    visit.draw()
    midi = visit.download("MIDI")
    visit.page.wait_for_function("href => location.href === href", arg=visit.address + visit.link())
    visit.reload()
    visit.wait()
    assert visit.download("MIDI") == midi
    visit.leave("board")
    visit.page.go_back()
    visit.wait()
    assert visit.download("MIDI") == midi


def test_an_uploaded_piece_is_continued_and_travels_in_the_link(visitors, app_folder, tmp_path):
    visit = visitors()
    visit.choose(LSTM)
    visit.exactly(16)
    visit.begin("A MIDI file of mine")
    visit.upload("mine <b>.mid", OWN)
    visit.draw()
    (tmp_path / "own.mid").write_bytes(OWN)
    expected = drawn(LSTM, 16, 7, prime=prime_of(tmp_path / "own.mid"))
    midi = visit.download("MIDI")[1]
    assert len(expected) > 10 and torch.equal(notes(midi), expected)
    assert {note.pitch for note in read_notes(OWN).notes} <= {note.pitch for note in read_notes(midi).notes}
    link = visit.link()
    assert "prime=roll:" in link
    other = visitors(link)
    other.wait()
    assert torch.equal(notes(other.download("MIDI")[1]), expected)
    other.draw()  # the controls hold what the link brought
    assert torch.equal(notes(other.download("MIDI")[1]), expected)


def test_new_seeds_are_shown_and_differ(visitors):
    visit = visitors()
    visit.choose(GRU)
    visit.exactly(8)
    seeds = set()
    for _ in range(2):
        visit.press("new")
        visit.wait()
        visit.settle()
        seed = visit.page.locator("#seed input").input_value()
        assert visit.text("subtitle").endswith(f"seed {seed}")
        seeds.add(seed)
    assert len(seeds | {"7"}) == 3


def test_a_new_piece_is_heard_while_it_is_drawn(visitors):
    visit = visitors()
    visit.choose(BEST, GRU)
    visit.exactly(256)
    visit.press("new")
    visit.page.wait_for_function("document.querySelector('#lane-0 .lane').sound.currentTime > 0.2")
    assert visit.lane().get_attribute("data-state") == "sampling"
    visit.wait(num_lanes=2)
    sounds = "[0, 1].map(n => document.querySelector(`#lane-${n} .lane`).sound)"
    visit.page.wait_for_function(f"{sounds}.every(sound => sound.isWhole)")
    paused = visit.page.evaluate(f"{sounds}.map(sound => sound.paused)")
    assert paused == [False, True], "it plays on, and the other waits"


def test_headphones_that_wake_slowly_are_waited_for(visitors):
    """Firefox took two seconds to find its device, and the lane once gave up after one."""
    visit = visitors()
    visit.page.add_init_script(SLOW_DEVICE)
    visit.reload()
    visit.wait()
    visit.choose(GRU)
    visit.exactly(64)
    visit.press("new")
    visit.page.wait_for_function("document.querySelector('#lane-0 .lane').sound.currentTime > 0.2")
    assert not visit.page.evaluate("document.querySelector('#lane-0 .lane').sound.paused")


def test_a_browser_that_is_busy_while_all_is_sampled_shows_it_then(visitors):
    """What came in the meantime was once lost, and the draw seemed to go on for ever."""
    visit = visitors()
    visit.choose(GRU, LSTM)
    visit.exactly(8)
    visit.page.evaluate(BUSY_AFTER_PRESS, 2_500)
    for seed in (3, 4):
        visit.set("seed", seed)
        visit.draw(num_lanes=2)
        assert visit.text("subtitle", lane=1).endswith(f"seed {seed}")


def test_two_visitors_at_once_get_their_own_draws(visitors):
    """Both draws are under way at the same time; neither page has anything of the other's."""
    both = [visitors(), visitors()]
    for visit, model, seed in zip(both, (GRU, LSTM), (101, 202), strict=True):
        visit.choose(model)
        visit.exactly(32)
        visit.set("seed", seed)
    for visit in both:
        visit.press()
    for visit, model, seed in zip(both, (GRU, LSTM), (101, 202), strict=True):
        visit.wait()
        name, midi = visit.download("MIDI")
        assert name == f"{model}-seed{seed}.mid"
        assert torch.equal(notes(midi), drawn(model, 32, seed))
        assert len(visit.history()) == 1 and str(seed) in visit.history()[0]


def test_a_draw_lasts_until_its_piece_ends_and_so_does_that_of_its_link(visitors):
    visit = visitors()
    visit.more()
    assert visit.page.locator("#until-end input").is_checked()
    visit.choose(BEST)
    visit.set("length", 400)
    visit.draw()
    midi = visit.download("MIDI")[1]
    num_frames, whole = len(notes(midi)), drawn(BEST, 128, 7)
    assert 4 < num_frames < 128 and torch.equal(notes(midi), whole[:num_frames])
    assert visit.picture().startswith(f"Piano roll, {num_frames} frames, ")
    assert visit.text("message") == "" and "until_end=True" in visit.link()
    assert visit.history()[0].endswith(" on Bach chorales: 400 frames at most, seed 7")
    other = visitors(visit.link())
    other.wait()
    assert other.download("MIDI")[1] == midi
    other.more()
    assert other.page.locator("#until-end input").is_checked()
    visit.set("length", 2)
    visit.draw()
    assert visit.text("status") == "Cut off after 2 frames, before its end" and visit.text("message") == ""


def test_another_corpus_has_its_own_models(visitors):
    visit = visitors("speech")
    visit.pick_tiny_models()
    models = [box.get_attribute("name") for box in visit.page.locator("#models input").all()]
    assert models == ["tardy-speech", "tiny-speech", "tiny-speech-two"]


def test_a_choice_of_corpus_is_sent_once(visitors):
    """It was once sent twice, and a second answer that came late undid what had been ticked meanwhile."""
    visit = visitors("speech")
    sent = []
    visit.page.on("request", lambda request: sent.append(request.post_data or ""))
    visit.pick_tiny_models()
    visit.choose("tiny-speech")
    visit.exactly(0.5)
    visit.draw()
    assert len([data for data in sent if data.startswith('{"data":["tiny",null]')]) == 1


def test_a_link_to_another_corpus_keeps_its_models(visitors):
    """The corpus changes there as well, and nobody has chosen its usual models."""
    visit = visitors("?models=nottingham-lstm&length=8&seed=3")
    visit.wait()
    visit.settle()
    visit.more()
    ticked = [box.get_attribute("name") for box in visit.page.locator("#models input:checked").all()]
    assert ticked == ["nottingham-lstm"]
    assert visit.page.locator("#corpus input").input_value() == "Folk tunes"
    visit.exactly(6)
    visit.draw()
    assert visit.download("MIDI")[0] == "nottingham-lstm-seed3.mid"


ALL_CONTROLS = ".gradio-container button, .gradio-container input, .lane-file"


def test_a_phone_shows_everything_without_scrolling_sideways(visitors):
    visit = visitors(**PHONE)
    visit.choose(GRU, LSTM)
    visit.exactly(64)
    visit.draw(num_lanes=2)
    assert visit.hear(1) > 0
    assert visit.outside(ALL_CONTROLS) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
