"""The report's pictures: what is drawn, how large it is, and what a browser makes of it."""

import math
import re
from xml.etree import ElementTree

import pytest

from engine.checkpoints.curve import Curve
from tests.training.report.report_folders import curve_of, paper_corpus
from training.paper import PAPER_CELLS, TABLE_2
from training.report.evidence import TableEntry, TableEvidence
from training.report.pictures import COLOURS, MAX_POINTS, PLOTS, draw, log_ticks, thinned

MAX_BYTES = 150_000
SVG = "{http://www.w3.org/2000/svg}"


def evidence(curves):
    """Evidence with these curves, (corpus, cell) -> values, and nothing else."""
    return TableEvidence(
        tuple(
            TableEntry(corpus, cell, curve=curve(curves.get((corpus.ours, cell))))
            for corpus in TABLE_2
            for cell in PAPER_CELLS
        )
    )


def curve(values):
    if values is None:
        return None
    return Curve.model_validate({key: tuple(column) for key, column in values.items()})


def words(svg):
    """Text is drawn as outlines; each has what it says in a comment before it."""
    return re.findall(r"<!-- (.*?) -->", svg.decode("utf-8"))


def lines(svg, colour):
    """Paths of this stroke, dots excluded."""
    styles = (path.get("style", "") for path in ElementTree.fromstring(svg).iter(f"{SVG}path"))
    return [style for style in styles if f"stroke: {colour}" in style and "stroke-width" in style]


def long_curve(epochs=500):
    """As restless as one of speech, so that nothing of it can be left out."""
    values = curve_of(-3.0, epochs, epochs - 50)
    values["valid_nats_per_frame"] = [
        nats + 0.3 * math.sin(n * n) for n, nats in enumerate(values["valid_nats_per_frame"])
    ]
    return values


@pytest.mark.parametrize("picture", PLOTS, ids=lambda picture: picture.file_name)
def test_each_corpus_shows_what_is_there_and_says_what_is_not(picture):
    first = picture.corpora[0]
    svg = draw(picture, evidence({(first.ours, "gru"): curve_of(4.0), (first.ours, "lstm"): curve_of(4.5)}))
    assert words(svg).count("not fitted yet") == 2
    assert {words(svg).count("epochs"), words(svg).count("wall-clock seconds")} == {2}
    legend = 1
    by_cell = {cell: len(lines(svg, colour)) - legend for cell, colour in COLOURS.items()}
    assert by_cell == {"tanh": 0, "gru": 4, "lstm": 4}  # train and valid, by epoch and by seconds


def test_music_is_logarithmic_and_speech_linear():
    titles = [word for picture in PLOTS for word in words(draw(picture, evidence({}))) if "scale" in word]
    assert sorted(titles) == [
        "JSB Chorales: nats per frame, log scale",
        "MuseData: nats per frame, log scale",
        "Nottingham: nats per frame, log scale",
        "Piano-midi.de: nats per frame, log scale",
        "Spoken digits: nats per step, linear scale",
        "Voice prompts: nats per step, linear scale",
    ]


def test_long_restless_curves_still_give_small_files():
    curves = {(corpus.ours, cell): long_curve() for corpus in TABLE_2[4:] for cell in PAPER_CELLS}
    assert len(draw(PLOTS[1], evidence(curves))) < MAX_BYTES


def test_a_fit_of_one_epoch_can_be_drawn():
    values = {key: column[:1] for key, column in curve_of(4.0).items()}
    draw(PLOTS[0], evidence({("nottingham", "gru"): values}))


def test_nothing_tells_when_or_where_it_was_drawn():
    svg = draw(PLOTS[0], evidence({("nottingham", "gru"): curve_of(4.0)}))
    assert svg == draw(PLOTS[0], evidence({("nottingham", "gru"): curve_of(4.0)}))
    assert b"dc:date" not in svg and b"font-family" not in svg


@pytest.mark.parametrize("count", [1, 2, MAX_POINTS, MAX_POINTS + 1, 500, 10_000])
def test_thinning_keeps_the_ends_and_the_best(count):
    for best in {0, count // 3, count - 1}:
        kept = thinned(count, best)
        assert kept == sorted(set(kept)) and {0, best, count - 1} <= set(kept)
        assert len(kept) <= MAX_POINTS + 2
    if count <= MAX_POINTS:
        assert thinned(count, 0) == list(range(count))


@pytest.mark.parametrize(("low", "high"), [(7.2, 11.3), (2.9, 3.4), (3.0, 30.0), (0.4, 700.0), (8.41, 8.43)])
def test_ticks_of_a_logarithmic_axis_are_round_and_inside(low, high):
    ticks = log_ticks(low, high)
    assert 3 <= len(ticks) <= 11
    assert all(low <= tick <= high for tick in ticks) and ticks == sorted(set(ticks))
    assert all(float(f"{tick:.6g}") == pytest.approx(tick, rel=1e-9) for tick in ticks)


COUNT_COLOURS = """async ([svg, colours]) => {
    const image = new Image();
    image.src = "data:image/svg+xml;base64," + btoa(svg);
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = new Uint8Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    const counts = Object.fromEntries(colours.map(colour => [colour, 0]));
    let clear = 0;
    for (let place = 0; place < pixels.length; place += 4) {
        const hex = [...pixels.slice(place, place + 3)].map(part => part.toString(16).padStart(2, "0"));
        const colour = "#" + hex.join("");
        if (colour in counts) counts[colour] += 1;
        if (pixels[place + 3] !== 255) clear += 1;
    }
    return {counts, clear, total: pixels.length / 4};
}"""


@pytest.mark.browser
def test_a_browser_shows_three_colours_on_white_that_is_part_of_the_picture(browser):
    """Nothing shines through, so that the picture can be read on a dark page too."""
    curves = {("nottingham", cell): curve_of(3.0 + 0.3 * n) for n, cell in enumerate(PAPER_CELLS)}
    svg = draw(PLOTS[0], evidence(curves)).decode("ascii")
    page = browser.new_page()
    seen = page.evaluate(COUNT_COLOURS, [svg, ["#ffffff", *COLOURS.values()]])
    page.close()
    assert seen["clear"] == 0
    assert seen["counts"].pop("#ffffff") > 0.8 * seen["total"]
    assert all(count > 300 for count in seen["counts"].values()), seen


def test_the_pictures_show_all_corpora_of_the_table():
    shown = [corpus for picture in PLOTS for corpus in picture.corpora]
    assert sorted(corpus.ours for corpus in shown) == sorted(corpus.ours for corpus in TABLE_2)
    assert PLOTS[0].corpora == (paper_corpus("nottingham"), paper_corpus("muse_data"))
