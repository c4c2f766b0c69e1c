"""``python -m training list``: all names."""

import re

from training.corpora import CORPORA
from training.fitting.recipe import recipe_names


def test_list_names_everything_and_goes_on_after_a_broken_card(command):
    for name in ("broken", "other"):
        (command.checkpoints / name).mkdir(parents=True)
        (command.checkpoints / name / "card.json").write_text("{")
    code, out, _ = command("list")
    assert code == 0
    assert all(name in out for name in (*CORPORA, *recipe_names()))
    assert re.search("  broken +the card of 'broken' cannot be used.*\n  other +the card of 'other'", out)
