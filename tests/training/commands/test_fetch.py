"""``python -m training fetch``: what is said of a corpus; how it is fetched is in corpora/test_fetch.py."""

from training.commands import fetch
from training.corpora import CORPORA
from training.corpora.fetch import Fetched


def test_fetch_prints_the_licence(command, monkeypatch):
    corpus = CORPORA["spoken_digits"]
    monkeypatch.setattr(fetch, "fetch", lambda _, folder: Fetched(corpus, folder, 3, 4))
    code, out, _ = command("fetch", "spoken_digits", "--corpora", str(command.folder))
    assert code == 0 and f"licence: {corpus.licence}\n" in out and corpus.citation in out


def test_an_unknown_corpus_gets_one_sentence(command):
    assert "unknown corpus 'jsb'" in command.refusal("fetch", "jsb")
