"""The table of results: what is written in the file is what the page says, and what is wrong is named."""

import json
import re
from urllib.parse import urljoin

import pytest

from engine.errors import UnreadableFileError
from pages.results.result_row import ResultRow, read_shipped_results
from pages.results.results_table import figure_or_dash, tables

MUSIC = {
    "corpus": "jsb_chorales",
    "title": "JSB Chorales",
    "cell": "gru",
    "checkpoint": "jsb_chorales-gru",
    "page": "play",
    "units": 46,
    "learning_rate": 0.00312,
    "unit": "nats per frame",
    "paper": {"train": 6.94, "test": 8.54},
    "paper_corpus": "JSB Chorales",
    "better_average": "sequence_mean",
    "pooled": {"train": 7.7342, "valid": 8.3, "test": 8.5404},
    "sequence_mean": {"train": 6.9, "valid": 8.3, "test": 8.54},
    "bits_per_sample": None,
    "epochs": 126,
    "best_epoch": 76,
    "seconds_per_epoch": 0.795,
    "num_recurrent_parameters": 18630,
    "num_parameters": 22766,
    "seeds": {"count": 3, "test_mean": 8.5, "test_min": 8.4, "test_max": 8.6},
}
SPEECH = {
    **MUSIC,
    "corpus": "spoken_digits",
    "title": "Spoken digits",
    "checkpoint": "spoken_digits-gru",
    "page": "speech",
    "unit": "nats per step",
    "paper": {"train": 2.31, "test": 3.59},
    "paper_corpus": "Ubisoft A",
    "better_average": "pooled",
    "pooled": {"train": -10.26, "valid": -10.1, "test": -9.5203},
    "sequence_mean": None,
    "bits_per_sample": {"test": 9.73},
    "seeds": None,
}
UNFITTED = {
    **MUSIC,
    **dict.fromkeys(
        (
            *("checkpoint", "learning_rate", "pooled", "sequence_mean", "epochs", "best_epoch"),
            *("seconds_per_epoch", "num_recurrent_parameters", "num_parameters", "seeds"),
        )
    ),
}


def write(path, *rows, **extra) -> None:
    path.write_text(json.dumps({"columns_note": "for programs", "rows": rows, **extra}))


def shown(row: dict, playable=("jsb_chorales-gru", "spoken_digits-gru")) -> str:
    (table,) = tables([ResultRow.model_validate(row)], playable)
    return table.html()


def cells(page: str) -> list[str]:
    return [re.sub("<.*?>", " ", cell).strip() for cell in re.findall("<td.*?>(.*?)</td>", page)]


def test_a_row_of_music_shows_every_figure_of_the_file():
    test = ["8.54", "8.540", "8.540", "8.500 8.400 to 8.600"]
    assert cells(shown(MUSIC)) == [
        *test,
        *("6.94", "7.734", "6.900"),
        *("46", "18,630", "0.00312", "126", "0.80"),
    ]


def test_a_row_of_speech_shows_every_figure_of_the_file():
    figures = ["−9.520", "9.730", "−10.260", "3.59", "2.31"]
    assert cells(shown(SPEECH))[:5] == figures


def test_a_test_figure_is_marked_only_where_it_is_at_or_under_the_printed_one_before_rounding():
    """8.5404 is shown as 8.540, and is above 8.54; and no figure of the training split is marked."""
    marked = re.findall("<strong.*?>(.*?)</strong>", shown(MUSIC))
    assert marked == ["8.540"] and '<td><strong title="at or under the paper’s 8.54">' in shown(MUSIC)
    assert shown({**MUSIC, "sequence_mean": MUSIC["pooled"]}).count("<strong") == 0


def test_speech_stands_in_for_other_recordings_and_is_never_marked():
    assert "<strong" not in shown(SPEECH)
    assert "in the place of Ubisoft A" in shown(SPEECH) and "Paper, other data" in shown(SPEECH)


