"""``python -m engine list``: the models and their figures."""

from engine.checkpoints.checkpoint import CARD_FILE
from engine.commands import list as list_command
from tests.engine.commands.command_line import run


def test_list_names_the_models_with_their_figures(folder, capsys):
    assert run("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["tiny-gru", "tiny-speech"]
    assert all("GRU · 4 units; A corpus; test: nats_per_frame 8.500" in line for line in lines)


def test_list_names_a_damaged_checkpoint_beside_the_sound_ones(folder, capsys):
    """One bad card once hid every checkpoint after it."""
    (folder / "checkpoints" / "tiny-gru" / CARD_FILE).write_text("{}")
    assert run("list") == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("tiny-speech") and "error: the card of 'tiny-gru' cannot be used" in shown.err


def test_list_names_a_card_of_no_model_after_the_others(folder, capsys):
    """It too once hid every checkpoint after it."""
    card = folder / "checkpoints" / "tiny-gru" / CARD_FILE
    text = card.read_text()
    card.write_text(text.replace('"name": "gru"', '"name": "gnu"'))
    assert card.read_text() != text
    assert run("list") == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("tiny-speech") and "tiny-gru" in shown.err and "gnu" in shown.err


def test_an_empty_folder_is_said_in_one_line(folder, refusal):
    (folder / "checkpoints").rename(folder / "elsewhere")
    assert "there is no checkpoint in" in refusal("list")


def test_list_says_what_draws_each_model(folder, capsys, monkeypatch):
    assert run("list") == 0
    assert all(line.endswith("; drawn by the kernel") for line in capsys.readouterr().out.splitlines())
    monkeypatch.setattr(list_command, "why_kernel_cannot", lambda spec: "the kernel has no cell 'gru'")
    assert run("list") == 0
    assert "; drawn by torch (the kernel has no cell 'gru')" in capsys.readouterr().out
