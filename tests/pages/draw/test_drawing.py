"""Drawing: beginnings of all kinds, lanes side by side, and what ends them."""

import math
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from engine.checkpoints.checkpoint import load
from engine.endings.ending import Ending
from engine.endings.signs import NUM_SIGNS
from engine.errors import EngineError, InvalidValueError
from engine.pieces.excerpt import excerpts
from engine.pieces.piece import read_piece
from engine.rendering import synthesis
from pages.draw import drawing
from pages.draw.drawing import OTHER_FRAMES, open_drawing, sample_together
from pages.draw.packed_roll import PACKED, unpack_roll
from pages.draw.request import DrawRequest
from pages.house.limits import MAX_DRAWN_FRAMES, OWN
from pages.house.running import Running
from tests.engine.notes.raw_midi import midi_file, note
from tests.engine.small_models import published

GRU, LSTM = "jsb_chorales-gru", "jsb_chorales-lstm"
CHORALE = next(excerpt for excerpt in excerpts() if excerpt.path.suffix == ".mid")
VOICE = next(excerpt for excerpt in excerpts() if excerpt.path.suffix == ".wav")


@pytest.fixture
def with_speech(tmp_path, monkeypatch):
    """A speech model besides those that are shipped."""
    published(tmp_path, "waveform", "tiny-speech")
    tiny = load("tiny-speech", tmp_path)
    monkeypatch.setattr(drawing, "loaded", lambda name: tiny if name == "tiny-speech" else load(name))


def roll_request(*models: str, length: float = 8, **changes) -> DrawRequest:
    return DrawRequest(models or (GRU,), length, 7, **changes)


def test_an_excerpt_is_continued_by_every_lane():
    opened = open_drawing(roll_request(GRU, LSTM, prime=CHORALE.name), None, "piano_roll")
    expected = read_piece(CHORALE.path, load(GRU).representation).frames
    assert [lane.checkpoint.card.name for lane in opened.lanes] == [GRU, LSTM]
    assert all(torch.equal(lane.prime, expected) for lane in opened.lanes)
    assert opened.request.prime == CHORALE.name and opened.report == ""
    assert all(lane.value()["semitones"] == lane.performance.semitones == -12 for lane in opened.lanes)
    opened = open_drawing(roll_request("nottingham-gru"), None, "piano_roll")
    assert all(lane.performance.semitones == 0 for lane in opened.lanes)


def test_a_long_piece_is_cut_to_its_end_and_the_link_holds_what_was_used(tmp_path):
    pitches = [48 + (7 * index) % 30 for index in range(MAX_DRAWN_FRAMES + 40)]
    (tmp_path / "long.mid").write_bytes(midi_file(b"".join(note(pitch, 480) for pitch in pitches)))
    heard = load(GRU).card.corpus.played_semitones
    opened = open_drawing(roll_request(prime=OWN), str(tmp_path / "long.mid"), "piano_roll")
    assert opened.report == f"Only the last {MAX_DRAWN_FRAMES} frames of the beginning are continued."
    assert opened.request.prime.startswith(PACKED)
    prime = unpack_roll(opened.request.prime, 88)
    assert torch.equal(prime, opened.lanes[0].prime)
    assert (prime.argmax(1) + 21 + heard).tolist() == pitches[40:]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"models": ("nope",)}, "unknown checkpoint 'nope'"),
        ({"models": ("tiny-speech",)}, OTHER_FRAMES),
        ({"models": (GRU, "tiny-speech")}, OTHER_FRAMES),
        ({"prime": "nope"}, "unknown excerpt 'nope'"),
        ({"prime": "../../../etc/passwd"}, "unknown excerpt"),
        ({"prime": VOICE.name}, "of another kind than the model"),
        ({"prime": OWN}, "choose a file"),
        ({"prime": PACKED + "x"}, "damaged"),
    ],
)
@pytest.mark.usefixtures("with_speech")
def test_what_cannot_be_drawn_is_refused_before_it_is_begun(changes, said):
    request = DrawRequest(**{"models": (GRU,), "length": 8, "seed": 7, **changes})
    with pytest.raises(EngineError, match=said):
        open_drawing(request, None, "piano_roll")


