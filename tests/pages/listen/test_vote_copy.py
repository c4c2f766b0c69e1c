"""Votes in a dataset: pushed by the real scheduler, read back by a Space that has forgotten everything.

Only the network is replaced, by an HfApi whose repository is a folder.
"""

import json
import shutil
from pathlib import Path

import pytest
from huggingface_hub import CommitInfo, HfApi, RepoUrl

from engine.listening.votes.store import VoteStore
from engine.listening.votes.vote_export import pseudonym
from pages.listen.vote_copy import VoteCopy, open_copy
from tests.engine.listening.listener import NOW, record

SOMEBODY = pseudonym("somebody")
TWO = ("jsb_chorales-gru", "jsb_chorales-lstm")


class FolderApi(HfApi):
    """A Hub that is a folder."""

    def __init__(self, folder: Path):
        super().__init__(token="hf_none", endpoint="http://127.0.0.1:9")
        self.folder = folder
        self.private: list[bool] = []

    def create_repo(self, repo_id: str, **given: object) -> RepoUrl:
        self.folder.mkdir(exist_ok=True)
        self.private.append(given["private"])
        return RepoUrl(f"http://127.0.0.1:9/datasets/{repo_id}", endpoint="http://127.0.0.1:9")

    def create_commit(self, repo_id: str, operations: list, **given: object) -> CommitInfo:
        for operation in operations:
            with operation.as_file() as file:
                (self.folder / operation.path_in_repo).write_bytes(file.read())
        return CommitInfo(
            commit_url=f"http://127.0.0.1:9/datasets/{repo_id}/commit/0", _endpoint="http://127.0.0.1:9",
            commit_message="", commit_description="", oid="0",
        )  # fmt: skip

    def snapshot_download(self, repo_id: str, **given: object) -> str:
        copy = self.folder.with_name("downloaded")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder, copy)
        return str(copy)


@pytest.fixture
def api(tmp_path) -> FolderApi:
    return FolderApi(tmp_path / "hub")


def space(tmp_path: Path, name: str, api: FolderApi) -> VoteCopy:
    """A Space that has just started."""
    (tmp_path / name).mkdir()
    return VoteCopy(VoteStore(tmp_path / name / "votes.sqlite3"), tmp_path / name / "pushed", "me/votes", api)


def vote(copy: VoteCopy, number: int) -> None:
    answered = record(TWO, "1", trial_id=f"t{number}", test_id=f"s{number}", listener=SOMEBODY)
    copy.store.issue(answered.trial)
    kept = copy.store.answer(f"t{number}", SOMEBODY, answered.answer)
    copy.add([kept.model_dump(mode="json")])


def push(copy: VoteCopy) -> None:
    copy.scheduler.trigger().result()


def test_a_space_that_forgot_its_disk_has_all_votes_again(tmp_path, api):
    first = space(tmp_path, "first", api)
    assert api.private == [True]
    for number in range(3):
        vote(first, number)
    push(first)
    vote(first, 3)
    push(first)
    second = space(tmp_path, "second", api)
    assert second.fill() == 4 and second.fill() == 0
    assert second.store.records() == first.store.records()


def test_two_spaces_write_side_by_side_and_a_deletion_reaches_both(tmp_path, api):
    first, second = space(tmp_path, "first", api), space(tmp_path, "second", api)
    vote(first, 1)
    vote(second, 2)
    push(first)
    push(second)
    first.fill()
    assert len(first.store.records()) == 2
    first.store.delete(SOMEBODY, NOW)
    first.add([row for row in first.store.export() if "deleted" in row])
    push(first)
    third = space(tmp_path, "third", api)
    third.fill()
    second.fill()
    assert first.store.records() == second.store.records() == third.store.records() == []


def test_a_line_that_is_no_vote_is_passed_over(tmp_path, api, caplog):
    first = space(tmp_path, "first", api)
    vote(first, 1)
    push(first)
    (api.folder / "votes-other.jsonl").write_text(
        '{"mood": "good"}\nnot json\n' + json.dumps({"deleted": "t9"}) + "\n"
    )
    second = space(tmp_path, "second", api)
    assert second.fill() == 2
    assert [kept.trial.trial_id for kept in second.store.records()] == ["t1"]
    assert "line 1 of votes-other.jsonl" in caplog.text and "line 2 of votes-other.jsonl" in caplog.text


@pytest.mark.parametrize(
    "content",
    [
        "line\n".encode("utf-16"),
        b"\x1f\x8b\x08 compressed",
        b"5\nnull\n[1]\n",
        b'{"trial": {"cut o',
        b"\xff\n",
    ],
)
def test_a_file_that_cannot_be_read_keeps_no_other_from_counting(tmp_path, api, caplog, content):
    """One such file once switched copying off for the whole run, and the token was blamed."""
    first = space(tmp_path, "first", api)
    vote(first, 1)
    push(first)
    (api.folder / "votes-a.jsonl").write_bytes(content)  # it sorts before
    second = space(tmp_path, "second", api)
    assert second.fill() == 1
    assert "votes-a.jsonl" in caplog.text


def test_a_listeners_words_may_hold_any_character(tmp_path, api):
    """Lines end at line feeds alone: once U+2028, U+0085 and a byte-order mark broke them too."""
    first = space(tmp_path, "first", api)
    vote(first, 1)
    push(first)
    (path,) = api.folder.iterdir()
    odd = (
        path.read_text()
        .replace('"device":""', '"device":"a\u2028b\u0085c"')
        .replace('"device": ""', '"device": "a\u2028b\u0085c"')
    )
    path.write_bytes(b"\xef\xbb\xbf" + odd.encode())
    second = space(tmp_path, "second", api)
    assert second.fill() == 1
    assert second.store.records()[0].answer.device == "a\u2028b\u0085c"


def test_without_a_token_or_where_the_hub_refuses_votes_stay_here(tmp_path, monkeypatch, caplog):
    store = VoteStore(tmp_path / "votes.sqlite3")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert open_copy(store) is None and caplog.text == ""
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    monkeypatch.setenv("EARSHOT_VOTES_DATASET", "no such/name at all")
    assert open_copy(store) is None
    assert "votes are not copied to no such/name at all" in caplog.text
