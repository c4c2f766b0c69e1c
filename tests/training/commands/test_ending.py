"""``python -m training ending``: checkpoints that know when a piece ends."""

import pytest

from engine.checkpoints.checkpoint import load
from tests.training import tiny
from training import __main__ as program
from training.commands import ending
from training.publishing.model_card import UNTIL_END
from training.publishing.publish import publish_ending


@pytest.fixture
def names(tmp_path, monkeypatch) -> list[str]:
    """Two checkpoints of one corpus that do not know when a piece ends."""
    data = tiny.music()
    for name in ("tiny", "other"):
        tiny.save_random(tmp_path, tiny.recipe_of(data, "gru").model_copy(update={"name": name}), data, 0.5)
        publish_ending(load(name, tmp_path), None, tmp_path)
    monkeypatch.setattr(ending, "open_corpus", lambda *_: tiny.TinyCorpus(data))
    return ["tiny", "other"]


def test_all_that_are_named_are_told_and_nothing_else_changes(names, tmp_path, capsys):
    before = [load(name, tmp_path).card for name in names]
    assert program.main(["ending", *names, "--checkpoints", str(tmp_path)]) == 0
    after = [load(name, tmp_path).card for name in names]
    assert after[0].ending == after[1].ending is not None
    for old, new in zip(before, after, strict=True):
        assert old.ending is None and new.model_copy(update={"ending": None}) == old
    assert UNTIL_END in (tmp_path / "tiny" / "README.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out.count("nats a piece on valid") == 1


def test_sound_ends_nowhere(tmp_path, capsys):
    data = tiny.speech()
    tiny.save_random(tmp_path, tiny.recipe_of(data, "gru"), data, 0.5)
    assert program.main(["ending", "tiny", "--checkpoints", str(tmp_path)]) == 1
    assert "draws sound, which ends nowhere" in capsys.readouterr().err
