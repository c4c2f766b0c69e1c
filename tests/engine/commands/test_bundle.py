"""``python -m engine bundle``: a folder in which nothing tells whose a clip is, and the key next to it."""

import base64
import errno
import io
import itertools
import json
import re
from pathlib import Path

import pytest
import soundfile

from engine.__main__ import main
from engine.checkpoints.checkpoint import available, read_card
from engine.errors import EngineError
from engine.folders import CHECKPOINTS
from engine.listening.bundle.bundle_key import read_key
from engine.rendering import performance
from tests.engine.small_models import published
from tests.engine.tones import write_tone

SEED = 1_987_654_321
NAMES = ("tiny-one", "tiny-two")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder: two models of speech, one of music, and a short recording."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        published(tmp_path / "checkpoints", "waveform", name)
    published(tmp_path / "checkpoints", name="tiny-music")
    write_tone(tmp_path / "tone.wav", seconds=0.3)
    return tmp_path


def run(words: str, *names: str, checkpoints: str = "checkpoints") -> int:
    return main(["bundle", *(names or NAMES), "--checkpoints", checkpoints, *words.split()])


def files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def sounds(out: Path) -> dict[str, bytes]:
    scripts = {path.stem: path.read_text() for path in (out / "sounds").glob("*.js")}
    return {clip: base64.b64decode(text.split('"')[3]) for clip, text in scripts.items()}


def manifest(out: Path) -> dict:
    text = (out / "manifest.js").read_text()
    return json.loads(text.removeprefix("window.earshotTest = ").rstrip().removesuffix(";"))


@pytest.mark.parametrize(
    ("task", "flags", "num_trials", "num_lanes"),
    [
        ("preference", "--with-real --with-anchor", 9, 2),
        ("abx", "", 3, 3),
        ("rank", "--with-real --with-anchor", 2, 4),
        ("real_or_model", "", 4, 1),
    ],
)
def test_nothing_in_the_folder_tells(folder, task, flags, num_trials, num_lanes):
    words = f"--task {task} --trials {num_trials} {flags} --prime tone.wav --seed {SEED} --out out"
    assert run(words) == 0
    out, told = folder / "out", manifest(folder / "out")
    assert (
        told["task"] == task and [len(trial["lanes"]) for trial in told["trials"]] == [num_lanes] * num_trials
    )
    assert told["trials"] == sorted(told["trials"], key=lambda trial: trial["trial"])
    clips = [clip for trial in told["trials"] for clip in trial["lanes"]]
    assert len(set(clips)) == len(clips) == len(sounds(out))
    assert set(files(out)) == {"index.html", "manifest.js"} | {f"sounds/{clip}.js" for clip in clips}
    mp3s = list(sounds(out).values())
    assert len({len(mp3) for mp3 in mp3s}) == len({mp3[:44] for mp3 in mp3s}) == 1
    assert len(set(mp3s)) == len(mp3s), "not even a clip that is played twice comes as the same file twice"
    assert len({path.stat().st_mtime_ns for path in (out, *out.rglob("*"))}) == 1
    key = read_key(folder / "out.key.json")
    cards = [read_card(name, folder / "checkpoints") for name in available(folder / "checkpoints")]
    secrets = [*NAMES, "tiny", "tone", str(SEED), *(str(planned.seed) for planned in key.session.trials)]
    secrets += [card.weights_sha256[:12] for card in cards]
    secrets += [lane.clip_sha256[:12] for trial in key.trials for lane in trial.lanes]
    everything = "\n".join(files(out)) + "".join(
        content.decode("latin-1") for name, content in files(out).items() if "sounds" not in name
    )
    scripts = {name: content.decode() for name, content in files(out).items() if name.endswith(".js")}
    assert [secret for secret in secrets if secret in everything] == []
    answers = {answer for answer, _ in told.pop("answers")}  # the words that a listener may say
    values = set(re.findall(r'"([^"]*)"', json.dumps(told)))
    assert not {"real", "anchor", "source", "seed", "corpus"} & values
    assert "real" not in answers or task == "real_or_model"
    for clip in clips:
        start, length = f'earshotSound("{clip}", "', len(scripts[f"sounds/{clips[0]}.js"])
        assert scripts[f"sounds/{clip}.js"].startswith(start) and len(scripts[f"sounds/{clip}.js"]) == length


