"""Sound files: every kind that people have is read; hostile ones are refused in one sentence."""

import struct
import subprocess

import numpy as np
import pytest
import soundfile

from engine.errors import EngineError, UnreadableFileError
from engine.sound import ffmpeg
from engine.sound.audio import Audio
from engine.sound.audio_file import read_audio, wav_bytes, write_wav

needs_ffmpeg = pytest.mark.skipif(not ffmpeg.is_there(), reason="ffmpeg is not installed")
TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)).astype(np.float32)


def wav(data: bytes = b"\0\1" * 4_000, size: int | None = None, rate=8_000, channels=1, bits=16) -> bytes:
    """A WAV file whose header may lie."""
    width = channels * bits // 8
    size = len(data) if size is None else size
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * width % 2**32, width % 2**16, bits)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + form
        + struct.pack("<4sI", b"data", size)
        + data
    )


def written(folder, data: bytes, name: str = "given.wav"):
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("sample_rate", [8_000, 192_000])
def test_every_depth_of_wav_is_read(tmp_path, subtype, sample_rate):
    soundfile.write(tmp_path / "a.wav", TONE, sample_rate, subtype)
    audio = read_audio(tmp_path / "a.wav")
    assert audio.sample_rate == sample_rate
    np.testing.assert_allclose(audio.samples, TONE, atol=1 / 100 if subtype == "PCM_U8" else 1e-4)


def test_channels_are_averaged(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.stack([TONE, 0 * TONE], 1), 16_000, "FLOAT")
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav").samples, TONE / 2, atol=1e-6)


def test_amplitudes_beyond_full_scale_are_scaled_down_together(tmp_path):
    soundfile.write(tmp_path / "a.wav", 8 * TONE, 16_000, "FLOAT")
    audio = read_audio(tmp_path / "a.wav")
    np.testing.assert_allclose(audio.samples, TONE / np.abs(TONE).max(), atol=1e-6)


def test_silence_is_silence(tmp_path):
    audio = read_audio(written(tmp_path, wav(bytes(800))))
    assert len(audio.samples) == 400 and audio.peak == 0


def test_a_16_bit_file_written_again_has_the_same_integers(tmp_path):
    steps = np.arange(-32_768, 32_768, dtype=np.int16)
    soundfile.write(tmp_path / "a.wav", steps, 8_000, "PCM_16")
    write_wav(read_audio(tmp_path / "a.wav"), tmp_path / "b.wav")
    assert np.array_equal(soundfile.read(tmp_path / "b.wav", dtype="int16")[0], steps)
    assert soundfile.info(tmp_path / "b.wav").subtype == "PCM_16"


def test_full_scale_is_written_as_the_highest_integer(tmp_path):
    path = written(tmp_path, wav_bytes(Audio(np.array([1, -1, 0], np.float32), 8_000)))
    assert soundfile.read(path, dtype="int16")[0].tolist() == [32_767, -32_768, 0]


@pytest.mark.parametrize("size", [2**32 - 1, 2**31 - 1, 0])
def test_a_length_that_was_not_known_when_written_is_no_reason_to_refuse(tmp_path, size):
    """Programs that write to a pipe leave 2^32 - 1, 2^31 - 1 or 0 where the length should be."""
    assert read_audio(written(tmp_path, wav(size=size))).duration_seconds == 0.5


@pytest.mark.parametrize("count", [0, 2**36 - 1])
def test_a_flac_file_that_does_not_know_its_length_is_read(tmp_path, count):
    """One from a pipe once "lasted 9,607,679,205,057 min": the 36 bits of its length are all 0 or all 1."""
    soundfile.write(tmp_path / "a.flac", TONE, 16_000)
    data = bytearray((tmp_path / "a.flac").read_bytes())
    data[21:26] = bytes((data[21] & 0xF0 | count >> 32, *(count & 2**32 - 1).to_bytes(4, "big")))
    assert read_audio(written(tmp_path, bytes(data), "pipe.flac")).duration_seconds == 1.0


@needs_ffmpeg
def test_an_estimated_length_is_not_held_against_a_file(tmp_path):
    """MP3 in a WAV container was once "cut off": the length in its header is an estimate."""
    soundfile.write(tmp_path / "tone.wav", TONE, 16_000)
    made = ["-i", "tone.wav", "-c:a", "libmp3lame", "-f", "wav", "a.wav"]
    subprocess.run(["ffmpeg", "-v", "error", *made], cwd=tmp_path, check=True)
    data = (tmp_path / "a.wav").read_bytes()
    place = data.index(b"fact") + 8
    for claimed in (8_000, 160_000):
        lying = data[:place] + struct.pack("<I", claimed) + data[place + 4 :]
        assert read_audio(written(tmp_path, lying)).duration_seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("quieter", [1.0, 0.95])
def test_channels_that_cancel_each_other_are_heard(tmp_path, quieter):
    """As with a microphone wired the wrong way round: their average was once heard, which is silence."""
    soundfile.write(tmp_path / "a.wav", np.stack([TONE, -quieter * TONE], 1), 16_000, "FLOAT")
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav").samples, TONE, atol=1e-6)


