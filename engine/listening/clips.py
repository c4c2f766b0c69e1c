"""Clips: what the lanes of a trial play, and what is recorded about each.

Every lane begins with the same prime and goes on for the same number of frames; all models draw with the same
random numbers. REAL is how the piece itself goes on; ANCHOR is that continuation with its frames in random
order: the right sounds, and no music.

Each file is made anew, even for a clip that is played twice in a trial: it begins later and is louder or
softer by small random amounts, and it is dithered (triangular, one step of 16 bits). All are sent as MP3 with
one codec, one rate and one channel. So nobody finds X by comparing bytes or subtracting files;
docs/listening.md says what can still be computed from them.
"""

import hashlib
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import soundfile
import torch
from jaxtyping import Float32
from torch import Tensor

from engine.checkpoints import Checkpoint
from engine.errors import InvalidValueError
from engine.listening.design import TrialPlan
from engine.listening.loudness import MatchedClip, match_loudness
from engine.listening.trial import ANCHOR, REAL, TrialLane
from engine.rendering import Performance, perform
from engine.representations import Representation, converted, widest
from engine.sampling import SamplingOptions, sample
from engine.sound import Audio, mp3_bytes, wav_bytes

NO_MODELS = "choose at least one model"
STEP_OF_16_BITS = 1 / 32_768  # of a 16-bit file, where 1 is full scale
MAX_DELAY_SECONDS = 0.02  # a file begins up to this much later
MAX_CHANGE_DECIBELS = 0.1  # a file is up to this much louder or softer


def shared_representation(checkpoints: Mapping[str, Checkpoint]) -> Representation:
    """The frames in which several models are given excerpts and compared: the longest that any model has."""
    return widest(checkpoint.representation for checkpoint in checkpoints.values())


@dataclass(frozen=True)
class Material:
    """What a test is made of.

    Args:
        checkpoints: name -> model, all of one corpus.
        piece: a real excerpt, shape (time, event), in the longest frames that any of the models has; draws
            of models with shorter frames are converted. Where a lane plays the piece itself, the piece must
            be as long as a clip.
        num_prime_frames: how much of the piece every lane begins with.
        num_frames: frames that follow in each lane.
        temperature: of the draws.
        performance: how music is played.

    Raises:
        InvalidValueError: there is no model, the piece is too short, or nothing would follow.
    """

    checkpoints: Mapping[str, Checkpoint]
    piece: Float32[Tensor, "time event"]
    num_prime_frames: int
    num_frames: int
    temperature: float = 1.0
    performance: Performance = field(default_factory=Performance)

    def __post_init__(self) -> None:
        if not self.checkpoints:
            raise InvalidValueError(NO_MODELS)
        if self.num_frames < 1 or not 0 <= self.num_prime_frames <= len(self.piece):
            raise self._refusal()

    def rest(self) -> Float32[Tensor, "time event"]:
        """The piece's own ``num_frames`` frames after the prime; raises InvalidValueError if it has fewer."""
        rest = self.piece[self.num_prime_frames :][: self.num_frames]
        if len(rest) < self.num_frames:
            raise self._refusal()
        return rest

    def _refusal(self) -> InvalidValueError:
        change = "fewer" if self.num_frames > 0 else "at least one to compare"
        return InvalidValueError(
            f"the excerpt has {len(self.piece)} frames, and {self.num_prime_frames} to begin with and "
            f"{self.num_frames} to compare were asked for: choose {change}"
        )

    @property
    def representation(self) -> Representation:
        """What the frames of the piece and of all clips mean."""
        return shared_representation(self.checkpoints)

    @property
    def shared_seconds(self) -> float:
        """How long every lane plays before the lanes differ."""
        return self.num_prime_frames * self.representation.frame_seconds(self.performance.quarters_per_minute)


@dataclass(frozen=True)
class Clip:
    """A lane's file, its frames, and what is recorded about it.

    Attributes:
        wav: the sound file, before it is compressed to MP3 for the listener.
        frames: prime and continuation, in the key of the piece, though the file is transposed.
        lane: what the trial's record says of it, including the id that it was given.
        seconds: length of the sound.
        shared_seconds: length of the beginning that all lanes share.
    """

    wav: bytes
    frames: Float32[Tensor, "time event"]
    lane: TrialLane
    seconds: float
    shared_seconds: float

    @cached_property
    def mp3(self) -> bytes:
        """The file as listeners fetch it; the delay that MP3 adds is the same for all clips of a trial."""
        return compressed(self.wav)


