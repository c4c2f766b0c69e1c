"""The engine's public face: a name that is added, dropped or renamed is meant."""

import engine

PUBLIC = """
    Audio Card Checkpoint Curve LogLikelihood Performance Playback PlaybackStream Prime SamplingOptions
    SequenceModel
    Answer Clip Lane Material PlannedTrial Record Session TestDesign Trial VoteStore make_clips
    Analysis CorpusAnalysis IntervalPoint Ranking Standing analyse interval_svg
    CheckpointError EngineError InvalidValueError UnknownNameError UnreadableFileError
    VoteError ANCHOR REAL export_text verdict
    CHECKPOINTS MAX_SEED MAX_TEMPERATURE TEMPO_RANGE
    available build_model continuation_likelihood find_synthesiser load log_likelihood
    midi_bytes note_spans perform perform_midi prepare_playback read_audio read_card read_curve read_prime
    read_score sample save wav_bytes write_wav
    Expectation Judgement Reading Surprise NUM_DRAWS
    DEFAULT_TRIALS EXCERPT_SUFFIXES Excerpt excerpt excerpts excerpts_of read_excerpt
    expect extreme_moments ranked representation_of surprise_of window_means
"""


def test_public_names():
    assert sorted(engine.__all__) == sorted(PUBLIC.split())


def test_they_are_there_once_each():
    assert len(set(engine.__all__)) == len(engine.__all__)
    assert all(hasattr(engine, name) for name in engine.__all__)