def test_the_key_says_whose_the_clips_are(folder):
    assert run(f"--trials 8 --with-real --prime tone.wav --seed {SEED} --out out") == 0
    key, told = read_key(folder / "out.key.json"), manifest(folder / "out")
    assert key.bundle == told["bundle"] and key.session.design_seed == SEED
    asked = {trial["trial"]: trial["lanes"] for trial in told["trials"]}
    assert {trial.trial_id: [lane.clip for lane in trial.lanes] for trial in key.trials} == asked
    assert {lane.source for trial in key.trials for lane in trial.lanes} == {*NAMES, "real"}
    assert sum(len({lane.source for lane in trial.lanes}) == 1 for trial in key.trials) == 1, "one catch"
    samples, rate = soundfile.read(io.BytesIO(next(iter(sounds(folder / "out").values()))))
    assert {trial.seconds for trial in key.trials} == {len(samples) / rate} == {told["seconds"]}


def test_one_seed_is_one_set_of_sounds_under_new_names(folder):
    for out, seed in (("one", SEED), ("two", SEED), ("three", SEED + 1)):
        assert run(f"--trials 3 --prime tone.wav --seed {seed} --out {out}") == 0
    first, again, other = (sounds(folder / out) for out in ("one", "two", "three"))
    assert set(first.values()) == set(again.values()) and not set(first) & set(again)
    assert not set(first.values()) & set(other.values())


def test_bundles_that_differ_in_the_assignment_alone_differ_in_ids_and_sounds_alone(folder):
    assert run(f"--trials 3 --prime tone.wav --seed {SEED} --out one") == 0
    assert run(f"--trials 3 --prime tone.wav --seed {SEED + 1} --out two", *NAMES[::-1]) == 0
    first, again = (files(folder / out) for out in ("one", "two"))
    assert first["index.html"] == again["index.html"]

    def without_ids(content: dict[str, bytes]) -> str:
        return re.sub(r'"[0-9a-f]{16}"', '""', content["manifest.js"].decode())

    assert without_ids(first) == without_ids(again)
    assert sorted(map(len, first.values())) == sorted(map(len, again.values()))


def test_music_that_ends_early_lasts_as_long(folder, capsys):
    """A real-or-model trial has one clip: a short file would have told that a model's piece fell silent."""
    names = ("jsb_chorales-tanh", "jsb_chorales-gru")
    words = "--task real_or_model --trials 4 --prime-frames 2 --frames 6 --seed 3 --out out --temperature 0.2"
    shipped = str(CHECKPOINTS)
    assert run(words, *names, checkpoints=shipped) == 0
    assert len({len(mp3) for mp3 in sounds(folder / "out").values()}) == 1
    said = capsys.readouterr()
    assert "analyse RESULTS… --key out.key.json" in said.out and "trial 4 of 4" in said.err
    assert "JSB Chorales" in manifest(folder / "out")["origin"]
    primes = [trial.prime for trial in read_key(folder / "out.key.json").trials]
    assert len(set(primes)) > 1 and all(prime.startswith("jsb_chorales-test") for prime in primes)


def test_a_seed_that_nobody_gave_is_nobodys_guess(folder):
    for out in ("one", "two"):
        assert run(f"--trials 1 --prime tone.wav --out {out}") == 0
    first, second = (read_key(folder / f"{out}.key.json").session.design_seed for out in ("one", "two"))
    assert first != second


