"""Draws on a page: played in another way, continued, edited; what a browser says of them is checked."""

from dataclasses import replace

import pytest
import torch
from playwright.sync_api import expect

from engine.checkpoints.checkpoint import load
from engine.errors import InvalidValueError
from pages.draw.drawing import open_drawing
from pages.draw.drawn import Drawn, beginning_of
from pages.draw.packed_roll import MAX_PACKED_FRAMES, unpack_roll
from pages.draw.request import DrawRequest

GRU, LSTM = "jsb_chorales-gru", "jsb_chorales-lstm"
SECONDS_PER_FRAME = 0.6  # a quarter note at 100 a minute
NOTES = "document.querySelector('#lane-0 .lane').notes()"
SEEK = """seconds => {
    const { sound } = document.querySelector("#lane-0 .lane");
    sound.pause();
    sound.currentTime = seconds;
}"""
PLACES = """() => [0, 1, 2].map(number => {
    const { sound, dataset } = document.querySelector(`#lane-${number} .lane`);
    return [dataset.state, sound.currentTime, sound.duration, sound.paused];
})"""


@pytest.fixture
def finished():
    """A request and its lanes, drawn to their ends."""
    request = DrawRequest((GRU, LSTM), 24, 7, prime="", until_end=True)
    lanes = open_drawing(request, None, "piano_roll").lanes
    for lane in lanes:
        lane.extend(60.0)
        lane.finish()
    return request, lanes


def test_a_draw_that_was_stopped_stays_as_long_as_it_was():
    """Played at another tempo it once went on with its own first frames, and was kept so for all visitors."""
    request = DrawRequest((GRU,), 64, 7)
    (lane,) = open_drawing(request, None, "piano_roll").lanes
    lane.extend(60.0, 20)
    lane.finish()
    assert lane.state == "stopped"
    (again,) = Drawn.of(request, [lane.value()]).lanes(replace(request, tempo=140.0))
    assert again.is_whole
    again.extend(60.0)
    again.finish()
    assert again.state == "stopped"
    assert torch.equal(torch.stack(again.frames), torch.stack(lane.frames))


def test_the_same_frames_are_played_otherwise(finished):
    request, lanes = finished
    drawn = Drawn.of(request, [lane.value() for lane in lanes])
    other = DrawRequest((GRU, LSTM), 24, 7, tempo=50.0, until_end=True)
    again = drawn.lanes(other)
    for lane, before in zip(again, lanes, strict=True):
        assert lane.is_whole and torch.equal(torch.stack(lane.frames), torch.stack(before.frames))
        lane.finish()
        value, first = lane.value(), before.value()
        assert value["state"] == first["state"] and value["message"] == first["message"]
        assert value["seconds_per_frame"] == 2 * first["seconds_per_frame"]
        assert value["link"] == other.link
    ends = [lane.value()["pieces"][-1] for lane in (again[0], lanes[0])]
    assert ends[0]["start"] > 1.5 * ends[1]["start"]


def test_what_is_not_done_or_no_music_is_not_remembered(finished):
    request, lanes = finished
    value = lanes[0].value()
    assert Drawn.of(request, [{**value, "state": "sampling"}]) is None
    assert Drawn.of(request, [{**value, "kind": "wave"}]) is None
    assert Drawn.of_link({**value, "link": None}) is None
    assert Drawn.of_link(value).request == request


def told(frame=4, notes="[60,0,2],[64,1,9]") -> dict:
    return {"frame": frame, "notes": notes}


def test_a_beginning_is_what_was_heard():
    roll = load(GRU).representation
    frames = unpack_roll(beginning_of(told(), roll), roll.num_pitches)
    assert frames.shape == (4, 88) and frames[:, 60 - 21].tolist() == [1, 1, 0, 0]
    assert frames[:, 64 - 21].tolist() == [0, 1, 1, 1] and frames.sum() == 5


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "listen to where"),
        (told(frame=0), "listen to where"),
        (told(frame=True), "listen to where"),
        (told(frame=MAX_PACKED_FRAMES + 1), "listen to where"),
        (told(notes=None), "listen to where"),
        (told(notes="[60"), "no notes"),
        (told(notes="[60,0]"), "no notes"),
        (told(notes='["a",0,1]'), "no notes"),
        (told(notes="[20,0,1]"), "no notes"),
        (told(notes="[60,-1,1]"), "no notes"),
        (told(notes="[60,0,0]"), "no notes"),
        (told(notes="7"), "no notes"),
        (told(notes="[60.5,0,1]"), "no notes"),
    ],
)
def test_what_a_browser_says_is_not_believed(given, complaint):
    with pytest.raises(InvalidValueError, match=complaint):
        beginning_of(given, load(GRU).representation)