def test_the_average_that_counts_is_named_where_there_is_a_figure():
    assert "held against the paper by the sequence means" in shown(MUSIC)
    assert "held against" not in shown(UNFITTED)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:7860/", "https://me-earshot.hf.space/", "https://a.org/b/c/"]
)
def test_buttons_lead_into_the_app_wherever_it_is_served(address):
    """Behind a proxy the app lies in a folder of the address, so links start from the page."""
    links = re.findall('href="(.*?)"', shown(MUSIC) + shown(SPEECH))
    assert [urljoin(address + "results", link) for link in links] == [
        address + "?model=jsb_chorales-gru",
        address + "speech?model=spoken_digits-gru",
    ]


def test_a_button_leads_to_the_page_that_plays_the_model():
    assert 'href="./?model=jsb_chorales-gru" aria-label="Hear JSB Chorales GRU: opens Play"' in shown(MUSIC)
    assert 'href="./speech?model=spoken_digits-gru"' in shown(SPEECH)


@pytest.mark.parametrize("playable", [(), ("other",)])
def test_a_model_that_cannot_be_opened_has_no_button(playable):
    assert "<a " not in shown(MUSIC, playable)


def test_a_model_that_is_not_fitted_has_dashes_and_the_papers_figures():
    assert cells(shown(UNFITTED)) == ["8.54", "–", "–", "6.94", "–", "–", "46", "–", "–", "–", "–"]
    assert "<a " not in shown(UNFITTED)


def test_words_are_text_whatever_they_hold():
    names = ("corpus", "title", "cell", "checkpoint", "paper_corpus")
    evil = '"><img src=x onerror=alert(1)>'
    page = shown({**SPEECH, **dict.fromkeys(names, evil)}, (evil,))
    assert "<img" not in page and 'href="./speech?model=%22%3E%3Cimg' in page


def test_music_stands_before_speech_in_the_order_of_the_file():
    rows = [SPEECH, {**MUSIC, "cell": "lstm"}, MUSIC]
    music, speech = tables([ResultRow.model_validate(row) for row in rows], ())
    assert re.findall('data-model="(.*?)"', music.html()) == ["jsb_chorales-lstm", "jsb_chorales-gru"]
    assert re.findall('data-model="(.*?)"', speech.html()) == ["spoken_digits-gru"]


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (-0.5, "−0.50"), (1234.5, "1234.50"), (0, "0.00")])
def test_number(value, text):
    assert figure_or_dash(value, ".2f") == text


def test_a_file_is_read_whole(tmp_path):
    write(tmp_path / "results.json", MUSIC, SPEECH, UNFITTED)
    rows = read_shipped_results(tmp_path / "results.json").rows
    assert [row.checkpoint for row in rows] == ["jsb_chorales-gru", "spoken_digits-gru", None]
    for row, written in zip(rows, (MUSIC, SPEECH, UNFITTED), strict=True):
        figures = {key: value for key, value in written.items() if value is not None}
        assert row.model_dump(exclude_none=True) == figures


def test_a_file_that_is_missing_says_how_to_write_it(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"results\.json is missing: .*python -m training report"):
        read_shipped_results(tmp_path / "results.json")
    with pytest.raises(UnreadableFileError, match=r"cannot be read \(Is a directory\)"):
        read_shipped_results(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file: "),
        ('{"rows": [', "the file: "),
        ("[]", "the file: "),
        ("{}", "rows: "),
        (json.dumps({"rows": [{**MUSIC, "page": "compare"}]}), r"rows\.0\.page: "),
        (json.dumps({"rows": [MUSIC, {**MUSIC, "paper": {"test": "8.54"}}]}), r"rows\.1\.paper\.test: "),
        (json.dumps({"rows": [{**MUSIC, "learning_rate": float("inf")}]}), r"rows\.0\.learning_rate: "),
    ],
)
def test_a_file_that_is_broken_is_named_by_one_sentence(tmp_path, text, said):
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(UnreadableFileError, match=f"the table in .*results.json cannot be shown \\({said}"):
        read_shipped_results(tmp_path / "results.json")