BAD = {
    "full": ("--prime tone.wav --out full", NAMES, "full exists and is not an empty folder"),
    "keyed": ("--prime tone.wav --out keyed", NAMES, "keyed.key.json exists: without it the answers"),
    "nowhere": ("--prime tone.wav --out no/out", NAMES, "the folder no does not exist"),
    "kinds": ("--prime tone.wav --out out", ("tiny-one", "tiny-music"), "are not alike"),
    "corpora": (
        "--prime tone.wav --out out",
        ("tiny-one", "other"),
        "was fitted on tiny and other on jsb_chorales: choose models of one corpus",
    ),
    "unknown": ("--prime tone.wav --out out", ("tiny-on", "tiny-two"), "did you mean 'tiny-one'"),
    "twice": ("--prime tone.wav --out out", ("tiny-one", "tiny-one"), "only once"),
    "few": ("--prime tone.wav --out out --task abx --with-real", NAMES, "not 3, with 1 hidden among them"),
    "many": ("--prime tone.wav --out out --trials 41", NAMES, "41 trials must be from 1 to 40"),
    "none": ("--prime tone.wav --out out --trials 0", NAMES, "0 trials must be from 1 to 40"),
    "short": ("--prime tone.wav --out out --frames 790", NAMES, "tone.wav is too short: it has 240 frames"),
    "shorter": ("--prime click.wav --out out", NAMES, "click.wav is too short: it has 2 frames"),
    "lost": ("--prime lost.wav --out out", NAMES, "lost.wav is not a file"),
    "same": ("--prime tone.wav more/tone.wav --out out", NAMES, "two of the excerpts have the same name"),
    "own": ("--out out", NAMES, "no excerpts of tiny are shipped: name some of your own with --prime"),
    "hot": ("--prime tone.wav --out out --temperature 9", NAMES, "must be above 0 and at most 4"),
    "still": ("--prime tone.wav --out out --tempo 0", NAMES, "quarters_per_minute=0.0"),
    "no tempo": ("--prime tone.wav --out out --tempo nan", NAMES, "quarters_per_minute=nan"),
    "no program": ("--prime tone.wav --out out --program 200", NAMES, "program"),
    "seed": ("--prime tone.wav --out out --seed -1", NAMES, "--seed -1 must be between 0"),
    "negative": ("--prime tone.wav --out out --frames 0", NAMES, "--frames 0 above 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_written(folder, capsys, case):
    words, names, message = BAD[case]
    (folder / "full").mkdir()
    (folder / "full" / "letter.txt").write_text("mine")
    (folder / "keyed.key.json").write_text("{}")
    (folder / "more").mkdir()
    write_tone(folder / "more" / "tone.wav", seconds=0.5)
    write_tone(folder / "click.wav", seconds=0.003)
    renamed = folder / "checkpoints" / "other"
    renamed.mkdir()
    for path in (folder / "checkpoints" / "tiny-one").iterdir():
        text = path.read_bytes().replace(b'"name": "tiny-one"', b'"name": "other"')
        (renamed / path.name).write_bytes(text.replace(b'"name": "tiny"', b'"name": "jsb_chorales"'))
    before = sorted(folder.rglob("*"))
    assert run(words, *names) == 1
    (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert message in said
    assert sorted(folder.rglob("*")) == before


def test_an_empty_folder_is_filled(folder):
    (folder / "out").mkdir()
    assert run("--trials 1 --prime tone.wav --out out") == 0
    assert (folder / "out" / "index.html").is_file()


def test_a_full_disk_leaves_nothing_behind(folder, capsys, monkeypatch):
    before, calls = sorted(folder.rglob("*")), itertools.count()

    def write_bytes(path: Path, data: bytes) -> int:
        if next(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        with path.open("wb") as file:
            return file.write(data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    assert run("--trials 2 --prime tone.wav --out out") == 1
    assert "could not write the bundle out (No space left on device): free space" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before


def test_without_a_synthesiser_music_cannot_be_bundled_and_nothing_is_left(folder, capsys, monkeypatch):
    def none_found() -> None:
        raise EngineError("no synthesiser is installed")

    monkeypatch.setattr(performance, "find_synthesiser", none_found)
    shipped = str(CHECKPOINTS)
    before = sorted(folder.rglob("*"))
    words = "--trials 1 --frames 6 --out out"
    assert run(words, "jsb_chorales-tanh", "jsb_chorales-gru", checkpoints=shipped) == 1
    assert "no synthesiser is installed" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before
