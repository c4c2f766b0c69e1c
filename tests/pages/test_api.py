"""The named endpoints, as programs call them: what the pages do, and nothing that pages may not."""

import io
import json
import os
import urllib.request
from pathlib import Path

import pytest
import soundfile
import torch
from gradio.utils import get_function_description
from gradio_client import Client, handle_file

from engine.checkpoints.checkpoint import available, load
from engine.pieces.excerpt import excerpts_of
from engine.pieces.piece import read_piece
from engine.scoring.surprise import surprise_of
from pages import api
from pages.draw.drawing import OTHER_FRAMES
from tests.engine.notes.raw_midi import midi_file, note
from tests.pages.draw.test_play import BEST, CHORALE, GRU, drawn, notes, prime_of

VOICE = excerpts_of("spoken_digits", "waveform")[0]
SPEECH = {"model": "tiny-speech", "seconds": 0.2, "api_name": "/continue_speech"}


@pytest.fixture(scope="module")
def client(app, tmp_path_factory):
    return Client(app.address, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture
def ask(client):
    """One call, and no traceback in the server: see conftest."""
    return client.predict


def call(app, endpoint: str, values: str) -> str:
    """What the server answers to a body of JSON that no client of Gradio's would send."""
    url = f"{app.address}gradio_api/call/{endpoint}"
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url, f'{{"data": {values}}}'.encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{url}/{event}", timeout=60) as answer:
        return answer.read().decode()


def test_every_model_whose_card_can_be_read_is_listed(ask, app_folder):
    listed = {model["name"]: model for model in ask(api_name="/list_models")}
    assert set(listed) == set(available(app_folder / "checkpoints")) - {"newer"}
    model = listed[GRU]
    assert (model["cell"], model["units"], model["representation"]) == ("gru", 46, "piano_roll")
    assert 8 < model["test"]["nats_per_frame"] < 9.2


def test_every_endpoint_and_each_of_its_parameters_is_described(client):
    """They were once named and not described: an assistant that was given them as tools had to guess."""
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert set(endpoints) == {"/list_models", "/sample_roll", "/continue_speech", "/score"}
    for name, endpoint in endpoints.items():
        function = getattr(api, name.removeprefix("/"))
        description, parameters, _ = get_function_description(function)
        assert len(description) > 30
        assert set(parameters) == {given["parameter_name"] for given in endpoint["parameters"]}
        assert all(len(text) > 10 for text in parameters.values())


def test_no_frames_are_as_many_as_the_piece_has(ask):
    answer = ask(model=BEST, frames=0, seed=7, api_name="/sample_roll")
    midi = Path(answer["midi"])
    roll = notes(midi, BEST)
    assert 4 < len(roll) < 128 and torch.equal(roll, drawn(BEST, 128, 7)[: len(roll)])
    assert answer["message"] == ""


def test_a_roll_is_the_engines_draw(ask):
    answer = ask(model=GRU, frames=40, seed=5, temperature=0.8, api_name="/sample_roll")
    expected = drawn(GRU, 40, 5, 0.8)
    midi = Path(answer["midi"])
    assert midi.name == f"{GRU}-seed5-temperature0.8.mid"
    assert torch.equal(notes(midi), expected)
    frames = torch.zeros_like(expected)
    for pitch, start, length in answer["notes"]:
        frames[start : start + length, pitch - 21] = 1
    assert torch.equal(frames, expected)
    assert answer["seed"] == 5 and answer["figures"][1][0] == "Its surprise at what it drew"
    assert Path(answer["wav"]).stat().st_size > 100_000


def test_the_same_seed_gives_the_same_files(ask):
    first, second, other = (
        ask(model=GRU, frames=12, seed=seed, api_name="/sample_roll") for seed in (1, 1, 2)
    )
    for kind in ("midi", "wav"):
        contents = [Path(answer[kind]).read_bytes() for answer in (first, second, other)]
        assert contents[0] == contents[1] != contents[2]


def test_an_uploaded_piece_is_continued(ask, tmp_path):
    own = tmp_path / "mine.MID"
    own.write_bytes(midi_file(note(60, 960) + note(64, 480) + note(65, 10)))
    performance = {"tempo": 200, "program": 19}
    answer = ask(
        model=GRU, frames=8, seed=3, prime=handle_file(own), performance=performance, api_name="/sample_roll"
    )
    prime = prime_of(own)
    assert answer["prime_frames"] == len(prime) == 3
    assert "1 too short" in answer["report"]
    assert torch.equal(notes(Path(answer["midi"])), drawn(GRU, 8, 3, prime=prime))


def test_speech_is_continued_after_a_clip_and_after_an_upload(ask):
    shipped = ask(**SPEECH, prime=VOICE.name)
    uploaded = ask(**SPEECH, prime=handle_file(VOICE.path))
    assert Path(shipped["wav"]).read_bytes() == Path(uploaded["wav"]).read_bytes()
    with soundfile.SoundFile(io.BytesIO(Path(shipped["wav"]).read_bytes())) as file:
        assert (file.subtype, file.samplerate) == ("PCM_16", 48_000)
    assert [label for label, _ in shipped["figures"][1:]] == [
        "Its surprise at what it drew",
        "at the beginning it was given",
    ]
    assert "notes" not in shipped


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"model": "nope"}, "Unknown checkpoint 'nope'; known: "),
        ({"model": "tiny-speech"}, OTHER_FRAMES),
        ({"model": "spoiled"}, "sha256 differs"),
        ({"model": "newer"}, "colour"),
        ({"model": "../../etc"}, "Unknown checkpoint"),
        ({"seed": -1}, "Seed -1 must be from 0 to 2147483647."),
        ({"seed": 2**31}, "Seed 2147483648 must be from 0"),
        ({"seed": "x"}, "Seed 'x' is not a number"),
        ({"frames": -1}, "Length -1 must be"),
        ({"frames": 10**9}, "Length 1000000000 must be"),
        ({"temperature": 0}, "Temperature 0 must be"),
        ({"prime": "nope"}, "Unknown excerpt 'nope'"),
        ({"prime": "roll:garbage"}, "damaged"),
        ({"prime": 7}, "no uploaded file"),
        ({"prime": {"path": 7}}, "no uploaded file"),
        ({"performance": {"tempo": 1}}, "Tempo 1 must be"),
        ({"performance": {"speed": 1}}, "Performance must be like"),
        ({"performance": "fast"}, "Performance must be like"),
    ],
)
def test_what_cannot_be_drawn_is_answered_with_one_sentence(ask, values, said):
    with pytest.raises(Exception, match=said) as caught:
        ask(**values, api_name="/sample_roll")
    assert type(caught.value).__name__ == "AppError"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.mid", b"", "empty"),
        ("cut.mid", midi_file(note(60, 480))[:-9], "cut off"),
        ("sound.mid", b"RIFF\x00\x00\x00\x00WAVE", "no MThd"),
        ("silent.mid", midi_file(b""), "no notes"),
        ("long.mid", midi_file(note(60, 480, rest=2**27)), "279,621 quarter notes"),
        ("noise.mid", b"MThd" + bytes(range(256)), "."),
    ],
)
def test_bad_files_are_answered_with_one_sentence(ask, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Exception, match=said) as caught:
        ask(prime=handle_file(tmp_path / name), frames=4, api_name="/sample_roll")
    assert type(caught.value).__name__ == "AppError" and name in str(caught.value)
    with pytest.raises(Exception, match=name):
        ask(**SPEECH, prime=handle_file(tmp_path / name))


