"""``python -m training ablate``: what it asks for first; the fits are in searching/test_ablation.py."""

from training import __main__ as program
from training.commands import ablate


def test_a_corpus_that_is_not_there_is_said_before_anything_is_fitted(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ablate, "run_series", None)
    assert program.main(["ablate", "nottingham", "--corpora", str(tmp_path)]) == 1
    assert "nottingham" in capsys.readouterr().err
    assert program.main(["ablate", "--workers", "0"]) == 1
    assert "--workers 0 must be from 1" in capsys.readouterr().err
