"""The report: what is written follows from cards, curves and results alone, and says what they say."""

import json
import os
import re
import subprocess
import sys

import pytest

from engine.checkpoints.checkpoint import CHECKPOINTS
from engine.errors import EngineError
from tests.training.report.report_folders import (
    card_of,
    curve_of,
    music_metrics,
    search_of,
    speech_metrics,
    write_all,
    write_checkpoint,
)
from training.report.report import write_report
from training.searching.results import SEARCH_RESULTS, write_result
from training.searching.series import FitResult

FILES = {
    *("docs/results.md", "docs/figure-2.svg", "docs/figure-3.svg", "docs/figure-chorales-piano.svg"),
    "assets/results.json",
}


def report(folder):
    """Write it from ``folder``/checkpoints and ``folder``/results; returns path -> bytes."""
    paths = write_report(folder / "checkpoints", folder / "results", folder)
    assert {str(path.relative_to(folder)) for path in paths} == FILES
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def page(folder):
    return report(folder)["docs/results.md"].decode("utf-8")


def rows(text):
    """The cells of every table line."""
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line[:1] == "|"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A report on all eighteen models."""
    folder = tmp_path_factory.mktemp("whole")
    write_all(folder / "checkpoints", folder / "results")
    report(folder)
    return folder


def test_the_committed_report_is_what_the_committed_models_give(project_folder, tmp_path):
    """Rebuild it with ``python -m training report``, and commit what it wrote."""
    stale = [
        str(path.relative_to(tmp_path))
        for path in write_report(CHECKPOINTS, SEARCH_RESULTS, tmp_path)
        if path.read_bytes() != (project_folder / path.relative_to(tmp_path)).read_bytes()
    ]
    assert not stale


def test_another_process_writes_the_same_bytes(whole, project_folder, tmp_path):
    command = (
        "import sys; from pathlib import Path; from training.report.report import write_report; "
        "write_report(*map(Path, sys.argv[1:]))"
    )
    subprocess.run(
        [sys.executable, "-c", command, whole / "checkpoints", whole / "results", tmp_path],
        check=True,
        cwd=project_folder,
        env={**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Tokyo"},
    )
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (whole / name).read_bytes(), name


def test_every_link_and_picture_of_the_page_is_there(whole, project_folder):
    for folder in (whole, project_folder):
        text = (folder / "docs" / "results.md").read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)]+)\)", text)
        local = [link for link in links if not link.startswith("https://")]
        assert len(local) == 3
        assert all((folder / "docs" / link).is_file() for link in local)


def test_tables_are_even(whole):
    text = (whole / "docs" / "results.md").read_text(encoding="utf-8")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) > 8
    for table in tables:
        assert len({len(row) for row in rows(table)}) == 1
    assert not re.search(r"\b(nan|None|inf|e\+\d\d)\b|  \w", re.sub(r"^\|.*$", "", text, flags=re.MULTILINE))


def test_figures_of_cards_stand_in_the_table_and_the_better_average_is_marked(tmp_path):
    """8.5 is under the printed 8.54 pooled and over it by the mean of sequences: so pooled is the better."""
    metrics = music_metrics(train=7.25, test=8.5, shift=0.125)
    write_checkpoint(tmp_path / "checkpoints", card_of("jsb_chorales-gru", metrics), curve_of(8.45))
    text = page(tmp_path)
    ours = {
        tuple(row[2:3]): row[3:]
        for row in rows(text)
        if row[4:5] not in (["–"], ["GRU"]) and "ours" in row[2]
    }
    assert ours == {
        ("ours, pooled",): ["–", "7.250", "–"],
        ("ours, mean of sequences",): ["–", "8.625", "–"],
        ("ours, pooled ◂",): ["–", "**8.500**", "–"],
        ("ours, pooled, first frames left out",): ["–", "**8.510**", "–"],
    }
    assert "**1 of 1 model**: JSB Chorales 1 of 1 (pooled)" in text
    assert "1 of 18 models are fitted so far" in text
    assert "JSB Chorales 1 pooled and 0 mean of sequences of 1" in text


def test_a_figure_just_over_the_printed_one_is_not_at_it(tmp_path):
    """8.54004 is printed as 8.540 but is over 8.54."""
    metrics = music_metrics(train=7.0, test=8.54004, shift=1.0)
    write_checkpoint(tmp_path / "checkpoints", card_of("jsb_chorales-gru", metrics), curve_of(8.45))
    text = page(tmp_path).partition("## Leaderboard")[0]  # where ours are in bold whatever they are
    assert "| 8.540 |" in text and "**8.540**" not in text
    assert "Over the printed test figure: `jsb_chorales-gru`." in text


def test_the_order_of_cells_is_that_of_the_figures(tmp_path):
    """On Nottingham tanh is under GRU as in the paper, on JSB too, where the paper has it over."""
    for name, test in {"nottingham-tanh": 3.0, "nottingham-gru": 3.1}.items():
        write_checkpoint(tmp_path / "checkpoints", card_of(name, music_metrics(3.0, test)), curve_of(test))
    for name, test in {"jsb_chorales-tanh": 8.0, "jsb_chorales-gru": 8.1}.items():
        write_checkpoint(tmp_path / "checkpoints", card_of(name, music_metrics(7.0, test)), curve_of(test))
    text = page(tmp_path)
    assert "GRU under tanh (test): here on none of 2; in the paper on 1 of 2 (JSB Chorales)." in text
    assert "LSTM under tanh" not in text
    assert "tell apart and that stand in the same order here: 1 of 2." in text


def test_speech_has_bits_and_margins_and_no_bold_beside_the_papers_figures(tmp_path):
    for cell, nats in {"tanh": -2.0, "gru": -9.5, "lstm": -1.5}.items():
        card = card_of(f"spoken_digits-{cell}", speech_metrics(-3.0, nats))
        write_checkpoint(tmp_path / "checkpoints", card, curve_of(nats))
    text = page(tmp_path)
    assert ["", "test", "ours, nats per step", "-2.000", "-9.500", "-1.500"] in rows(text)
    assert ["", "", "ours, bits per 16-bit sample", "10.800", "10.050", "10.850"] in rows(text)
    assert "GRU is under tanh by 7.50 nats per step (the paper, on Ubisoft A: under it by 2.85)" in text
    assert "LSTM is over tanh by 0.50 nats per step" in text


def test_sizes_are_the_papers(whole):
    """The paper's table 1, typed in a second time."""
    text = (whole / "docs" / "results.md").read_text(encoding="utf-8")
    sizes = {(row[2], row[4], row[5]) for row in rows(text) if len(row) == 9}
    assert {("100", "20,050", "20,150"), ("46", "20,217", "20,355"), ("36", "19,764", "19,908")} <= sizes
    assert {(units, total) for units, _, total in sizes} >= {
        *(("400", "168,400"), ("227", "168,888"), ("195", "169,065"))
    }


