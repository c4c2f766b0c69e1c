"""A user's own folder, of MIDI or of sound: read, reported, split by a seed."""

import os

import numpy as np
import pytest
import soundfile

from engine.errors import InvalidValueError
from tests.engine.notes.raw_midi import midi_file, note
from tests.training.songs import write_songs
from training.corpora import CorpusReport, open_corpus
from training.corpora.folder import split_by_seed
from training.corpora.windows import SILENT_WINDOWS

NOTHING = CorpusReport(0)


def write_tune(path, first_pitch: int, num_notes: int = 6):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(midi_file(b"".join(note(first_pitch + k, 240) for k in range(num_notes))))


def write_noise(path, seed: int, sample_rate: int = 16_000, seconds: float = 1.0):
    samples = np.random.default_rng(seed).uniform(-0.1, 0.1, int(seconds * sample_rate))
    soundfile.write(path, samples, sample_rate)


@pytest.mark.parametrize(("count", "held_out"), [(3, 1), (10, 1), (15, 2), (100, 10)])
def test_splits_are_disjoint_and_whole_and_depend_on_the_seed_alone(count, held_out):
    items = {f"{number:03}": number for number in range(count)}
    splits = split_by_seed(items, 1, NOTHING)
    assert sorted(item for split in splits.values() for item in split) == list(range(count))
    assert len(splits["valid"]) == len(splits["test"]) == held_out
    assert splits == split_by_seed(dict(reversed(items.items())), 1, NOTHING)
    assert count < 10 or splits != split_by_seed(items, 2, NOTHING)


def test_a_negative_seed_is_refused():
    with pytest.raises(InvalidValueError, match="seed=-1"):
        split_by_seed(dict.fromkeys("abc"), -1, NOTHING)


def test_midi_files_of_any_case_in_subfolders_are_read_and_the_rest_reported(tmp_path):
    for number in range(6):
        write_tune(tmp_path / "set" / f"{number}.mid", 40 + number)
    write_tune(tmp_path / "UPPER.MID", 60)
    write_tune(tmp_path / "long ending.midi", 61)
    write_tune(tmp_path / "zz copy.mid", 60)
    (tmp_path / "zz same notes.mid").write_bytes(midi_file(b"".join(note(61 + k, 250) for k in range(6))))
    (tmp_path / "broken.mid").write_bytes(b"MThd and no more")
    write_tune(tmp_path / ".hidden.mid", 70)
    (tmp_path / "readme.txt").write_text("no music")
    data = open_corpus(f"midi:{tmp_path}", seed=3).load()
    assert {split: len(sequences) for split, sequences in data.splits.items()} == {
        "train": 6,
        "valid": 1,
        "test": 1,
    }
    assert all(frames.shape == (6, 88) for sequences in data.splits.values() for frames in sequences)
    assert data.representation.spec["frames_per_quarter"] == 2
    reasons = dict(data.report.left_out)
    assert set(reasons) == {"broken.mid", "zz copy.mid", "zz same notes.mid"}
    assert reasons["zz copy.mid"] == "has the same content as UPPER.MID"
    assert reasons["zz same notes.mid"] == "the same notes as long ending.midi"
    assert data.report.counts["notes read"] == 48
    assert "8 files read, 3 left out" in str(data.report)


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_than_three_midi_files_are_refused_with_the_report(count, tmp_path):
    for number in range(count):
        write_tune(tmp_path / f"{number}.mid", 40 + number)
    (tmp_path / "bad.mid").write_bytes(b"")
    with pytest.raises(
        InvalidValueError, match=rf"(?s)one file each.*{count} files read, 1 left out.*bad\.mid"
    ):
        open_corpus(f"midi:{tmp_path}").load()


@pytest.mark.parametrize("kind", ["midi", "audio"])
def test_an_empty_folder_is_refused(kind, tmp_path):
    with pytest.raises(InvalidValueError, match=r"holds 0 (MIDI )?files"):
        open_corpus(f"{kind}:{tmp_path}").load()


def test_linked_folders_belong_to_it_and_a_ring_of_links_ends(tmp_path):
    """Python before 3.13 passed linked folders over without a word."""
    songs, elsewhere = tmp_path / "songs", write_songs(tmp_path / "elsewhere")
    songs.mkdir()
    (songs / "linked").symlink_to(elsewhere)
    (elsewhere / "ring").symlink_to(songs)
    data = open_corpus(f"midi:{songs}").load()
    assert data.report.num_read == len(list(elsewhere.glob("*.mid")))


