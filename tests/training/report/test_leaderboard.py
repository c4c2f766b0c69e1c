"""The leaderboard: its data are whole, it is sorted, and our models are in it where they belong."""

import json
import re
from typing import get_args

import pytest

from engine.cells import cell_title
from engine.checkpoints.checkpoint import read_card
from engine.errors import EngineError
from tests.training.report.report_folders import (
    MUSIC_CORPORA,
    card_of,
    curve_of,
    music_metrics,
    write_checkpoint,
)
from training.fitting.recipe import make_recipe
from training.paper import PAPER_MUSIC, paper_model
from training.report.evidence import read_evidence
from training.report.leaderboard import PUBLISHED, FigureKind, architecture, described, read_leaderboard
from training.report.leaderboard_section import figure, lowest
from training.report.report import write_report
from training.searching.series import FitResult

LAYER = [
    {"name": "gru", "input_size": 88, "hidden_size": 320},
    {"name": "attention", "input_size": 320, "hidden_size": 320, "num_heads": 4, "window": 1024},
]
BEST = {
    "cells": [*LAYER, {**LAYER[0], "input_size": 320}, LAYER[1]],
    "head": {"name": "note_list", "num_units": 256, "hidden_size": 320, "frame_size": 88},
    "context_frames": 1,
    "residual": True,
}
WORDS = (
    "2 × (GRU of 320 units, attention of 4 heads over 1,024 frames), residual sums, "
    "note-list head of 256 units"
)


def write_best(folder, corpus, test):
    """A checkpoint that is meant to be played, without weights."""
    card = card_of(f"{corpus}-gru", music_metrics(test - 0.2, test))
    facts = {"name": f"{corpus}-best", "model": BEST, "num_parameters": 2_500_000}
    write_checkpoint(folder, card.model_copy(update=facts), curve_of(test))


@pytest.fixture(scope="module")
def boards(tmp_path_factory):
    """Without any model of ours."""
    return {board.corpus: board for board in read_leaderboard(tmp_path_factory.mktemp("none"))}