def test_time_is_the_median_so_that_a_pause_does_not_count(whole):
    text = (whole / "docs" / "results.md").read_text(encoding="utf-8")
    assert text.count("seconds per epoch | 2.00 | 2.00 | 2.00 |") == 6


def test_trials_of_a_search_are_sorted_and_its_winner_is_bold(tmp_path):
    write_result("jsb_chorales-gru", search_of("jsb_chorales-gru"), tmp_path / "results")
    write_result("jsb_chorales-tanh", search_of("jsb_chorales-tanh", best=None), tmp_path / "results")
    trials = [row for row in rows(page(tmp_path)) if row[0][:1].isdigit()]
    assert trials == [
        ["3.00e-04", "9.500", "dropped, 20", "9.500", "dropped, 20"],
        ["1.00e-03", "8.700", "last epoch, 60", "8.700", "last epoch, 60"],
        ["3.00e-03", "8.400", "patience, 40", "**8.400**", "patience, 40"],
        ["1.00e-02", "–", "diverged, 1", "–", "diverged, 1"],
    ]


def test_a_winner_at_the_edge_is_named(tmp_path):
    write_result("jsb_chorales-gru", search_of("jsb_chorales-gru", best=0), tmp_path / "results")
    assert "the lowest rate drawn won for `jsb_chorales-gru`" in page(tmp_path)


