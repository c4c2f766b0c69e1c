"""VoteCopy: votes in a private dataset of the Hugging Face Hub, since a Space forgets its disk.

Each process appends to its own file; huggingface_hub's CommitScheduler pushes files that have grown. A
deletion is pushed as a tombstone, which every reader honours; the dataset's history keeps what was pushed
before.

    votes-<random>.jsonl    lines of VoteStore.export()
"""

import json
import logging
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huggingface_hub import CommitScheduler, HfApi

from engine.errors import EngineError, InvalidValueError
from engine.listening import VoteStore, public_rows, read_lines

MINUTES_BETWEEN_PUSHES = 5
COPIED_FILES = "*.jsonl"
TOKEN_VARIABLE, DATASET_VARIABLE = "HF_TOKEN", "EARSHOT_VOTES_DATASET"  # in the environment
VOTES_LOG = "earshot.votes"  # name of the logger


class VoteCopy:
    """The copy of a store in a dataset.

    Args:
        store: whose votes are copied.
        folder: for the lines of this process; it is made.
        dataset: ``owner/name``, made private if it is not there.
        api: the Hub, with a token that may write there.
    """

    def __init__(self, store: VoteStore, folder: Path, dataset: str, api: HfApi):
        self.store = store
        self.dataset = dataset
        self.api = api
        folder.mkdir(parents=True, exist_ok=True)
        self.lines = folder / f"votes-{secrets.token_hex(8)}.jsonl"
        self.scheduler = CommitScheduler(
            repo_id=dataset, folder_path=folder, every=MINUTES_BETWEEN_PUSHES, repo_type="dataset",
            private=True, allow_patterns=COPIED_FILES, hf_api=api,
        )  # fmt: skip

    def fill(self) -> int:
        """Merge all that was ever pushed into the store; returns how many trials it added or deleted.

        A file that cannot be read and a line that is not a vote are left out and logged: the others count.
        """
        folder = Path(
            self.api.snapshot_download(self.dataset, repo_type="dataset", allow_patterns=COPIED_FILES)
        )
        return sum(map(self._take_in, sorted(folder.rglob(COPIED_FILES))))

    def _take_in(self, path: Path) -> int:
        log, count = logging.getLogger(VOTES_LOG), 0
        try:
            lines = read_lines(path)
        except EngineError as error:
            log.warning("votes are left out: %s", error)
            return 0
        for number, line in lines:
            try:
                count += self.store.merge([line.values()])
            except InvalidValueError as error:
                log.warning("line %d of %s is not a vote (%s)", number, path.name, error)
        return count

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Have these rows of an export pushed with the next commit, in their public form."""
        with self.scheduler.lock, self.lines.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in public_rows(rows))


def open_copy(store: VoteStore) -> VoteCopy | None:
    """The copy that the environment names; None without a token or a dataset, or when the Hub refuses."""
    token, dataset = os.environ.get(TOKEN_VARIABLE), os.environ.get(DATASET_VARIABLE)
    if not token or not dataset:
        return None
    try:
        copy = VoteCopy(store, store.path.parent / "pushed", dataset, HfApi(token=token))
        copy.fill()
    except Exception as error:  # whatever the network and the Hub may raise: votes are kept here anyway
        logging.getLogger(VOTES_LOG).warning(
            "votes are not copied to %s (%s): look at %s and at the dataset", dataset, error, TOKEN_VARIABLE
        )
        return None
    return copy