@pytest.fixture
def copy(tmp_path):
    """The published figures, to be spoiled."""
    folder = tmp_path / "published"
    folder.mkdir()
    for path in PUBLISHED.glob("*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_every_corpus_of_music_has_its_board(boards):
    assert tuple(boards) == MUSIC_CORPORA
    assert {path.stem for path in PUBLISHED.glob("*.json")} == {*MUSIC_CORPORA, "sources"}
    assert all(len(board.entries) > 50 for board in boards.values())


def test_every_figure_has_source_kind_and_how_it_is_known(boards):
    for board in boards.values():
        for entry in board.entries:
            assert entry.source is not None and entry.checkpoint is None
            assert entry.kind in get_args(FigureKind)
            assert entry.known in ("read", "cited", "recalled", "computed")
            assert (entry.known == "computed") == (entry.kind == "code length" and "compressor" in entry.note)
            assert (entry.read_in is not None) == (entry.known == "cited")
            assert 0.5 < entry.nats <= 61  # 88 fair coins are 61 nats


def test_no_source_is_there_for_nothing(boards):
    papers = {source.citation for source in used(boards)}
    assert len(papers) == len(json.loads((PUBLISHED / "sources.json").read_text(encoding="utf-8")))
    assert all(re.search(r", (.*)20[012]\d", source.citation) and source.short for source in used(boards))


def used(boards):
    entries = [entry for board in boards.values() for entry in board.entries]
    return [source for entry in entries for source in (entry.source, entry.read_in) if source]


def test_no_figure_stands_twice(boards):
    for board in boards.values():
        figures = [
            (entry.nats, entry.method, entry.kind, entry.average, entry.note) for entry in board.entries
        ]
        assert len(figures) == len(set(figures))


def test_the_lowest_figure_comes_first_and_what_cannot_be_compared_last(boards):
    for board in boards.values():
        order = [(not entry.comparable, entry.nats) for entry in board.entries]
        assert order == sorted(order)
        assert order[-1][0] == any(not entry.comparable for entry in board.entries)


def test_the_papers_table_is_in_it_figure_by_figure(boards):
    for corpus in PAPER_MUSIC:
        printed = {
            entry.method.split(",")[0]: entry.nats
            for entry in boards[corpus.ours].entries
            if entry.source.arxiv == "1412.3555"
        }
        assert printed == {cell_title(cell): nats for cell, nats in corpus.test.items()}


@pytest.mark.parametrize(
    ("corpus", "method", "nats"),
    [
        ("nottingham", "RNN-NADE, Hessian-free", [2.31]),
        ("jsb_chorales", "RNN-NADE, Hessian-free", [5.19, 5.56]),  # as cited later, and as printed first
        ("muse_data", "RNN-NADE, Hessian-free", [5.60]),
        ("piano_midi", "RNN-NADE, Hessian-free", [7.05]),
        ("nottingham", "R-Transformer", [2.37]),
    ],
)
def test_exact_figures_that_were_read(boards, corpus, method, nats):
    exact = [entry for entry in boards[corpus].entries if entry.kind == "exact" and entry.method == method]
    assert [entry.nats for entry in exact] == nats and all(entry.known != "recalled" for entry in exact)


def test_ours_stand_among_them(tmp_path):
    """Of the paper's cells the one that is best on validation, whatever it is on test."""
    for cell, valid, test in (("tanh", 8.4, 8.9), ("gru", 8.5, 8.5)):
        metrics = music_metrics(7.0, test)
        metrics["valid"]["nats_per_frame"] = valid
        write_checkpoint(tmp_path, card_of(f"jsb_chorales-{cell}", metrics), curve_of(8.5))
    write_best(tmp_path, "jsb_chorales", 4.25)
    boards = {board.corpus: board for board in read_leaderboard(tmp_path)}
    ours = [entry for entry in boards["jsb_chorales"].entries if entry.checkpoint]
    assert [(entry.checkpoint, entry.nats) for entry in ours] == [
        ("jsb_chorales-best", 4.25),
        ("jsb_chorales-tanh", 8.9),
    ]
    assert {(entry.kind, entry.known, entry.average, entry.source) for entry in ours} == {
        ("exact", "computed", "pooled", None)
    }
    assert (ours[0].parameters, ours[0].note) == (2_500_000, WORDS)
    order = [entry.nats for entry in boards["jsb_chorales"].entries if entry.comparable]
    assert order == sorted(order)
    assert not any(entry.checkpoint for entry in boards["nottingham"].entries)


def test_a_model_that_was_not_scored_is_not_ranked(tmp_path):
    write_checkpoint(tmp_path, card_of("nottingham-gru", {}), curve_of(3.0))
    assert not any(entry.checkpoint for board in read_leaderboard(tmp_path) for entry in board.entries)


def test_the_papers_tables_do_not_know_of_the_best_model(tmp_path):
    write_best(tmp_path / "checkpoints", "nottingham", 1.1)
    assert not read_evidence(tmp_path / "checkpoints", tmp_path / "results").fitted


def test_an_architecture_is_told_in_words():
    assert architecture(BEST) == WORDS
    plain = {"cells": [{"name": "tanh", "input_size": 88, "hidden_size": 100}], "head": {"name": "bernoulli"}}
    assert architecture(plain) == "tanh of 100 units, Bernoulli head"
    assert architecture({"cells": [*LAYER, LAYER[0]]}).startswith("GRU of 320 units, attention of 4")


def test_the_report_tells_of_the_best_model(tmp_path):
    write_best(tmp_path / "checkpoints", "nottingham", 1.125)
    write_report(tmp_path / "checkpoints", tmp_path / "results", tmp_path)
    text = (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")
    row = "| 0.925 | 1.075 | 1.125 | 1.025 | 1.135 | 2,500,000 |"
    assert f"| `nottingham-best` | {WORDS} {row}" in text
    assert "| **Earshot, best model** | **1.125** | exact | pooled | computed here |" in text
    assert "- Nottingham: ours 1.125 (best model), the lowest exact figure read in print 2.31 (RNN-" in text
    assert "- JSB Chorales: no model of ours yet, the lowest" in text
    board = json.loads((tmp_path / "assets" / "results.json").read_bytes())["leaderboard"][0]
    assert board["title"] == "Nottingham" and board["entries"][0]["checkpoint"] == "nottingham-best"
    assert [entry["source"]["name"] for entry in board["entries"][1:3]] == [
        "Mahoney 2016",
        "Vohra et al. 2015",
    ]
    assert "the best general-purpose compressor 1.31 (zpaq 7.15, level 5, Mahoney 2016)" in text


def test_parts_stand_where_somebody_has_looked(tmp_path):
    write_best(tmp_path / "checkpoints", "nottingham", 1.125)
    folder = tmp_path / "checkpoints" / "nottingham-best"
    card = read_card("nottingham-best", tmp_path / "checkpoints")
    parts = {"share_of_repeated_frames": 0.4, "num_known_pieces": 15, "nats_per_frame_of_known_pieces": 0.5}
    metrics = {**card.metrics, "test": {**card.metrics["test"], **parts}}
    (folder / "card.json").write_text(card.model_copy(update={"metrics": metrics}).model_dump_json())
    write_report(tmp_path / "checkpoints", tmp_path / "results", tmp_path)
    text = (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")
    assert "| `nottingham-best` | 0.400 | – | – | 15 | 0.500 | – | – | – |" in text


def test_the_report_without_models_says_so(tmp_path, boards):
    write_report(tmp_path / "checkpoints", tmp_path / "results", tmp_path)
    text = (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")
    assert "`<corpus>-best`, are not fitted yet" in text
    for board in boards.values():
        (part,) = re.findall(
            rf"^### {re.escape(board.title)}\n(.*?)(?=^### )", text, re.DOTALL | re.MULTILINE
        )
        assert part.count("\n| ") == len(board.entries) + 2 * (1 + (not board.entries[-1].comparable))
    assert len(lowest(list(boards.values()))) == 4


def test_figures_are_as_printed_with_a_sign_for_what_is_not_exact(boards):
    texts = {figure(entry) for entry in boards["nottingham"].entries}
    assert {"2.31", "≈ 2.305", "≤ 2.347", "≤ 2.90 to 2.99", "61.00"} <= texts


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("kind", "likely", "figures.0.kind: input should be"),
        ("source", "nobody1999", "there is no source 'nobody1999'"),
        ("nats", "1.32", "figures.0.nats: input should be"),
        ("nats", -1.0, "figures.0.nats: input should be"),
        ("to", 1.0, "a range goes upwards"),
        ("known", "cited", "'read_in' goes with known 'cited'"),
        ("comparable", False, "a 'note' must say why"),
        ("colour", "blue", "figures.0.colour: extra inputs"),
    ],
)
def test_data_that_are_not_whole_are_refused(copy, tmp_path, key, value, message):
    path = copy / "nottingham.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["figures"][0] = {**data["figures"][0], "note": "", key: value}
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(EngineError, match=rf"nottingham\.json cannot be used: .*{re.escape(message)}"):
        read_leaderboard(tmp_path, copy)


def test_a_file_that_is_missing_or_of_another_corpus_is_named(copy, tmp_path):
    (copy / "nottingham.json").write_bytes((copy / "piano_midi.json").read_bytes())
    with pytest.raises(EngineError, match=r"nottingham\.json holds the figures of 'piano_midi'"):
        read_leaderboard(tmp_path, copy)
    (copy / "nottingham.json").unlink()
    with pytest.raises(EngineError, match=r"nottingham\.json cannot be read \(No such file"):
        read_leaderboard(tmp_path, copy)


NUMBERS = {"decay": 0.9, "same": 3.6, "other": 0.0, "start": 18.0, "doubt": 21.0}


@pytest.mark.parametrize(
    ("numbers", "after"),
    [
        (None, "."),
        (
            NUMBERS,
            "; the network without the melodies: median 5.200, best 5.150 (all: 5.150, 5.200 and 5.300).",
        ),
    ],
    ids=["network", "melodies"],
)
def test_the_median_and_the_best_of_the_seeds_are_told(numbers, after, tmp_path):
    write_best(tmp_path / "checkpoints", "jsb_chorales", 4.2)
    seeds = tmp_path / "results" / "seeds"
    seeds.mkdir(parents=True)
    model = paper_model("gru", "piano_roll") | ({"melody_memory": numbers} if numbers else {})
    for seed, test in ((1, 4.2), (2, 4.3), (3, 4.15)):
        fitted = read_card("jsb_chorales-best", tmp_path / "checkpoints").training.recipe
        recipe = make_recipe({**fitted, "name": f"x-seed{seed}", "seed": seed, "model": model})
        figures = {"nats_per_frame": test, "nats_per_frame_without_melodies": numbers and test + 1}
        result = FitResult(
            recipe=recipe.model_dump(), epochs=3, best_epoch=2, seconds=1.0,
            metrics={"test": {key: value for key, value in figures.items() if value is not None}},
        )  # fmt: skip
        path = seeds / f"jsb_chorales-best-seed{seed}.json"
        path.write_text(result.model_dump_json(), encoding="utf-8")
    write_report(tmp_path / "checkpoints", tmp_path / "results", tmp_path)
    text = (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")
    said = "from 3 seeds, test: median 4.200, best 4.150 (all: 4.150, 4.200 and 4.300)"
    assert f"`jsb_chorales-best` {said}{after}\n" in text


def test_the_published_fit_is_one_of_the_seeds(tmp_path):
    write_best(tmp_path / "checkpoints", "jsb_chorales", 4.2)
    seeds = tmp_path / "results" / "seeds"
    seeds.mkdir(parents=True)
    fitted = read_card("jsb_chorales-best", tmp_path / "checkpoints").training.recipe
    for seed, test in ((2, 4.3), (3, 4.15)):
        result = FitResult(
            recipe={**fitted, "name": f"x-seed{seed}", "seed": seed}, epochs=3, best_epoch=2, seconds=1.0,
            metrics={"test": {"nats_per_frame": test}},
        )  # fmt: skip
        (seeds / f"jsb_chorales-best-seed{seed}.json").write_text(result.model_dump_json(), encoding="utf-8")
    write_report(tmp_path / "checkpoints", tmp_path / "results", tmp_path)
    said = "from 3 seeds, test: median 4.200, best 4.150 (all: 4.150, 4.200 and 4.300)"
    assert said in (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")


def test_seeds_of_an_earlier_fit_say_nothing_of_this_one(tmp_path):
    write_best(tmp_path / "checkpoints", "jsb_chorales", 4.2)
    seeds = tmp_path / "results" / "seeds"
    seeds.mkdir(parents=True)
    fitted = read_card("jsb_chorales-best", tmp_path / "checkpoints").training.recipe
    for seed in (1, 2):
        recipe = {**fitted, "name": f"x-seed{seed}", "seed": seed, "max_epochs": 7}
        metrics = {"test": {"nats_per_frame": 4.2}}
        result = FitResult(recipe=recipe, epochs=3, best_epoch=2, seconds=1.0, metrics=metrics)
        (seeds / f"jsb_chorales-best-seed{seed}.json").write_text(result.model_dump_json(), encoding="utf-8")
    write_report(tmp_path / "checkpoints", tmp_path / "results", tmp_path)
    assert "seeds, test" not in (tmp_path / "docs" / "results.md").read_text(encoding="utf-8")


def test_what_a_memory_of_melodies_is_worth_is_told_beside_the_architecture():
    card = read_card("jsb_chorales-best")
    memories = "memory of the training melodies, memory of the piece's own past"
    told = "told the frame's number modulo 4, told its key"
    worth = f"({card.metrics['test']['nats_per_frame_without_copies']:.3f} without copies, "
    assert f"averaged over 13 keys, {memories}, {told} {worth}" in described(card)
    assert described(card).endswith(" without any memory)")
    assert described(read_card("jsb_chorales-gru")) == "GRU of 46 units, Bernoulli head"
