"""Voice prompts: 800 windows of 8,000 samples at 16 kHz, our stand-in for "Ubisoft B".

Asterisk's English core sounds: one professional voice (Allison Smith), 558 prompts in G.722, which
ffmpeg decodes. A G.722 file has no header; its decoder starts at rest, so each recording gets a
decoder of its own. Splits are by recording, in the order of their paths: of every ten the ninth is
valid and the tenth is test, so that letters, digits and sentences are in each. A recording that
occurs twice counts once. The choice of windows is spread evenly, with no randomness.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.sound import MAX_SOUND_SECONDS, Audio, ffmpeg, read_audio
from training.corpora.corpus import SPLITS
from training.corpora.origin import Origin
from training.corpora.windows import WindowedCorpus

G722_SUFFIX = ".g722"
SPEAKER = "allison"
DEBIAN_FILE = "asterisk-core-sounds-en-g722_1.6.1-1_all.deb"


class VoicePrompts(WindowedCorpus):
    """One voice, split by recording; the files lie in the folder ``voice_prompts``."""

    name = "voice_prompts"
    title = "Voice prompts"
    description = "one voice, telephone prompts: 800 windows of half a second at 16 kHz"
    homepage = "https://packages.debian.org/asterisk-core-sounds-en-g722"
    licence = "CC BY-SA 3.0"
    citation = "Asterisk core sounds, English, recorded by Allison Smith (theivrvoice.com), version 1.6.1"
    origin = Origin(
        urls=(
            f"https://ftp.debian.org/debian/pool/main/a/asterisk-core-sounds/{DEBIAN_FILE}",
            "https://snapshot.debian.org/file/85d31615a1c64105203f3f545a22fefca050905d",
        ),
        sha256="38c5261820b406dcb0ecb37675720da2b0864850690690352ca52707eb623806",
        unpack="deb",
        moves={
            "usr/share/asterisk/sounds/en_US_f_Allison/": "voice_prompts/",
            "usr/share/doc/asterisk-core-sounds-en-g722/copyright": "voice_prompts/COPYRIGHT",
        },
    )

    window_length = 8_000
    num_windows = 800

    def voices(self) -> dict[str, dict[str, list[Audio]]]:
        """All recordings, of one speaker."""
        return {split: {SPEAKER: self.read(paths)} for split, paths in self.recordings().items()}

    def recordings(self) -> dict[str, list[Path]]:
        """Split -> its checked files, each content once, in the order of their paths."""
        first = {sha256: path for path, sha256 in sorted(self.hashes.items(), reverse=True)}
        paths = dict(zip(self.hashes, self.checked_paths(), strict=True))
        splits: dict[str, list[Path]] = {split: [] for split in SPLITS}
        for position, path in enumerate(
            sorted(path for path in first.values() if path.endswith(G722_SUFFIX))
        ):
            splits[split_of_position(position)].append(paths[path])
        return splits

    def read(self, paths: Sequence[Path]) -> list[Audio]:
        """The sound of these files, each decoded from rest; raises EngineError if there is no ffmpeg."""
        return decode_all(paths)


def split_of_position(position: int) -> str:
    """Of every ten recordings the ninth is valid, the tenth test, the others train."""
    return {8: "valid", 9: "test"}.get(position % 10, "train")


def decode_all(paths: Sequence[Path]) -> list[Audio]:
    """The recordings as 16 kHz sound, decoded by ffmpeg."""
    with tempfile.TemporaryDirectory() as folder:
        decoded = [Path(folder) / f"{number}.wav" for number in range(len(paths))]
        ffmpeg.decode(paths, decoded, MAX_SOUND_SECONDS)
        return [read_audio(path) for path in decoded]
