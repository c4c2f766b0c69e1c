"""A file on its way through all models: what is cut, what fails, what is asked of a model afterwards."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import soundfile
import torch

from engine.checkpoints.checkpoint import read_card
from engine.errors import EngineError
from engine.pieces.excerpt import excerpt
from engine.rendering.performance import Performance
from engine.scoring import scoring as engine_scoring
from engine.scoring.expectation import expect
from engine.scoring.judgement import Judgement, ranked
from engine.scoring.surprise import surprise_of
from pages.house.catalogue import loaded, read_catalogue
from pages.score import scoring as scoring_module
from pages.score.page import look, open_scoring, open_shipped
from pages.score.score_lane import ScoreLane
from pages.score.scoring import MAX_SCORED_QUARTERS, Scoring, most_frames, shortened_piece
from pages.score.shipped_scoring import ShippedScoring
from pages.score.view import expected_value, lane_value, shown_values, table_value
from tests.engine.notes.raw_midi import midi_file, note

CHORALE = excerpt("jsb_chorales-test-7").path
JIG = excerpt("nottingham-test-26").path
MUSIC = ("jsb_chorales-gru", "nottingham-tanh", "nottingham-gru")


def scoring_of(path, *names: str) -> Scoring:
    return Scoring(path, path.name, [read_card(name) for name in names or MUSIC], Performance())


def finished(path, *names: str) -> Scoring:
    scoring = scoring_of(path, *names)
    scoring.go_on(seconds=600)
    assert scoring.is_done
    return scoring


def test_every_model_is_asked_and_the_table_has_the_engines_figures():
    scoring = finished(JIG)
    value = table_value(scoring)
    eighths, quarters = value["groups"]
    assert (value["state"], value["done"], value["of"]) == ("done", 3, 3)
    assert [row["name"] for row in quarters["rows"]] == ["jsb_chorales-gru"]
    assert {row["name"] for row in eighths["rows"]} == {"nottingham-tanh", "nottingham-gru"}
    assert [float(row["figure"]) for row in eighths["rows"]] == sorted(
        float(row["figure"]) for row in eighths["rows"]
    )
    for row in (*eighths["rows"], *quarters["rows"]):
        checkpoint = loaded(row["name"])
        piece = shortened_piece(JIG, checkpoint.representation)
        surprise = surprise_of(
            checkpoint.model, checkpoint.representation, piece.frames, checkpoint.card.corpus.mean_pitch
        )
        assert row["figure"] == f"{surprise.mean:.2f}"
        assert int(row["shift"].replace("−", "-")) == surprise.transposed_semitones
    assert "left out: 10 too short for a frame" in quarters["caption"]
    assert "left out" not in eighths["caption"] and eighths["caption"].startswith("48 frames, each an eighth")
    assert "not between two" in value["note"] and value["problems"] == []


def test_the_small_models_come_first_and_the_work_can_be_left():
    """Two models read side by side."""
    models = [f"{corpus}-{cell}" for corpus in ("jsb_chorales", "nottingham") for cell in ("tanh", "lstm")]
    scoring = scoring_of(CHORALE, *models)
    assert scoring.now[0].name == "jsb_chorales-lstm" and scoring.now[1] == 0
    assert table_value(scoring)["state"] == "scoring"
    scoring.go_on(seconds=0)
    assert {judgement.card.name for judgement in scoring.judgements} == {models[1], models[3]}
    scoring.running.stop()
    scoring.go_on(seconds=600)
    assert len(scoring.judgements) == 2 and scoring.is_done
    assert table_value(scoring)["state"] == "stopped"


def test_a_lane_has_a_value_for_every_frame_and_the_moments_that_stand_out():
    scoring = finished(JIG)
    judgement = scoring.judgement("nottingham-gru")
    value = lane_value(scoring, judgement)
    nats = judgement.surprise.nats
    assert value["num_frames"] == len(value["surprise"]) == 48 and value["frames_per_value"] == 1
    assert value["least_expected"][0] == [int(nats.argmax())]
    assert value["most_expected"][0] == [int(nats.argmin())]
    assert len(value["least_expected"]) == len(value["most_expected"]) == 5
    last = value["pieces"][-1]
    assert last["start"] + last["seconds"] == pytest.approx(48 * 0.3 + 1.5, abs=0.5)
    again = lane_value(scoring, scoring.judgement("nottingham-tanh"))
    assert again["pieces"] == value["pieces"], "the same frames sound the same: they are played once"
    other = lane_value(scoring, scoring.judgement("jsb_chorales-gru"))
    assert other["pieces"] != value["pieces"] and other["num_frames"] == 24
    sent = ScoreLane(render=False).postprocess(value)
    assert sent["surprise"].startswith("[") and sent["least_expected"].count("[") == 5
    Path(last["path"]).unlink()
    made = lane_value(scoring, judgement)["pieces"]
    assert all(Path(piece["path"]).exists() for piece in made), "an old file was removed: it is made again"


@pytest.fixture
def calls(monkeypatch) -> list[int]:
    """At which frames models have begun to read what they expect."""
    begun = []

    def counted(*arguments):
        begun.append(arguments[3])
        return expect(*arguments)

    monkeypatch.setattr(scoring_module, "expect", counted)
    return begun


def test_what_is_expected_at_first_is_found_out_once_for_all_visitors(calls):
    shipped = ShippedScoring(lambda: finished(JIG))
    ann, bob = (shipped.of_visitor(120.0) for _ in range(2))
    first = ann.expected("nottingham-gru", 0, seconds=60, most=3)
    assert bob.expected("nottingham-gru", 0, seconds=60, most=3) == first and len(first) == 3
    assert calls == [0]
    assert len(bob.expected("nottingham-gru", 3, seconds=60, most=2)) == 2 and calls == [0, 3]


def test_what_a_model_expects_goes_on_where_it_was_left(calls):
    """The frames before are read once, however many questions follow one another."""
    scoring = finished(JIG)
    first = scoring.expected("nottingham-gru", 3, seconds=60, most=5)
    second = scoring.expected("nottingham-gru", 8, seconds=60, most=2)
    elsewhere = scoring.expected("nottingham-gru", 9, seconds=0, most=5)
    assert (len(first), len(second), len(elsewhere)) == (5, 2, 1) and calls == [3, 9]
    torch.testing.assert_close(elsewhere[0].probabilities, second[1].probabilities)
    judgement = scoring.judgement("nottingham-gru")
    piece, model = scoring.piece_of(judgement), loaded("nottingham-gru").model
    shift = judgement.surprise.transposed_semitones
    exact = expect(model, judgement.representation, piece.frames, 3, shift)
    torch.testing.assert_close(first[0].probabilities, next(exact).probabilities)
    assert len(scoring.expected("nottingham-gru", 47, seconds=60, most=9)) == 1


@pytest.mark.parametrize(("name", "start"), [("nobody", 3), ("nottingham-gru", 48), ("nottingham-gru", -1)])
def test_what_nobody_can_expect_is_nothing(name, start):
    scoring = finished(JIG, "nottingham-gru")
    assert scoring.expected(name, start, 1.0, 3) == []
    assert expected_value(scoring, name, start, [])["frames"] == []


def test_the_likeliest_pitches_are_told_and_those_that_sound():
    scoring = finished(JIG)
    frames = scoring.piece_of(scoring.judgement("nottingham-gru")).frames
    expectations = scoring.expected("nottingham-gru", 9, seconds=60, most=2)
    value = expected_value(scoring, "nottingham-gru", 9, expectations)
    assert (value["start"], value["num_draws"], len(value["frames"])) == (9, 0, 2)
    for place, told in enumerate(value["frames"]):
        pitches, thousandths, sounds = zip(*told, strict=True)
        assert list(thousandths) == sorted(thousandths, reverse=True) and len(pitches) >= 8
        sounding = (frames[9 + place].nonzero().flatten() + 21).tolist()
        assert sorted(pitch for pitch, is_there in zip(pitches, sounds, strict=True) if is_there) == sounding
        exact = expectations[place].probabilities
        assert thousandths[0] == round(1000 * float(exact.max())) and pitches[0] == int(exact.argmax()) + 21


def test_a_long_piece_is_cut_and_says_so(tmp_path):
    (tmp_path / "long.mid").write_bytes(midi_file(note(60, 480 * (MAX_SCORED_QUARTERS + 9))))
    for name in ("jsb_chorales-gru", "nottingham-gru"):
        representation = loaded(name).representation
        piece = shortened_piece(tmp_path / "long.mid", representation)
        longest = MAX_SCORED_QUARTERS * representation.frames_per_quarter
        assert len(piece.frames) == most_frames(representation) == longest
        assert piece.report == "Only the first 512 quarter notes are scored here."


def test_a_long_recording_is_cut_and_says_so(tmp_path, speech_model):
    representation = loaded(speech_model).representation
    tone = 0.3 * np.sin(np.arange(40 * 8_000) / 5)
    soundfile.write(tmp_path / "long.wav", tone, 8_000, "PCM_16")
    piece = shortened_piece(tmp_path / "long.wav", representation)
    assert len(piece.frames) == 30 * representation.frames_per_second
    assert piece.report == "Only the first 30 seconds are scored here."


def test_a_word_after_a_long_silence_is_what_is_scored(tmp_path, speech_model):
    """A microphone that was on for 35 seconds before a word: it was once called silent after 30."""
    representation = loaded(speech_model).representation
    word = np.zeros(38 * 8_000)
    word[35 * 8_000 + 900 : 36 * 8_000] = 0.3 * np.sin(np.arange(7_100) / 5)
    soundfile.write(tmp_path / "late.wav", word, 8_000, "PCM_16")
    piece = shortened_piece(tmp_path / "late.wav", representation)
    after = "Only the first {} after the silence it begins with are scored here."
    assert piece.report == after.format("30 seconds")
    assert len(piece.frames) == 3 * representation.frames_per_second
    sound = representation.decode(piece.frames).samples
    assert np.abs(sound[:880]).max() < 0.01 < 0.2 < np.abs(sound[900:1_800]).max()
    soundfile.write(tmp_path / "never.wav", np.zeros(38 * 8_000), 8_000, "PCM_16")
    with pytest.raises(EngineError, match=r"never\.wav is silent: check the microphone"):
        shortened_piece(tmp_path / "never.wav", representation)


def test_a_piece_after_many_empty_bars_is_what_is_scored(tmp_path):
    """The same with music: a part that enters late was once scored as frames of silence."""
    rests = 480 * (MAX_SCORED_QUARTERS + 40)
    (tmp_path / "late.mid").write_bytes(midi_file(note(60, 480, rest=rests) + note(62, 480)))
    representation = loaded("jsb_chorales-gru").representation
    piece = shortened_piece(tmp_path / "late.mid", representation)
    assert piece.frames.nonzero().tolist() == [[0, 60 - 21], [1, 62 - 21]]
    assert "after the silence it begins with are scored" in piece.report


def test_speech_is_shown_in_windows_of_bits(speech_model):
    scoring = finished(excerpt("spoken_digits-test-7_lucas_0").path, speech_model)
    (judgement,) = scoring.judgements
    values, width = shown_values(judgement)
    frames_per_second = judgement.representation.frames_per_second
    assert width == frames_per_second / 40
    assert len(values) == -(-len(judgement.surprise.nats) // width)
    value = lane_value(scoring, judgement)
    assert value["kind"] == "wave" and value["unit"] == "bits" and value["frames_per_value"] == width
    assert float(values[0]) == pytest.approx(float(judgement.surprise.bits_per_sample[:width].mean()))
    assert scoring.expected(speech_model, 0, 1.0, 1) == []


def test_a_file_that_fits_some_grids_only_is_scored_on_those(tmp_path):
    (tmp_path / "quick.mid").write_bytes(midi_file(note(60, 230)))
    scoring = finished(tmp_path / "quick.mid")
    assert {judgement.card.name for judgement in scoring.judgements} == {"nottingham-tanh", "nottingham-gru"}
    assert "no note is left where a frame is a quarter note" in scoring.problems[0]
    assert table_value(scoring)["problems"][0].startswith("No note is left")


def test_a_model_that_fails_is_named_and_the_others_go_on(monkeypatch):
    scoring = scoring_of(CHORALE, "jsb_chorales-tanh", "jsb_chorales-gru")
    reading = engine_scoring.Reading

    def failing(model, *rest):
        if model is loaded("jsb_chorales-gru").model:
            raise EngineError("it has diverged")
        return reading(model, *rest)

    monkeypatch.setattr(engine_scoring, "Reading", failing)
    scoring.go_on(seconds=600)
    assert [judgement.card.name for judgement in scoring.judgements] == ["jsb_chorales-tanh"]
    assert scoring.problems == ["jsb_chorales-gru: it has diverged"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.mid", midi_file(b""), "none.mid holds no notes"),
        ("drums.mid", midi_file(note(38, 480, channel=9)), "only drums"),
        ("text.mid", b"words", "text.mid is not a MIDI file"),
        ("empty.mid", b"", "empty.mid is empty"),
    ],
)
def test_what_no_model_can_read_is_refused_at_once(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineError, match=said):
        scoring_of(tmp_path / name)


@pytest.mark.parametrize("level", [0.0, 0.25])
def test_a_silent_recording_is_refused(tmp_path, speech_model, level):
    """Zeros, or a microphone that gives nothing but a constant."""
    rate = loaded(speech_model).representation.sample_rate
    soundfile.write(tmp_path / "silent.wav", np.full(2 * rate, level), rate, "PCM_16")
    with pytest.raises(EngineError, match=r"silent\.wav is silent: check the microphone"):
        scoring_of(tmp_path / "silent.wav", speech_model)


def test_a_judgement_is_of_the_engine():
    (judgement,) = finished(CHORALE, "jsb_chorales-gru").judgements
    assert isinstance(judgement, Judgement) and judgement.report == ""


@pytest.mark.parametrize(("piece", "semitones"), [(CHORALE, -12), (JIG, 0)])
def test_a_shipped_piece_is_played_as_its_corpus_is(piece, semitones):
    opened = open_shipped(piece.stem, read_catalogue("piano_roll"))
    assert opened.performance.semitones == semitones


def test_an_emptied_tempo_is_named():
    asked = {"kind": "piano_roll", "piece": JIG.stem, "midi": None, "tempo": None}
    with pytest.raises(EngineError, match="the field tempo is empty: write a number"):
        open_scoring(asked, read_catalogue("piano_roll"))


def test_the_lane_of_a_shipped_piece_is_of_its_own_corpus_and_of_another_of_the_best():
    scoring = finished(CHORALE)
    assert scoring.best is ranked(scoring.judgements)[0][0]
    assert scoring.best.card.corpus.name != "jsb_chorales"
    scoring.corpus = "jsb_chorales"
    own = [judgement for judgement in scoring.judgements if judgement.card.corpus.name == "jsb_chorales"]
    assert scoring.best is min(own, key=lambda judgement: judgement.surprise.mean)
    scoring.corpus = "nobody's"
    assert scoring.best is ranked(scoring.judgements)[0][0]


def test_a_lane_that_is_heard_is_kept():
    """The best model's lane comes at the end, unless a visitor listens to the one that is there."""

    def asks(**told):
        look(scoring, gr.EventData(None, {"model": scoring.chosen, "frame": 0, **told}))
        return scoring.is_chosen_by_visitor

    scoring = finished(CHORALE)
    scoring.chosen = scoring.judgements[0].card.name
    assert not asks() and not asks(is_heard=False) and not asks(is_heard=1)
    assert asks(is_heard=True)