@needs_ffmpeg
def test_a_film_without_sound_is_said_to_be_one(tmp_path):
    made = ["-f", "lavfi", "-i", "color=size=16x16:duration=1", "-c:v", "mpeg4", "silent.mp4"]
    subprocess.run(["ffmpeg", "-v", "error", *made], cwd=tmp_path, check=True)
    with pytest.raises(UnreadableFileError, match=r"silent\.mp4 has no sound track; give a recording"):
        read_audio(tmp_path / "silent.mp4")


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.m4a", "a.webm", "a.g722", "m4a as.wav"])
def test_what_only_ffmpeg_reads_is_read(tmp_path, name):
    soundfile.write(tmp_path / "tone.wav", TONE, 16_000)
    made = "made" + (".m4a" if "m4a" in name else name[1:])
    subprocess.run(["ffmpeg", "-v", "error", "-i", "tone.wav", made], cwd=tmp_path, check=True)
    (tmp_path / made).rename(tmp_path / name)
    audio = read_audio(tmp_path / name)
    assert audio.duration_seconds == pytest.approx(1, abs=0.1)
    spectrum = np.abs(np.fft.rfft(audio.samples))
    assert spectrum.argmax() / audio.duration_seconds == pytest.approx(440, abs=2)


@needs_ffmpeg
def test_a_playlist_cannot_make_ffmpeg_open_other_files(tmp_path):
    soundfile.write(tmp_path / "secret.wav", TONE, 16_000)
    for name, text in {
        "a.wav": "ffconcat version 1.0\nfile secret.wav\n",
        "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.wav\n#EXT-X-ENDLIST\n",
    }.items():
        with pytest.raises(UnreadableFileError, match="is text, not sound"):
            read_audio(written(tmp_path, text.encode(), name))
        with pytest.raises(UnreadableFileError, match="not a sound file"):  # as ffmpeg is asked
            read_audio(written(tmp_path, f"{text}#\0\n".encode(), name))


HOSTILE = {
    "empty": (b"", "is empty"),
    "only a header": (wav(b""), "holds no samples"),
    "half a header": (wav()[:20], "not a sound file"),
    "truncated": (wav(bytes(100_000))[:8_044], "is cut off: it holds 8,000 of 100,000 bytes"),
    "random bytes": (np.random.default_rng(1).bytes(5_000), "not a sound file"),
    "text": (b"hello\n" * 500, "given.wav is text, not sound; give a recording"),
    "text of another script": ("日本語\n".encode() * 500, "is text, not sound"),
    "no channels": (wav(channels=0), "not a sound file"),
    "65535 channels": (wav(channels=65_535), "not a sound file"),
    "rate 0": (wav(rate=0), "not a sound file|cannot be"),
    "rate 1 Hz": (wav(rate=1), "cannot be"),
    "rate 2^31": (wav(rate=2**31), "not a sound file|cannot be"),
    "ten minutes and one second": (wav(bytes(601 * 8_000), bits=8), "lasts 10.0 min or more but at most 10"),
}


@needs_ffmpeg
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_get_one_clear_sentence(tmp_path, case):
    data, message = HOSTILE[case]
    with pytest.raises(UnreadableFileError, match=message):
        read_audio(written(tmp_path, data))


@needs_ffmpeg
@pytest.mark.parametrize("format_name", ["wav", "flac", "ogg"])
def test_files_cut_off_in_the_middle_are_refused(tmp_path, format_name):
    source = tmp_path / f"a.{format_name}"
    soundfile.write(source, np.random.default_rng(0).uniform(-1, 1, 16_000), 16_000)
    with pytest.raises(UnreadableFileError, match=r"cut off|damaged|no samples"):
        read_audio(written(tmp_path, source.read_bytes()[: source.stat().st_size // 2], f"b.{format_name}"))


def test_numbers_that_are_none_are_refused(tmp_path):
    for bad in (np.nan, np.inf):
        soundfile.write(tmp_path / "a.wav", np.array([0, bad, 0]), 8_000, "FLOAT")
        with pytest.raises(UnreadableFileError, match="NaN or infinite"):
            read_audio(tmp_path / "a.wav")


def test_ten_hours_are_refused_from_the_header(tmp_path):
    """The file has a hole instead of data: reading it would take 1.15 GB."""
    size = 10 * 3_600 * 16_000 * 2
    path = written(tmp_path, wav(b"", size=size, rate=16_000))
    with path.open("ab") as file:
        file.truncate(44 + size)
    with pytest.raises(UnreadableFileError, match=r"lasts 600\.0 min or more but at most 10 min"):
        read_audio(path)


def test_a_missing_file_and_a_folder_are_no_sound(tmp_path):
    for path in (tmp_path, tmp_path / "none.wav"):
        with pytest.raises(UnreadableFileError, match="is not a file"):
            read_audio(path)


def test_without_ffmpeg_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=ffmpeg.INSTALL_FFMPEG):
        read_audio(written(tmp_path, b"\0" * 100, "a.g722"))


@needs_ffmpeg
def test_a_decoder_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(ffmpeg, "DECODING_TIMEOUT_SECONDS", 0.001)
    with pytest.raises(UnreadableFileError, match="took more than"):
        read_audio(written(tmp_path, b"\0" * 100_000, "a.g722"))


def test_writing_to_a_missing_folder_is_an_engine_error(tmp_path):
    with pytest.raises(EngineError, match="could not write"):
        write_wav(Audio(TONE, 16_000), tmp_path / "none" / "a.wav")