def compressed(wav: bytes) -> bytes:
    """A WAV file as MP3."""
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    return mp3_bytes(Audio(samples, rate))


def make_clips(plan: TrialPlan, material: Material, ids: tuple[str, ...]) -> list[Clip]:
    """The clips of a trial, in the order of its lanes.

    Args:
        ids: opaque names for the clips, one for each lane.

    Raises:
        EngineError: a model is missing, the piece is too short, or there is no synthesiser.
    """
    frames = {source: _frames(source, plan.seed, material) for source in dict.fromkeys(plan.sources)}
    heard = _moved(frames, plan.transposition, material.representation)
    sounds = {
        source: perform(lane_frames, material.representation, material.performance).audio.mono
        for source, lane_frames in heard.items()
    }
    matched = dict(zip(sounds, match_loudness(list(sounds.values())), strict=True))
    rng = np.random.default_rng(plan.seed)
    return [
        _clip(clip_id, source, matched[source], frames[source], material, rng)
        for clip_id, source in zip(ids, plan.sources, strict=True)
    ]


def _frames(source: str, seed: int, material: Material) -> Tensor:
    prime = material.piece[: material.num_prime_frames]
    if source == REAL:
        return torch.cat((prime, material.rest()))
    if source == ANCHOR:
        order = np.random.default_rng(seed).permutation(material.num_frames)
        return torch.cat((prime, material.rest()[torch.from_numpy(order)]))
    if source not in material.checkpoints:
        raise InvalidValueError(f"the model {source!r} is not here any more: choose others and start again")
    return torch.cat((prime, _drawn(material.checkpoints[source], prime, seed, material)))


def _drawn(checkpoint: Checkpoint, prime: Tensor, seed: int, material: Material) -> Tensor:
    """A model's continuation: as many frames as the material asks for, in the material's frames.

    If the prime's end does not fill a whole frame of the model, the model does not read that end: it draws
    those samples as well, and they are cut off.
    """
    own, wanted = checkpoint.representation, material.representation
    heard = converted(prime, wanted, own)
    num_samples = (len(prime) + material.num_frames) * wanted.frame_size
    options = SamplingOptions(
        math.ceil(num_samples / own.frame_size) - len(heard), seed, material.temperature
    )
    drawn = torch.stack(list(sample(checkpoint.model, options, heard)))
    whole = converted(torch.cat((heard, drawn)), own, wanted)
    return whole[len(prime) :][: material.num_frames]


def _moved(
    frames: Mapping[str, Tensor], semitones: int, representation: Representation
) -> Mapping[str, Tensor]:
    """All sources transposed alike, as far as every note stays on the keyboard; samples have no key."""
    if not representation.facts.holds_notes:
        return frames
    steps = [representation.transpositions(lane_frames) for lane_frames in frames.values()]
    lowest, highest = max(lane_steps[0] for lane_steps in steps), min(lane_steps[-1] for lane_steps in steps)
    step = min(max(semitones, lowest), highest)
    return {source: representation.transpose(lane_frames, step) for source, lane_frames in frames.items()}


def _clip(
    clip_id: str, source: str, clip: MatchedClip, frames: Tensor, material: Material, rng: np.random.Generator
) -> Clip:
    audio = clip.audio
    checkpoint = material.checkpoints.get(source)
    lane = TrialLane(
        clip=clip_id,
        source=source,
        checkpoint_sha256=checkpoint.card.weights_sha256 if checkpoint else None,
        clip_sha256=hashlib.sha256(wav_bytes(audio)).hexdigest(),
        lufs=clip.lufs,
        gain_decibels=clip.gain_decibels,
    )
    wav = wav_bytes(_made_unique(audio, rng))
    seconds = audio.duration_seconds
    shared = min(material.shared_seconds, seconds)  # sound ends with the last note
    return Clip(wav, frames, lane, seconds, shared)


def _made_unique(audio: Audio, rng: np.random.Generator) -> Audio:
    """Another file that sounds the same and is as long."""
    delay = round(rng.random() * MAX_DELAY_SECONDS * audio.sample_rate)
    gain = 10 ** (MAX_CHANGE_DECIBELS * (2 * rng.random() - 1) / 20)
    delayed = np.pad(audio.samples, (delay, 0))[: len(audio.samples)] * gain
    noise = (rng.random(len(delayed)) - rng.random(len(delayed))) * STEP_OF_16_BITS
    return Audio(np.clip(delayed + noise, -1, 1).astype(np.float32), audio.sample_rate)
