"""Exports: JSON lines that can be read back, a table, and nobody's key to their votes in either."""

import csv
import io
import json

from engine.listening.analysis import analyse
from engine.listening.record import make_record
from engine.listening.votes.store import VoteStore
from engine.listening.votes.vote_export import export_text, pseudonym
from engine.listening.votes.vote_file import read_votes
from tests.engine.listening.listener import NOW, record

TWO = ("jsb_chorales-gru", "jsb_chorales-lstm")
ANN, BOB = "ann-with-a-long-random-id", "bob-with-a-long-random-id"


def rows() -> list[dict]:
    """An export of a preference, a ranking of four and a deleted trial."""
    records = [
        record(TWO, "0", trial_id="a", listener=ANN),
        record((*TWO, "real", "anchor"), (2, 3, 1, 4), "rank", trial_id="b", listener=BOB),
    ]
    return [
        *(listened.model_dump(mode="json") for listened in records),
        {"deleted": "gone", "deleted_at": NOW},
    ]


def test_json_lines_are_read_back_and_say_the_same(tmp_path):
    path = tmp_path / "votes.jsonl"
    path.write_text(export_text(rows(), "jsonl"))
    votes = read_votes(path)
    assert votes.problems == () and [vote.trial.trial_id for vote in votes.records] == ["a", "b"]
    original = [make_record(row) for row in rows() if "trial" in row]
    assert [vote.answer for vote in votes.records] == [vote.answer for vote in original]
    assert analyse(votes.records).corpora[0].ranking == analyse(original).corpora[0].ranking
    assert VoteStore(tmp_path / "other.sqlite3").merge(map(json.loads, path.read_text().splitlines())) == 3


def test_the_table_has_a_row_a_trial_and_a_column_a_fact():
    table = list(csv.DictReader(io.StringIO(export_text(rows(), "csv"))))
    first, second, deleted = table
    assert (first["trial_id"], first["choice"], first["lane_2_source"]) == ("a", "0", TWO[1])
    assert (second["choice"], second["lane_4_source"]) == ("2 3 1 4", "anchor")
    assert (first["lane_1_heard_seconds"], first["lane_3_source"]) == ("20.0", "")
    assert (deleted["trial_id"], deleted["deleted_at"], deleted["choice"]) == ("gone", NOW, "")
    assert {None} & set(first) == set(), "no row has more cells than there are columns"


def test_nobody_can_vote_or_delete_as_another_by_an_export():
    for kind in ("jsonl", "csv"):
        text = export_text(rows(), kind)
        assert ANN not in text and BOB not in text
        assert pseudonym(ANN) in text and pseudonym(BOB) in text
    assert pseudonym(ANN) != pseudonym(BOB) and len(pseudonym(ANN)) == 16


def test_what_a_browser_sent_is_not_a_formula():
    preference = rows()[:1]
    preference[0]["answer"]["device"] = '=HYPERLINK("x")'
    (row,) = csv.DictReader(io.StringIO(export_text(preference, "csv")))
    assert row["device"] == '\'=HYPERLINK("x")'
    assert row["lane_1_lufs"] == "-20.0", "numbers stay numbers"
