"""The shipped draw: what its link draws, to its end."""

from urllib.parse import parse_qsl

import torch

from engine.pieces.piece import read_piece
from pages.draw.drawing import open_drawing
from pages.draw.first_draw import SHIPPED_DRAWS, first_draw
from pages.draw.request import DrawRequest


def test_the_link_beside_it_draws_it_again():
    link = (SHIPPED_DRAWS / "first.txt").read_text(encoding="utf-8").strip()
    request = DrawRequest.from_query(dict(parse_qsl(link.removeprefix("?"))))
    (lane,) = open_drawing(request, None, "piano_roll").lanes
    lane.extend(600.0)
    shown = first_draw()
    assert shown["link"] == request.link == link and shown["message"] == ""
    assert shown["state"] == "done" and shown["num_frames"] == shown["frames_done"] == len(lane.frames)
    shipped = read_piece(SHIPPED_DRAWS / "first.mid", lane.checkpoint.representation, is_ours=True).frames
    drawn = torch.stack(lane.frames)
    assert torch.equal(drawn[: len(shipped)], shipped) and not drawn[len(shipped) :].any()