def test_ranges_over_seeds_decide_which_differences_count(tmp_path):
    """GRU 8.0 to 8.1 is apart from tanh 8.4 to 8.5, and meets LSTM 8.1 to 8.2 in a point."""
    for cell, low in {"tanh": 8.4, "gru": 8.0, "lstm": 8.1}.items():
        name = f"jsb_chorales-{cell}"
        write_checkpoint(tmp_path / "checkpoints", card_of(name, music_metrics(7.0, low)), curve_of(low))
        seeds = {2: low + 0.05, 3: low + 0.1}
        write_result(name, search_of(name, seeds=seeds), tmp_path / "results")
    text = page(tmp_path)
    assert "GRU under tanh by 0.400 in the mean, the ranges are **apart**" in text
    assert "GRU under LSTM by 0.100 in the mean, the ranges overlap" in text
    assert "probability 0.1 with 3 seeds each; among 3 pairs about 0.3 would" in text
    (row,) = (row for row in rows(text) if row[2] == "1, 2 and 3" and row[1] == "GRU")
    assert row[4].startswith("7.950 (7.900 to 8.000)")


def test_seeds_of_another_recipe_are_no_spread_of_this_one(tmp_path):
    """While a search is under way again, the checkpoint may still be that of an earlier fit."""
    name = "jsb_chorales-gru"
    card = card_of(name, music_metrics(7.0, 8.0), rate=0.0031)
    write_checkpoint(tmp_path / "checkpoints", card, curve_of(8.0))
    write_result(name, search_of(name, seeds={2: 8.1, 3: 8.2}), tmp_path / "results")
    text = page(tmp_path)
    assert "No model has been fitted from more than one seed yet." in text
    assert "- Each by a fit of its own (device cpu, torch 2.13.0): `jsb_chorales-gru`." in text


def test_seeds_that_were_fitted_for_themselves_count_where_the_recipe_is_the_same(tmp_path):
    """For instance of a model that was fitted again after its search, with disturbed reading."""
    name = "jsb_chorales-gru"
    card = card_of(name, music_metrics(7.0, 8.0), rate=0.0031)
    write_checkpoint(tmp_path / "checkpoints", card, curve_of(8.0))
    seeds = tmp_path / "results" / "seeds"
    seeds.mkdir(parents=True)
    recipe = card.training.recipe
    for seed, changes in ((2, {}), (3, {"max_epochs": 7})):
        result = FitResult(
            recipe={**recipe, "name": f"{name}-seed{seed}", "seed": seed, **changes},
            epochs=40, best_epoch=30, seconds=80.0, metrics=music_metrics(7.0, 8.2),
        )  # fmt: skip
        (seeds / f"{name}-seed{seed}.json").write_text(result.model_dump_json(), encoding="utf-8")
    (row,) = (row for row in rows(page(tmp_path)) if row[1:3] == ["GRU", "1 and 2"])
    assert row[5].startswith("8.100 (8.000 to 8.200)") or row[4].startswith("8.100 (8.000 to 8.200)")


def test_without_any_model_everything_is_written(tmp_path):
    text = page(tmp_path)
    assert "0 of 18 models are fitted so far" in text
    assert "No search has been made yet." in text
    assert json.loads((tmp_path / "assets" / "results.json").read_bytes())["rows"][0]["checkpoint"] is None


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("results/jsb_chorales-gru.json", "{", "jsb_chorales-gru.json is no result of a search"),
        ("results/jsb_chorales-gru.json", '{"recipe": {}}', "jsb_chorales-gru.json is no result of a search"),
        ("checkpoints/jsb_chorales-gru/card.json", "[]", "the card of 'jsb_chorales-gru' cannot be used"),
        ("checkpoints/jsb_chorales-gru/curve.json", "{}", "curve.json of 'jsb_chorales-gru' cannot be used"),
    ],
)
def test_a_broken_file_is_named_and_nothing_is_written(tmp_path, name, text, message):
    write_checkpoint(
        tmp_path / "checkpoints", card_of("jsb_chorales-gru", music_metrics(7.0, 8.0)), curve_of(8.0)
    )
    (tmp_path / "results").mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(EngineError, match=message):
        report(tmp_path)
    assert not (tmp_path / "docs").exists() and not (tmp_path / "assets").exists()


def test_a_folder_that_may_not_be_written_is_an_error_of_one_sentence(tmp_path):
    (tmp_path / "docs").write_text("in the way", encoding="utf-8")
    with pytest.raises(EngineError, match="docs"):
        report(tmp_path)
