"""Vote export: rows of a store as text that is taken home: JSON lines as `read_votes` reads them, or a table.

A listener's id is the key to their votes, so it is replaced by a pseudonym: the same for all rows of one
listener and in all exports, and no way back.

    csv    one row a trial and lane facts side by side, from ``lane_1_``; a deleted trial has its id and time
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins with one of these


def pseudonym(listener: str) -> str:
    """Of a listener's id, which is random and long, so that trying out all of them is hopeless."""
    return hashlib.sha256(listener.encode()).hexdigest()[:16]


def export_text(rows: Iterable[Mapping[str, Any]], kind: str) -> str:
    """Rows of ``VoteStore.export()`` as one text.

    Args:
        kind: "jsonl" or "csv".
    """
    shown = [_with_pseudonym(row) for row in rows]
    return EXPORTS[kind](shown)


def _with_pseudonym(row: Mapping[str, Any]) -> dict[str, Any]:
    if "trial" not in row:
        return dict(row)
    return {**row, "trial": {**row["trial"], "listener": pseudonym(row["trial"]["listener"])}}


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
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


EXPORTS = {"jsonl": _jsonl, "csv": _csv}
