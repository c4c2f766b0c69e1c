"""At a glance: which figures become bars, how long they are, and what of them may be heard."""

import json
import re

from pages.results.glance import glance
from pages.results.result_row import Results, read_shipped_results
from tests.pages.results.test_results_table import MUSIC

BOARD = {"corpus": "jsb_chorales", "title": "JSB <Chorales>"}
ENTRY = {"kind": "exact", "known": "read", "average": "pooled"}
ENTRIES = [
    {**ENTRY, "method": "Earshot, best model", "figure": "3.606", "checkpoint": "jsb_chorales-best"},
    {**ENTRY, "method": "A <bound>", "figure": "≤ 1.00", "kind": "bound"},
    {**ENTRY, "method": "Other frames", "figure": "2.00", "comparable": False},
    {**ENTRY, "method": "Best <run>", "figure": "5.05 to 5.20"},
    {**ENTRY, "method": "Another run", "figure": "5.19"},
]


def seen(entries: list[dict], rows: list[dict], playable: tuple[str, ...] = ()) -> str:
    board = {**BOARD, "entries": entries}
    return glance(Results.model_validate_json(json.dumps({"rows": rows, "leaderboard": [board]})), playable)


def bars(text: str) -> list[tuple[str, float, str]]:
    matches = re.findall(r'data-bar="(\w+)".*?--share:([\d.]+).*?<b>([^<]*)</b>', text)
    return [(kind, float(share), figure) for kind, share, figure in matches]


def test_exact_figures_that_compare_stand_from_the_lowest_up():
    better = {**MUSIC, "cell": "lstm", "paper": {"train": 1.0, "test": 8.0}}
    text = seen(ENTRIES, [MUSIC, better], ("jsb_chorales-best",))
    shown = bars(text)
    assert [kind for kind, *_ in shown[:2]] == ["large", "others"]
    assert {kind for kind, *_ in shown} == {"large", "others", "small", "paper"}
    figures = [float(figure.split()[0]) for *_, figure in shown]
    assert figures == sorted(figures) and shown[-1][1] == 1
    assert shown[0][1] == round(3.606 / figures[-1], 4)
    assert ("paper", "8.00") in [(kind, figure) for kind, _, figure in shown]
    assert "Best &lt;run&gt;" in text and "JSB &lt;Chorales&gt;" in text and "<run>" not in text
    assert 'href="./?model=jsb_chorales-best"' in text


def test_what_is_not_there_has_no_bar_and_no_button():
    assert "<a " not in seen(ENTRIES, [MUSIC])
    assert [kind for kind, *_ in bars(seen(ENTRIES[1:3], [MUSIC]))].count("others") == 0
    assert seen([], []) == ""
    assert glance(Results(rows=()), ()) == ""


def test_of_the_shipped_figures_our_large_networks_are_the_lowest():
    shown = bars(glance(read_shipped_results(), ()))
    assert len(shown) == 16
    assert [kind for kind, *_ in shown[::4]] == ["large"] * 4