def test_a_piece_is_scored_under_every_model_that_reads_it(ask, tmp_path):
    own = tmp_path / "mine.mid"
    own.write_bytes(midi_file(note(60, 960) + note(64, 480) + note(65, 10)))
    answer = ask(file=handle_file(own), api_name="/score")
    scores = {model["checkpoint"]: model for model in answer["models"]}
    assert len(scores) >= 12 and GRU in scores and "tiny-speech" not in scores
    checkpoint = load(GRU)
    frames = read_piece(own, checkpoint.representation).frames
    surprise = surprise_of(
        checkpoint.model, checkpoint.representation, frames, checkpoint.card.corpus.mean_pitch
    )
    semitones, likelihood = surprise.transposed_semitones, surprise.likelihood
    assert scores[GRU]["nats_per_frame"] == pytest.approx(likelihood.nats_per_frame, abs=1e-4)
    assert (scores[GRU]["transposed_semitones"], scores[GRU]["num_frames"]) == (semitones, 3)
    assert scores[GRU]["frame"] == "a quarter note" and "1 too short" in scores[GRU]["report"]
    assert "spoiled" in answer["problems"][0]
    units = [model["frame"] for model in answer["models"]]
    assert units == sorted(units, reverse=True), "models that can be compared stand together"


def test_each_frame_of_a_clip_is_given_by_the_models_that_are_named(ask):
    names = ["tiny-speech", "tiny-speech-two"]
    answer = ask(file=VOICE.name, models=names, per_frame=True, api_name="/score")
    assert {model["checkpoint"] for model in answer["models"]} == set(names)
    for model in answer["models"]:
        assert len(model["nats"]) == len(model["bits"]) == model["num_steps"]
        assert sum(model["bits"]) / model["num_steps"] == pytest.approx(model["bits_per_sample"], abs=1e-4)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"file": "nope"}, "Unknown excerpt 'nope'"),
        ({"file": 7}, "no uploaded file"),
        ({"file": CHORALE.name, "models": ["nope"]}, "Unknown checkpoint 'nope'"),
        ({"file": CHORALE.name, "models": ["tiny-speech"]}, "reads another kind of file"),
        ({"file": CHORALE.name, "models": []}, "Models must be a list of names"),
        ({"file": CHORALE.name, "models": "gru"}, "Models must be a list of names"),
        ({"file": CHORALE.name, "models": ["spoiled"]}, "sha256 differs"),
    ],
)
def test_what_cannot_be_scored_is_answered_with_one_sentence(ask, values, said):
    with pytest.raises(Exception, match=said) as caught:
        ask(**values, api_name="/score")
    assert type(caught.value).__name__ == "AppError" and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("none.mid", midi_file(b""), "no notes"), ("words.wav", b"these are words", "words.wav")],
)
def test_a_bad_file_cannot_be_scored(ask, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Exception, match=said) as caught:
        ask(file=handle_file(tmp_path / name), api_name="/score")
    assert type(caught.value).__name__ == "AppError"


