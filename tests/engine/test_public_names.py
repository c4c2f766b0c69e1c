"""The engine's public face: a name that is added, dropped or renamed is meant."""

import engine

PUBLIC = """
    Audio Checkpoint EngineError Performance Piece SamplingOptions Surprise available load log_likelihood
    perform perform_midi read_audio read_card read_piece sample surprise_of write_wav
"""


def test_public_names():
    assert sorted(engine.__all__) == sorted(PUBLIC.split())


def test_they_are_there_once_each():
    assert len(set(engine.__all__)) == len(engine.__all__)
    assert all(hasattr(engine, name) for name in engine.__all__)
