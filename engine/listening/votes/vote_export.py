"""Vote export: rows of a VoteStore as text to download: JSON lines, which ``read_votes`` reads, or a table.

Knowing a listener's id may give access to their votes, so a pseudonym replaces it: the same in all rows and
exports, with no way back. And anybody who knows a test's seeds can make its later trials, so rows hold no
seed until all of the test's trials are answered.

    csv    one row for each trial, with columns ``lane_1_…``, ``lane_2_…`` for its lanes; a deleted trial has
           only its id and time
"""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

PSEUDONYM = re.compile("[0-9a-f]{16}")
SEED_FIELDS = ("seed", "design_seed")  # of a trial; its sounds can be made again from them
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins with one of these


def pseudonym(listener: str) -> str:
    """The 16 hexadecimal digits that replace a listener's id; a pseudonym is returned as it is.

    Ids are random and long, so nobody can find one by trying them all.
    """
    if PSEUDONYM.fullmatch(listener):
        return listener
    return hashlib.sha256(listener.encode()).hexdigest()[:16]


def export_text(rows: Iterable[Mapping[str, Any]], kind: str) -> str:
    """Rows of ``VoteStore.export()`` as one text.

    Args:
        kind: "jsonl" or "csv".
    """
    return EXPORTS[kind](public_rows(rows))


def public_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows without what must stay secret: ids of listeners, and seeds of tests that are not over."""
    all_rows = list(rows)
    answered = Counter(row["trial"]["test_id"] for row in all_rows if row.get("answer") is not None)
    return [_public(row, answered) if "trial" in row else dict(row) for row in all_rows]


def _public(row: Mapping[str, Any], answered: Mapping[str, int]) -> dict[str, Any]:
    trial = {**row["trial"], "listener": pseudonym(row["trial"]["listener"])}
    if answered[trial["test_id"]] < trial["num_trials"]:
        trial = {name: value for name, value in trial.items() if name not in SEED_FIELDS}
    return {**row, "trial": trial}


def _jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: list[dict[str, Any]]) -> str:
    table = [_flat(row) for row in rows]
    columns = list(dict.fromkeys(column for row in sorted(table, key=len, reverse=True) for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: _cell(value) for column, value in row.items()} for row in table)
    return text.getvalue()


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    if "deleted" in row:
        return {"trial_id": row["deleted"], "deleted_at": row["deleted_at"]}
    trial, answer = dict(row["trial"]), dict(row["answer"])
    lanes, heard = trial.pop("lanes"), answer.pop("heard_seconds")
    flat = {**trial, **answer}
    for number, (lane, seconds) in enumerate(zip(lanes, heard, strict=True), 1):
        flat |= {f"lane_{number}_{key}": value for key, value in {**lane, "heard_seconds": seconds}.items()}
    return flat


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


EXPORTS = {"jsonl": _jsonl, "csv": _csv}
