"""Sampling: draws, and the uniform numbers that decide them."""

from engine.sampling.end_watch import EndWatch
from engine.sampling.options import MAX_DRAW_FRAMES, MAX_SEED, SamplingOptions
from engine.sampling.runaway import RUNAWAY_FACTOR, RUNAWAY_FRAMES, RunawayWatch
from engine.sampling.sample import sample, stages
from engine.sampling.uniforms import frame_uniforms

__all__ = [
    "MAX_DRAW_FRAMES",
    "MAX_SEED",
    "RUNAWAY_FACTOR",
    "RUNAWAY_FRAMES",
    "EndWatch",
    "RunawayWatch",
    "SamplingOptions",
    "frame_uniforms",
    "sample",
    "stages",
]
