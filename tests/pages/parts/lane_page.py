"""A page of lanes for the browser tests: ``python -m tests.pages.parts.lane_page FOLDER``."""

import math
import struct
import sys
import threading
import wave
from pathlib import Path

import gradio as gr

from engine.sound.audio_file import read_audio
from pages.house.gradio_inside import served_bytes
from pages.house.surround import base_style
from pages.parts.lane import Lane
from pages.parts.sound.sound_pieces import pieces_of

SOUND_SECONDS = 6.0
NUM_FRAMES, PRIME_FRAMES, SECONDS_PER_FRAME = 60, 20, 0.1
SHORT_FRAMES = 32  # of another draw
NOTES = [[pitch, start, 4] for start in range(0, NUM_FRAMES, 4) for pitch in (48, 60, 67)]
EVIL = '<img src=x onerror="window.hit=1">${window.hit=1}{{value}}.mid'
MIDI_BYTES = b"MThd" + bytes(range(40))


def write_tone(path: Path, hertz: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        angles = (2 * math.pi * hertz * n / 44100 for n in range(int(SOUND_SECONDS * 44100)))
        file.writeframes(b"".join(struct.pack("<h", int(6000 * math.sin(angle))) for angle in angles))
    return path


def roll(lane: int, **changes) -> dict:
    return {
        "lane": lane,
        "title": f"GRU {lane}",
        "state": "done",
        "num_frames": NUM_FRAMES,
        "frames_done": NUM_FRAMES,
        "prime_frames": PRIME_FRAMES,
        "seconds_per_frame": SECONDS_PER_FRAME,
        "notes": NOTES,
        "figures": [["nats per frame", "6.21"]],
        **changes,
    }


def growing(lane: int, done: int) -> dict:
    notes = [note for note in NOTES if note[1] < done]
    return roll(lane, state="sampling", frames_done=done, notes=notes, figures=[["nats", str(done)]])


def build(folder: Path) -> gr.Blocks:
    sounds = [write_tone(folder / f"{hertz}.wav", hertz) for hertz in (220, 330)]
    downloads = [
        {"label": "MIDI", "path": served_bytes(MIDI_BYTES, "jsb_chorales-gru-seed7.mid")},
        {"label": "WAV", "path": served_bytes(sounds[0].read_bytes(), "jsb_chorales-gru-seed7.wav")},
    ]
    heard = [pieces_of(read_audio(sound), sound.stem) for sound in sounds]
    finished = roll(0, **heard[0], downloads=downloads, link="?seed=7", title=EVIL)

    enough = threading.Event()

    def update_other():
        enough.clear()
        for done in range(PRIME_FRAMES, NUM_FRAMES + 1, 4):
            yield growing(1, done)
        enough.wait(60)
        short = [note for note in NOTES if note[1] < SHORT_FRAMES]
        yield roll(1, notes=short, num_frames=SHORT_FRAMES, frames_done=SHORT_FRAMES, **heard[1])

    def update_same():
        for turn in range(8):
            yield {**finished, "figures": [["turn", str(turn)]]}

    with gr.Blocks() as demo:
        first = Lane(finished, elem_id="first")
        second = Lane(roll(1, **heard[1]), elem_id="second")
        peaks = [[-0.5, 0.5]] * 90
        spectrum = {"spectrum": ("f" * 8 + "0" * 24) * round(SOUND_SECONDS / 0.02), "highest_hertz": 4_000}
        sound = {"kind": "wave", "peaks": peaks, "sample_seconds": SOUND_SECONDS, "notes": (), **spectrum}
        Lane(roll(2, **sound), elem_id="wave")
        Lane(elem_id="empty")
        gr.Button("other", elem_id="other").click(update_other, None, second, show_progress="hidden")
        gr.Button("finish", elem_id="finish").click(enough.set, queue=False)
        gr.Button("same", elem_id="same").click(update_same, None, first, show_progress="hidden")
    return demo


def main() -> None:
    look = f"<style>{base_style()}</style>"
    theme = gr.themes.Base(font=["system-ui"], font_mono=["monospace"])
    build(Path(sys.argv[1])).launch(quiet=True, head=look, theme=theme, footer_links=[])


if __name__ == "__main__":
    main()