@pytest.mark.browser
def test_a_piece_is_gone_on_from_where_it_was_left(visitors):
    visit = visitors()
    visit.choose(GRU)
    visit.exactly(24)
    visit.draw()
    before = visit.page.evaluate(NOTES)
    visit.page.evaluate(SEEK, 0)
    expect(visit.lane().locator(".lane-go-on")).to_be_disabled()
    visit.page.evaluate(SEEK, 6 * SECONDS_PER_FRAME + 0.1)
    visit.go_on()
    visit.wait()
    assert visit.picture().endswith("its beginning ends at frame 6")
    after = visit.page.evaluate(NOTES)
    kept = [[pitch, start] for pitch, start, _ in before if start < 6]
    assert [[pitch, start] for pitch, start, _ in after if start < 6] == kept
    assert visit.page.locator("#prime input").input_value() == "What was heard"
    assert "prime=roll:" in visit.link()
    visit.settle()
    later = visit.page.locator(".earshot-history li li > a")
    assert later.count() == 1 and "after a beginning" in later.inner_text(), (
        "it stands under what it went on from"
    )


@pytest.mark.browser
def test_a_beginning_is_edited_by_mouse_and_by_keys(visitors):
    visit = visitors()
    visit.choose(GRU)
    visit.exactly(24)
    visit.draw()
    edit, seek = visit.lane().locator(".lane-edit"), visit.lane().locator(".lane-seek")
    before = visit.page.evaluate(NOTES)
    edit.click()
    sounding = {pitch for pitch, start, length in before if start <= 2 < start + length}
    box = seek.bounding_box()
    seek.click(position={"x": box["width"] * 2.5 / 24, "y": 24})  # the highest key that is shown
    (highest,) = {pitch for pitch, start, _ in visit.page.evaluate(NOTES) if start == 2} - {
        pitch for pitch, start, _ in before if start == 2
    }
    assert highest > max(sounding)
    expect(visit.lane().locator(".lane-said")).to_contain_text("put in")
    seek.press("ArrowRight")
    seek.press("ArrowDown")
    seek.press("Enter")
    assert [highest - 1, 3, 1] in visit.page.evaluate(NOTES)
    seek.press("Enter")
    expect(visit.lane().locator(".lane-said")).to_contain_text("taken out")
    assert [highest - 1, 3, 1] not in visit.page.evaluate(NOTES)
    assert edit.get_attribute("aria-pressed") == "true"
    edit.click()
    visit.page.evaluate(SEEK, 6 * SECONDS_PER_FRAME + 0.1)
    visit.go_on()
    visit.wait()
    assert [highest, 2, 1] in visit.page.evaluate(NOTES), "the model goes on from what was put in"


@pytest.mark.browser
def test_tempo_and_instrument_act_on_what_is_there(visitors):
    visit = visitors()
    visit.choose(GRU, LSTM)
    visit.exactly(32)
    visit.draw(num_lanes=2)
    midi = visit.download("MIDI")[1]
    visit.page.evaluate(SEEK, 9)
    visit.pick("instrument", "Church organ")
    visit.page.wait_for_function("location.search.includes('program=19')")
    visit.settle()
    visit.wait(num_lanes=2)
    assert visit.download("MIDI")[1] != midi
    (_, place, seconds, is_paused), *_ = visit.page.evaluate(PLACES)
    assert abs(place - 9) < 0.01 and is_paused and seconds > 19
    slider = visit.page.locator("#tempo input[type=range]")
    slider.focus()
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
    visit.page.wait_for_function("location.search.includes('tempo=2')")
    visit.settle()
    visit.wait(num_lanes=2)
    (_, place, faster, _), *_ = visit.page.evaluate(PLACES)
    assert faster < 0.6 * seconds and place == pytest.approx(9 * 100 / 240, abs=0.1)


VOLUMES = """
    [0, 1].map((lane) => document.querySelector(`#lane-${lane} .lane`).sound)
        .map((sound) => [sound.volume, sound.loudness / sound.level])
"""


# loudness is the square of the volume
HALVED = f"JSON.stringify({VOLUMES.strip()}) === '[[0.5,0.25],[0.5,0.25]]'"


@pytest.mark.browser
def test_one_volume_for_all_lanes_acts_at_once_and_is_kept(visitors):
    visit = visitors()
    visit.hear()
    visit.lane().locator(".lane-volume-at").fill("0.5")
    visit.page.wait_for_function(HALVED)
    visit.reload()
    visit.page.wait_for_selector("#lane-0 .lane-volume:visible")
    visit.page.wait_for_function(HALVED)
    before = visit.lane().evaluate("({ sound }) => sound.currentTime")
    visit.lane().locator(".lane-volume-at").press("ArrowRight")
    assert visit.page.evaluate(VOLUMES)[0][0] == 0.55
    assert visit.lane().evaluate("({ sound }) => sound.currentTime") == before, "the key is the slider's"