@pytest.mark.usefixtures("with_speech")
def test_speech_is_asked_for_in_seconds():
    request = DrawRequest(("tiny-speech",), 0.5, 7)
    assert open_drawing(request, None, "waveform").lanes[0].num_frames == 400
    with pytest.raises(InvalidValueError, match="at most 10 seconds"):
        open_drawing(DrawRequest(("tiny-speech",), 11, 7), None, "waveform")


def fake_lanes(lengths: list[int]) -> tuple[SimpleNamespace, ...]:
    """Lanes that grow by one frame at a time."""
    lanes = []
    for length in lengths:
        lane = SimpleNamespace(left=length, is_whole=False, is_played=True, is_heard=True)

        def extend(seconds, lane=lane):
            lane.left -= 1
            lane.is_whole = lane.left == 0

        lane.extend = extend
        lanes.append(lane)
    return tuple(lanes)


@pytest.fixture
def slow_clock(monkeypatch):
    """A clock that has moved on by a whole view whenever it is looked at."""
    moments = count(0, drawing.SECONDS_PER_DRAW_VIEW * 1.01)
    monkeypatch.setattr(drawing, "time", SimpleNamespace(monotonic=lambda: next(moments)))


def test_lanes_grow_side_by_side_and_whole_ones_rest(slow_clock):
    lanes = fake_lanes([1, 3, 2])
    grown = [[lanes.index(lane) for lane in step] for step in sample_together(lanes, Running())]
    assert grown == [[0], [0, 1, 2], [1, 2], [1]]


def test_the_first_lane_is_heard_before_the_others_are_drawn():
    lanes = open_drawing(roll_request(GRU, "jsb_chorales-lstm", length=64), None, "piano_roll").lanes
    assert next(sample_together(lanes, Running())) == [lanes[0]]
    assert lanes[0].value()["pieces"] and not lanes[1].frames


@pytest.mark.parametrize("end", [Running.stop, Running.replace])
def test_a_draw_ends_when_it_is_stopped_or_another_takes_its_lanes(end, slow_clock):
    lanes, running = fake_lanes([9]), Running()
    for number, _ in enumerate(sample_together(lanes, running)):
        if number == 2:
            end(running)
    assert lanes[0].left == 7 and not running.goes_on
    assert running.is_replaced == (end is Running.replace)


def test_what_is_stopped_is_finished_with_what_is_there(tmp_path):
    (lane,) = open_drawing(roll_request(length=64), None, "piano_roll").lanes
    lane.extend(seconds=60, max_frames=5)
    lane.finish()
    value = lane.value()
    assert (value["state"], value["frames_done"], value["num_frames"]) == ("stopped", 5, 64)
    assert [file["label"] for file in value["downloads"]] == ["MIDI", "WAV"]
    assert all(Path(file["path"]).is_file() for file in value["downloads"])


def test_a_piece_too_long_to_play_can_be_taken_home(tmp_path, monkeypatch):
    monkeypatch.setattr(synthesis, "MAX_PLAYED_SECONDS", 60.0)
    (lane,) = open_drawing(roll_request(length=64, tempo=40.0), None, "piano_roll").lanes
    lane.prime = lane.prime.new_zeros(64, 88)
    lane.frames = list(lane.prime)
    lane.extend(seconds=60)
    lane.finish()
    value = lane.value()
    assert value["state"] == "error" and "at most 1 are played" in value["message"]
    assert [file["label"] for file in value["downloads"]] == ["MIDI"]


def test_only_the_share_that_is_kept_is_given():
    whole, half = (
        open_drawing(roll_request(prime=CHORALE.name, kept=kept), None, "piano_roll").lanes[0].prime
        for kept in (1.0, 0.5)
    )
    assert len(half) == math.ceil(len(whole) / 2)
    assert half.equal(whole[: len(half)])


def test_a_packed_beginning_is_what_was_kept(tmp_path):
    """A link that carried the kept part and the share again would cut it twice."""
    upload = CHORALE.path
    opened = open_drawing(roll_request(prime=OWN, kept=0.5), str(upload), "piano_roll")
    again = open_drawing(opened.request, None, "piano_roll")
    assert again.lanes[0].prime.equal(opened.lanes[0].prime)


