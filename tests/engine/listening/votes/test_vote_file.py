"""Files of votes: every line is a record, or is named."""

import pytest

from engine.errors import UnreadableFileError
from engine.listening.votes.vote_file import read_vote_files, read_votes
from tests.engine.listening.listener import record

GOOD = record(("model-a", "model-b"), "0")
LINE = GOOD.model_dump_json().encode()


def test_every_line_is_a_record(tmp_path):
    path = tmp_path / "votes.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + LINE + b"\r\n\n" + LINE)
    votes = read_votes(path)
    assert votes.records == (GOOD, GOOD) and votes.problems == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (LINE[:-9], "it is not JSON; it may be cut off"),
        (b"trial,choice", "it is not JSON; it may be cut off"),
        (b"\xff\xfe{", "it is not UTF-8 text"),
        (b"[" * 100_000, "it is not JSON; it may be cut off"),
        (b"[1, 2]", "the record: "),
        (b"{}", "trial: Field required"),
        (LINE.replace(b'"choice":"0"', b'"choice":"3"'), "the record: choice '3' must be one of 0, 1, tie"),
        (LINE.replace(b'"seconds":20.0', b'"seconds":-1'), "trial.seconds: Input should be greater than 0"),
        (LINE.replace(b'"schema_version":1', b'"schema_version":2'), "trial.schema_version: "),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_with_its_number(tmp_path, line, problem):
    path = tmp_path / "votes.jsonl"
    path.write_bytes(b"\n".join([LINE, line, LINE]))
    votes = read_votes(path)
    assert len(votes.records) == 2
    (said,) = votes.problems
    assert said.startswith(f"line 2 is left out: {problem}") and "\n" not in said


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_one_file_says_was_deleted_counts_in_none(tmp_path, order):
    """An export of May once brought back what was deleted before the one of June."""
    second = record(("model-a", "model-b"), "1", trial_id="t2").model_dump_json().encode()
    tombstone = b'{"deleted": "t1", "deleted_at": "2026-11-23T12:00:00Z"}'
    paths = [tmp_path / "may.jsonl", tmp_path / "june.jsonl"]
    paths[0].write_bytes(b"\n".join([LINE, second]))
    paths[1].write_bytes(b"\n".join([tombstone, second]))
    votes = read_vote_files([paths[place] for place in order])
    assert [vote.trial.trial_id for vote in votes.records] == ["t2"]


def test_a_vote_of_an_export_before_and_of_one_after_its_test_was_over_is_one(tmp_path):
    """The later one has the seeds, so the records differ."""
    paths = [tmp_path / "before.jsonl", tmp_path / "after.jsonl"]
    for path, seed in zip(paths, (None, 5), strict=True):
        trial = GOOD.trial.model_copy(update={"seed": seed, "design_seed": seed})
        path.write_text(GOOD.model_copy(update={"trial": trial}).model_dump_json())
    assert len(read_vote_files(paths).records) == 1


def test_a_deleted_vote_counts_nowhere(tmp_path):
    path = tmp_path / "votes.jsonl"
    second = record(("model-a", "model-b"), "1", trial_id="t2").model_dump_json().encode()
    tombstone = b'{"deleted": "t1", "deleted_at": "2026-11-23T12:00:00Z"}'
    path.write_bytes(b"\n".join([tombstone, LINE, second]))
    assert [vote.trial.trial_id for vote in read_votes(path).records] == ["t2"]
    path.write_bytes(b"\n".join([LINE, tombstone]))
    with pytest.raises(UnreadableFileError, match=r"all votes of .* were deleted by their listeners"):
        read_votes(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty, there is no vote in it: give the JSONL file"),
        (b"\n \r\n", "is empty, there is no vote in it: give the JSONL file"),
        (b"trial,choice\n1,0\n", "no line of .* is a vote .line 1 is left out: it is not JSON"),
    ],
)  # fmt: skip
def test_a_file_without_a_vote_says_what_to_do(tmp_path, content, problem):
    path = tmp_path / "votes.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=problem):
        read_votes(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"none\.jsonl cannot be read .No such file or directory"):
        read_votes(tmp_path / "none.jsonl")
    with pytest.raises(UnreadableFileError, match=r"cannot be read .Is a directory"):
        read_votes(tmp_path)
