"""Votes, a bundle's key and its answers from before the second house: they say today what they said then."""

import json
from pathlib import Path

from engine import __main__ as program

GOLDENS = Path(__file__).with_name("goldens")


def test_old_exports_keys_and_answers_are_analysed_as_they_were(capsys):
    """The weights of the best models were since written under other names, and so have other hashes."""
    files = [str(GOLDENS / name) for name in ("votes.jsonl", "bundle-answers.jsonl")]
    assert program.main(["analyse", *files, "--key", str(GOLDENS / "bundle.key.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((GOLDENS / "analysis.json").read_text())
