"""The picture of a roll: its bars, its cut, its words."""

import xml.etree.ElementTree as ElementTree

import pytest
import torch

from engine.errors import InvalidValueError
from engine.rendering.roll_picture import NOTE_GAP, RollGrid, roll_svg

SVG = "{http://www.w3.org/2000/svg}"


def bars(svg, name):
    """(x, y, width) of every bar of a group."""
    group = next(g for g in ElementTree.fromstring(svg).iter(f"{SVG}g") if g.get("class") == name)
    return [tuple(float(rect.get(key)) for key in ("x", "y", "width")) for rect in group.iter(f"{SVG}rect")]


def test_every_held_note_is_one_bar_cut_where_the_prime_ends():
    frames = torch.zeros(6, 88)
    frames[1:5, 39] = 1  # middle C over the cut
    frames[5, 51] = 1
    svg = roll_svg(frames, prime_frames=3)
    assert bars(svg, "prime") == [(1, 23.08, pytest.approx(2 - NOTE_GAP))]
    assert bars(svg, "draw") == [
        (3, 23.08, pytest.approx(2 - NOTE_GAP)),
        (5, 11.08, pytest.approx(1 - NOTE_GAP)),
    ]
    cut = next(line for line in ElementTree.fromstring(svg).iter(f"{SVG}line") if line.get("class") == "cut")
    assert cut.get("x1") == "50.000%"


def test_without_a_prime_there_is_no_cut():
    svg = roll_svg(torch.ones(2, 88))
    assert 'class="cut"' not in svg
    assert len(bars(svg, "draw")) == 88
    assert bars(svg, "prime") == []


def test_all_notes_lie_within_the_picture():
    svg = roll_svg(torch.ones(3, 88))
    inner = next(part for part in ElementTree.fromstring(svg).iter(f"{SVG}svg") if part.get("viewBox"))
    width, height = (float(number) for number in inner.get("viewBox").split()[2:])
    assert all(x >= 0 and x + wide <= width and 0 <= y <= height - 0.84 for x, y, wide in bars(svg, "draw"))


def test_the_grid_stays_while_a_draw_grows():
    frames = torch.zeros(64, 88)
    frames[:, 39] = 1
    boxes = set()
    for num_frames in (0, 1, 30, 64):
        root = ElementTree.fromstring(roll_svg(frames[:num_frames], grid=RollGrid(num_frames=64)))
        boxes.add(next(part.get("viewBox") for part in root.iter(f"{SVG}svg") if part.get("viewBox")))
    assert boxes == {"0 0 64 48"}


def test_it_says_what_is_to_be_seen_and_escapes_what_it_is_called():
    frames = torch.zeros(8, 88)
    frames[2:4, 50] = 1
    svg = roll_svg(frames, 3, '<script>"\x00&')
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == '<script>"&'
    assert root.find(f"{SVG}desc").text == "1 note in 8 frames; the first 3 were given"
    assert "<script" not in svg


def test_more_prime_than_frames_is_refused():
    with pytest.raises(InvalidValueError, match="3 frames there are"):
        roll_svg(torch.zeros(3, 88), 4)
