"""What a visitor asks for, and the session that comes of it."""

from functools import cache

import pytest

from engine.checkpoints.checkpoint import load
from engine.errors import InvalidValueError
from engine.listening.clips import make_clips
from engine.pieces.excerpt import excerpts_of, read_excerpt
from pages.listen.wish import SAME_CORPUS, Wish, common_length, session_of

load = cache(load)
NOBODY = "nobody-in-particular"
PAIR = ("spoken_digits-gru", "spoken_digits-lstm")


def session(*models: str, **asked: bool):
    return session_of(Wish("preference", models, **asked), NOBODY, {name: load(name) for name in models}, [])


@pytest.mark.parametrize("corpus", ["spoken_digits", "voice_prompts"])
def test_speech_is_two_seconds_at_most_and_its_excerpts_are_sound(corpus):
    models = (f"{corpus}-gru", f"{corpus}-lstm")
    made = session(*models, with_real=True)
    representation = load(models[0]).representation
    seconds = (made.num_prime_frames + made.num_frames) / representation.frames_per_second
    assert 0.4 <= seconds <= 2 and 0 < made.num_prime_frames < made.num_frames
    shipped = {excerpt.name for excerpt in excerpts_of(corpus, "waveform")}
    assert {trial.prime for trial in made.trials} == shipped
    lengths = [len(read_excerpt(name, representation)) for name in shipped]
    assert made.num_prime_frames + made.num_frames == min(lengths), "and the real one is as long as all"


def test_draws_of_speech_that_are_heard_alone_are_long_enough_to_be_judged():
    """A digit is over in half a second, and so would be whatever is compared with it."""
    alone, beside = (session(*PAIR, with_anchor=with_anchor) for with_anchor in (False, True))
    per_second = load(PAIR[0]).representation.frames_per_second
    assert alone.num_frames == 2 * per_second > beside.num_frames
    assert alone.num_prime_frames == beside.num_prime_frames
    checkpoints = {name: load(name) for name in PAIR}
    trial = alone.trials[0]
    piece = read_excerpt(trial.prime, checkpoints[PAIR[0]].representation)
    clips = make_clips(trial.plan, alone.material(checkpoints, piece), ("a", "b"))
    assert all(len(clip.frames) == alone.num_prime_frames + alone.num_frames for clip in clips)


@pytest.mark.parametrize(("corpus", "semitones"), [("jsb_chorales", -12), ("nottingham", 0)])
def test_a_test_is_played_as_its_corpus_is_and_an_older_one_as_it_was(corpus, semitones):
    made = session(f"{corpus}-gru", f"{corpus}-lstm")
    checkpoints = {name: load(name) for name in made.models}
    piece = read_excerpt(made.trials[0].prime, checkpoints[f"{corpus}-gru"].representation)
    assert made.material(checkpoints, piece).performance.semitones == semitones
    kept = {key: value for key, value in made.model_dump().items() if key != "played_semitones"}
    assert type(made)(**kept).material(checkpoints, piece).performance.semitones == 0


def test_music_and_speech_cannot_meet():
    with pytest.raises(InvalidValueError, match=SAME_CORPUS):
        session("jsb_chorales-gru", "spoken_digits-gru")


def test_a_long_recording_is_cut_and_a_short_one_is_refused():
    speech, music = (load(name).representation for name in ("spoken_digits-gru", "jsb_chorales-gru"))
    per_second = round(speech.frames_per_second)
    assert common_length([9 * per_second, 8 * per_second], speech) == 2 * per_second
    assert common_length([40, 33], music) == 33
    for lengths, representation in (([2 * per_second, per_second // 4], speech), ([5], music), ([], music)):
        with pytest.raises(
            InvalidValueError, match=r"too short to be compared.*choose another corpus"
        ) as told:
            common_length(lengths, representation)
        assert "\n" not in str(told.value)
