"""Trials that differ only in who is where: a browser receives the same but for opaque ids and sounds."""

import json
import re
import sqlite3
from functools import cache
from typing import Any

import pytest

from engine.checkpoints.checkpoint import load
from engine.listening.votes.store import VoteStore
from pages.listen.listening_room import ListeningRoom
from tests.pages.listen.trial_visit import ABX, GRU, LSTM, listen, overhear, overheard, start

pytestmark = pytest.mark.browser
OWN_MOMENT = {"date", "etag", "last-modified"}  # headers of a moment, and of a file's bytes
TIMES = {"duration", "average_duration", "rank_eta", "eta", "event_id", "time", "log"}
OPAQUE = (
    (r"[0-9a-f]{64}", "HASH"),
    (r"[0-9a-f]{16}\.mp3", "SOUND.mp3"),
    (r'"turn": ?"[0-9a-f]{8}"', '"turn":"TURN"'),
    (r"session_hash=\w+", "session_hash=SESSION"),
)
ASSIGNMENTS = ((GRU, LSTM, GRU), (LSTM, GRU, GRU), (GRU, LSTM, LSTM))  # lanes A, B and X


def twins(store: VoteStore, trial_id: str) -> list[str]:
    """Trials of one listener with one seed and beginning, and another assignment each."""
    with sqlite3.connect(store.path) as database:
        (listener,) = database.execute(
            "SELECT listener FROM trials WHERE trial_id = ?", (trial_id,)
        ).fetchone()
    database.close()
    room = ListeningRoom(store, cache(load))
    session = store.session(store.find(trial_id, listener).trial.test_id, listener)
    issued = []
    for number, sources in enumerate(ASSIGNMENTS):
        planned = session.trials[0].model_copy(update={"sources": sources})
        twin = session.model_copy(
            update={"test_id": f"{session.test_id}{number}", "trials": (planned, *session.trials[1:])}
        )
        store.begin(twin)
        issued.append(room.issue(twin, 1))
    return issued


def received(visit: Any, trial_id: str) -> list[Any]:
    """All that came for a trial until every clip was heard, without what is opaque or a time."""
    responses: list[Any] = []

    def collect(response: Any) -> None:
        responses.append(response)

    visit.page.on("response", collect)
    visit.leave(f"trial?id={trial_id}")
    visit.page.wait_for_selector(".trial[data-state=asking]")
    listen(visit, "a", "b", "x")
    visit.page.remove_listener("response", collect)
    parts = [events(overheard(visit), trial_id)]
    for response in responses:
        if any(part in response.url for part in ("heartbeat", "/assets/", "/static/", "queue/data")):
            continue
        told = {name: value for name, value in response.headers.items() if name not in OWN_MOMENT}
        headers = {name: plain(value, trial_id) for name, value in told.items()}
        parts.append((plain(response.url, trial_id), response.status, headers, content(response, trial_id)))
    return sorted(parts, key=repr)


def content(response: Any, trial_id: str) -> Any:
    """A sound's length and header, or the text."""
    if response.request.method == "HEAD" or response.status >= 300:
        return ""
    body = response.body()
    if response.url.endswith(".mp3"):
        return len(body), body[:44]
    return plain(timeless_text(body), trial_id)


def timeless_text(body: bytes) -> str:
    """JSON without times and ids of events; anything else as it is."""
    try:
        return json.dumps(timeless(json.loads(body)))
    except ValueError:
        return body.decode(errors="replace")


def events(text: str, trial_id: str) -> tuple[Any, ...]:
    """What events brought, with its keys in their order."""
    messages = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    brought = {json.dumps(timeless(message.get("output"))) for message in messages}
    return "events", *sorted(plain(output, trial_id) for output in brought)


def timeless(value: Any) -> Any:
    """Without times and ids of events."""
    if isinstance(value, dict):
        return {key: timeless(part) for key, part in value.items() if key not in TIMES}
    return [timeless(part) for part in value] if isinstance(value, list) else value


def plain(text: str, trial_id: str) -> str:
    """With every opaque id called the same."""
    text = text.replace(trial_id, "TRIAL")
    for pattern, name in OPAQUE:
        text = re.sub(pattern, name, text)
    return text


def test_who_is_where_changes_nothing_but_opaque_ids_and_sounds(visitors, app_folder):
    visit = visitors("compare")
    first = start(visit, ABX)
    ids = twins(VoteStore(app_folder / "votes" / "votes.sqlite3"), first)
    overhear(visit)
    as_planned, sides_exchanged, other_x = (received(visit, trial_id) for trial_id in ids)
    sounds = [row for row in as_planned if row[0].endswith("SOUND.mp3")]
    assert len(sounds) == 3 and len({repr(row) for row in sounds}) == 1, "one length, codec and header"
    assert "needed" in repr(as_planned), "the trial itself is among what was received"
    assert as_planned == sides_exchanged
    assert as_planned == other_x
