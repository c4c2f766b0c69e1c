"""``python -m training primes``: the shipped excerpts, made again by a command."""

import pytest

from engine.folders import ASSETS
from engine.pieces.excerpt import Excerpt
from training import __main__ as program
from training.commands import primes

SHIPPED = ASSETS / "primes"


@pytest.fixture
def asked(monkeypatch) -> list:
    """The folders from and into which the command asks to cut primes; none is cut."""
    given = []

    def cut(corpora, folder) -> list[Excerpt]:
        given.append((corpora, folder))
        return [
            Excerpt("a.mid", "A", "tiny", "test", 0, "a", "none"),
            Excerpt("b.wav", "B", "tiny", "test", 1, "b", "none"),
        ]

    monkeypatch.setattr(primes, "cut_primes", cut)
    return given


def test_each_file_is_named_and_the_folders_are_those_that_were_given(asked, capsys, tmp_path):
    given = ["primes", "--corpora", str(tmp_path / "corpora"), "--out", str(tmp_path / "out")]
    assert program.main(given) == 0
    assert asked == [(tmp_path / "corpora", tmp_path / "out")]
    out = tmp_path / "out"
    assert capsys.readouterr().out == f"wrote {out / 'a.mid'}\nwrote {out / 'b.wav'}\n"


def test_without_a_word_they_are_the_shipped_ones(asked):
    assert program.main(["primes"]) == 0
    assert asked == [(None, SHIPPED)]


def test_those_shipped_are_those_that_it_writes(corpora_folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EARSHOT_CORPORA", str(corpora_folder))
    assert program.main(["primes", "--out", str(tmp_path)]) == 0
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in SHIPPED.iterdir()}
    assert capsys.readouterr().out.count("wrote ") == len(written) - 1, "all but the index"


def test_without_the_corpora_nothing_is_written(command, tmp_path):
    (tmp_path / "out").mkdir()
    given = ["primes", "--corpora", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]
    assert program.main(given) == 1
    err = command.capsys.readouterr().err
    assert err.startswith("error: corpus ") and "--corpora or EARSHOT_CORPORA" in err
    assert list((tmp_path / "out").iterdir()) == []