def test_numbers_that_are_not_finite(app):
    for seed, temperature in (("1", "NaN"), ("1e999", "1")):
        answer = call(app, "sample_roll", f'["{GRU}", 8, {seed}, {temperature}, "", null]')
        assert "event: error" in answer and ("must be from" in answer or "not a number" in answer)


def test_files_of_the_machine_are_not_read(app):
    """A client could once read any file here by naming its path, marked as an uploaded file or not."""
    unmarked = call(app, "sample_roll", f'["{GRU}", 8, 1, 1, {{"path": "{CHORALE.path}"}}, null]')
    assert "no uploaded file" in unmarked
    served = app.folder / "served"  # where uploads lie
    climbing = {"path": f"{served}/{os.path.relpath(CHORALE.path, served)}"}
    assert Path(climbing["path"]).is_file()
    assert "no uploaded file" in call(app, "sample_roll", f'["{GRU}", 8, 1, 1, {json.dumps(climbing)}, null]')
    marked = {"path": str(CHORALE.path), "meta": {"_type": "gradio.FileData"}}
    answer = call(app, "sample_roll", f'["{GRU}", 8, 1, 1, {json.dumps(marked)}, null]')
    assert "event: error" in answer and "notes" not in answer
    assert "InvalidPathError" in app.news()  # Gradio refuses it itself, and says so


def test_the_app_goes_on_afterwards(ask):
    names = [name for name, _ in ask(frames=4, api_name="/sample_roll")["figures"]]
    assert names == ["Model", "Its surprise at what it drew", "Height"]