def test_a_draw_that_fails_on_its_way_is_one_sentence_in_its_lane(tmp_path, monkeypatch):
    """Once none could fail; now the kernel ends one that overflows float32, and what was drawn stays."""
    (lane,) = open_drawing(roll_request(length=64), None, "piano_roll").lanes
    drawn = lane.extend(seconds=60, max_frames=5)

    def failing():
        raise InvalidValueError("the network has left the numbers")
        yield

    lane._source = failing()
    for _ in sample_together((lane,), Running()):
        pass
    lane.finish()
    value = lane.value()
    assert drawn is None and (value["state"], value["frames_done"]) == ("error", 5)
    assert value["message"] == "The network has left the numbers."


def test_a_draw_that_swells_into_noise_is_stopped_and_kept(tmp_path, monkeypatch):
    """As a user's own model may: these random weights play some forty notes at once."""
    published(tmp_path, "piano_roll", "noisy")
    noisy = load("noisy", tmp_path)
    corpus = noisy.card.corpus.model_copy(update={"most_notes": 2})
    noisy = replace(noisy, card=noisy.card.model_copy(update={"corpus": corpus}))
    monkeypatch.setattr(drawing, "loaded", lambda name: noisy)
    (lane,) = open_drawing(roll_request("noisy", length=200), None, "piano_roll").lanes
    for _ in sample_together((lane,), Running()):
        pass
    lane.finish()
    value = lane.value()
    assert value["state"] == "stopped" and 8 <= value["frames_done"] < 200
    assert value["message"].startswith("This draw has swollen into noise: ")
    assert "its corpus has at most 2" in value["message"] and "another seed" in value["message"]
    assert [file["label"] for file in value["downloads"]] == ["MIDI", "WAV"]


def test_a_draw_that_does_not_end_says_so_and_why(tmp_path, monkeypatch):
    """An end that never comes; and a card without an ending, like a user's own of an earlier Earshot."""
    published(tmp_path, "piano_roll", "endless")
    unknown = load("endless", tmp_path)
    never = Ending.of_numbers(np.array([-100.0] + [0.0] * NUM_SIGNS), 99)
    known = replace(unknown, card=unknown.card.model_copy(update={"ending": never}))
    said = []
    for checkpoint in (known, unknown):
        monkeypatch.setattr(drawing, "loaded", lambda name, checkpoint=checkpoint: checkpoint)
        (lane,) = open_drawing(roll_request("endless", length=20, until_end=True), None, "piano_roll").lanes
        for _ in sample_together((lane,), Running()):
            pass
        lane.finish()
        assert lane.value()["state"] == "done" and lane.value()["frames_done"] == 20
        said.append(lane.value().get("ending") or lane.value()["message"])
    request = roll_request("endless", length=200, until_end=True)
    monkeypatch.setattr(drawing, "loaded", lambda name: known)
    assert open_drawing(request, None, "piano_roll").lanes[0].num_frames == 99, "as long as any piece"
    assert said[0] == "Cut off after 20 frames, before its end"
    assert said[1].startswith("This model does not know when a piece ends: it was cut off after 20 frames.")


def test_a_draw_that_ends_goes_no_further(tmp_path, monkeypatch):
    published(tmp_path, "piano_roll", "short")
    short = load("short", tmp_path)
    at_once = Ending.of_numbers(np.array([100.0] + [0.0] * NUM_SIGNS), 99)
    short = replace(short, card=short.card.model_copy(update={"ending": at_once}))
    monkeypatch.setattr(drawing, "loaded", lambda name: short)
    for until_end, length in ((True, 1), (False, 20)):
        request = roll_request("short", length=20, until_end=until_end, prime=CHORALE.name)
        (lane,) = open_drawing(request, None, "piano_roll").lanes
        for _ in sample_together((lane,), Running()):
            pass
        lane.finish()
        assert lane.value()["num_frames"] == lane.value()["frames_done"] == len(lane.prime) + length
        assert lane.value()["state"] == "done"
