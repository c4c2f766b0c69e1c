"""Trials that count as asked and heard long ago, so that no test waits until they may be answered."""

import pytest


def ask_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials count as issued a minute ago, and their clips as fetched."""
    for module in ("listening_room", "clip_ledger", "doubt"):
        monkeypatch.setattr(f"pages.listen.{module}.COUNT_SECONDS", 60.0)
    monkeypatch.setattr("pages.listen.clip_ledger.ClipLedger.check", lambda *given: None)
