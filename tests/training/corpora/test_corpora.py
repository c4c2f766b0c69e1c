"""Laws of every registered corpus, and what ``open_corpus`` refuses."""

import hashlib
import itertools

import pytest

from engine.errors import EngineError, InvalidValueError, UnknownNameError
from training.corpora import CORPORA, FOLDERS, SPLITS, open_corpus
from training.corpora.files import hash_list

# Tunes that Nottingham's published splits have in two of them: we keep those splits as they are.
PUBLISHED_IN_TWO = {"nottingham": {("train", "valid"): 1, ("train", "test"): 1}}
EVERY_CORPUS = pytest.mark.parametrize("name", CORPORA)


@pytest.mark.parametrize("corpus", [*CORPORA.values(), *FOLDERS.values()])
def test_what_a_corpus_says_of_itself_is_not_empty(corpus):
    for text in (corpus.title, corpus.description, corpus.homepage, corpus.licence, corpus.citation):
        assert text.strip()


@EVERY_CORPUS
def test_is_registered_under_its_own_name_and_knows_where_its_files_come_from(name):
    origin = CORPORA[name].origin
    assert CORPORA[name].name == name
    assert all(url.startswith("https://") for url in origin.urls)
    places = tuple(origin.moves.values())
    assert all(path.startswith(places) for path in hash_list(name))


@EVERY_CORPUS
def test_no_file_of_the_list_occurs_twice(name):
    """A recording that occurs twice under two names could be in two splits."""
    hashes = hash_list(name)
    assert len(set(hashes.values())) == len(hashes)
    assert all(len(sha256) == 64 for sha256 in hashes.values())


@EVERY_CORPUS
def test_files_that_are_missing_are_named_at_once_with_what_to_do(name, tmp_path):
    with pytest.raises(EngineError, match=rf"fetch {name}`.*EARSHOT_CORPORA"):
        open_corpus(name, tmp_path).load()


@EVERY_CORPUS
def test_loads_the_same_splits_twice_and_no_sequence_is_in_two_of_them(name, corpora_folder):
    first, second = (open_corpus(name, corpora_folder).load() for _ in range(2))
    assert set(first.splits) == set(SPLITS)
    assert first.representation == second.representation
    digests = {}
    for split in SPLITS:
        for frames, again in zip(first.splits[split], second.splits[split], strict=True):
            assert frames.shape[1] == first.representation.frame_size
            assert frames.isfinite().all()
            assert frames.equal(again)
        digests[split] = [hashlib.sha256(frames.numpy().tobytes()).digest() for frames in first.splits[split]]
    shared = {
        pair: set(digests[pair[0]]) & set(digests[pair[1]]) for pair in itertools.combinations(SPLITS, 2)
    }
    assert {pair: len(twice) for pair, twice in shared.items() if twice} == PUBLISHED_IN_TWO.get(name, {})


@pytest.mark.parametrize("name", ["jsb_choral", "midi", "midi:", "audio:", ""])
def test_unknown_names_are_refused_with_the_known_ones(name):
    with pytest.raises(UnknownNameError, match=r"jsb_chorales.*midi:PATH"):
        open_corpus(name)


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_path_that_is_no_folder_is_refused_before_anything_is_read(kind, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidValueError, match="does not exist"):
        open_corpus(f"{kind}:{tmp_path}/nowhere")
    with pytest.raises(InvalidValueError, match="is a file"):
        open_corpus(f"{kind}:{tmp_path}/file")


def test_the_folder_is_the_one_given_else_of_the_environment_else_of_the_project(
    tmp_path, monkeypatch, project_folder
):
    monkeypatch.setenv("EARSHOT_CORPORA", str(tmp_path / "named"))
    assert open_corpus("nottingham", tmp_path).folder == tmp_path
    assert open_corpus("nottingham").folder == tmp_path / "named"
    monkeypatch.delenv("EARSHOT_CORPORA")
    assert open_corpus("nottingham").folder == project_folder / "corpora"