def test_midi_files_are_known_by_their_bytes(tmp_path):
    songs = write_songs(tmp_path / "songs")
    paths = sorted(songs.glob("*.mid"))
    for path, ending in zip(paths, (".kar", ".smf", ".MID", "", ".txt"), strict=False):
        path.rename(path.with_suffix(ending))
    (songs / "words.txt").write_text("no music")
    report = open_corpus(f"midi:{songs}").load().report
    assert (report.num_read, report.left_out) == (len(paths), ())


def test_a_folder_whose_name_is_no_text_is_refused_before_the_fit(tmp_path):
    """The card could not be written, which once came out only after the whole fit, and again at every try."""
    folder = tmp_path / os.fsdecode(b"m\xfcsik")
    try:
        write_songs(folder)
    except OSError:
        pytest.skip("this disk takes no such name")
    with pytest.raises(InvalidValueError, match="is not valid UTF-8: rename it"):
        open_corpus(f"midi:{folder}")
    songs = write_songs(tmp_path / "songs")
    (songs / os.fsdecode(b"b\xe4d.mid")).write_bytes(b"")
    report = open_corpus(f"midi:{songs}").load().report
    assert [name for name, _ in report.left_out] == ["b\\udce4d.mid"] and str(report).encode()


def test_sound_that_fills_no_window_is_counted(tmp_path):
    """Three quarters of a folder of single words were once left out, and the report said "0 left out"."""
    for number in range(8):
        write_noise(tmp_path / f"{number}.wav", number, seconds=0.4 if number == 3 else 0.7)
    report = str(open_corpus(f"audio:{tmp_path}").load().report)
    assert "34% of the sound is left out" in report and "and 1 that are shorter" in report


def test_sound_of_any_rate_is_resampled_split_by_file_and_cut(tmp_path):
    for number in range(8):
        write_noise(tmp_path / f"{number}.wav", number, (16_000, 44_100)[number % 2])
    write_noise(tmp_path / "8.flac", 8)
    write_noise(tmp_path / "9 is 0.wav", 0)
    soundfile.write(tmp_path / "silent.wav", np.zeros(16_000), 16_000)
    (tmp_path / "empty.wav").touch()
    data = open_corpus(f"audio:{tmp_path}").load()
    assert data.representation.sample_rate == 16_000
    assert sum(map(len, data.splits.values())) == 18
    assert all(frames.shape == (800, 10) for sequences in data.splits.values() for frames in sequences)
    assert dict(data.report.left_out)["9 is 0.wav"] == "has the same content as 0.wav"
    assert data.report.counts[SILENT_WINDOWS] == 2
    assert "empty.wav left out" in str(data.report)


def test_sound_of_8_khz_alone_stays_so(tmp_path):
    for number in range(3):
        write_noise(tmp_path / f"{number}.wav", number, 8_000)
    assert open_corpus(f"audio:{tmp_path}").load().representation.sample_rate == 8_000


def test_one_recording_alone_is_split_in_time(tmp_path):
    write_noise(tmp_path / "long.wav", 0, 16_000, seconds=10)
    data = open_corpus(f"audio:{tmp_path}").load()
    assert {split: len(sequences) for split, sequences in data.splits.items()} == {
        "train": 16,
        "valid": 2,
        "test": 2,
    }
    assert "split in time" in str(data.report)
    samples = soundfile.read(tmp_path / "long.wav")[0]
    heard = data.representation.decode(data.splits["test"][1]).samples
    np.testing.assert_allclose(heard, samples[-8_000:], atol=1e-4)


def test_a_recording_too_short_to_split_is_refused(tmp_path):
    write_noise(tmp_path / "short.wav", 0)
    with pytest.raises(InvalidValueError, match="longer or louder"):
        open_corpus(f"audio:{tmp_path}").load()


def test_a_folder_without_sound_is_refused_with_the_reasons(tmp_path):
    (tmp_path / "empty.wav").touch()
    with pytest.raises(InvalidValueError, match=r"(?s)no file.*empty\.wav"):
        open_corpus(f"audio:{tmp_path}").load()
