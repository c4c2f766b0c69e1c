"""Sampling: draws, and the uniform numbers that decide them."""

from engine.sampling.sample import MAX_FRAMES, MAX_SEED, SamplingOptions, sample
from engine.sampling.uniforms import frame_uniforms

__all__ = ["MAX_FRAMES", "MAX_SEED", "SamplingOptions", "frame_uniforms", "sample"]
