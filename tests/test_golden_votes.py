"""Votes, a bundle's key and its answers from an earlier Earshot: they give today what they gave then."""

import json
from pathlib import Path
from typing import Any

from engine import __main__ as program
from engine.checkpoints import read_card

GOLDENS = Path(__file__).with_name("goldens")


def test_old_exports_keys_and_answers_are_analysed_as_they_were(capsys):
    """The likelihoods are those of today's models: most that were heard then have been replaced."""
    files = [str(GOLDENS / name) for name in ("votes.jsonl", "bundle-answers.jsonl")]
    assert program.main(["analyse", *files, "--key", str(GOLDENS / "bundle.key.json"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert rounded(told) == rounded(json.loads((GOLDENS / "analysis.json").read_text()))


def rounded(value: Any) -> Any:
    """Figures to nine digits: the last ones differ between processors."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def test_a_card_knows_the_weights_that_old_votes_name_only_where_the_model_still_plays_the_same():
    """The others were fitted again, or were given a memory: what was voted on then is another model."""
    votes = [json.loads(line)["trial"] for line in (GOLDENS / "votes.jsonl").read_text().splitlines()]
    trials = [*votes, *json.loads((GOLDENS / "bundle.key.json").read_text())["trials"]]
    lanes = [lane for trial in trials for lane in trial["lanes"] if lane["checkpoint_sha256"]]
    known = {
        lane["source"]: read_card(lane["source"]).has_weights(lane["checkpoint_sha256"]) for lane in lanes
    }
    assert {name for name, is_known in known.items() if is_known} == {"nottingham-gru"}
    assert set(known) == {"jsb_chorales-best", "jsb_chorales-gru", "nottingham-best", "nottingham-gru"}
