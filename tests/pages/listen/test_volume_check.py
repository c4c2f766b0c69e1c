"""The volume check: as loud as the clips of a test, and no music that a test may ask about."""

import io

import numpy as np
import pyloudnorm
import pytest
import soundfile

from engine.checkpoints.checkpoint import load
from pages.listen.volume.volume_check import VolumeCheck, check_sound


@pytest.mark.parametrize("model", ["jsb_chorales-gru", "spoken_digits-gru", "voice_prompts-gru"])
def test_it_is_as_loud_as_a_trial(model):
    samples, rate = soundfile.read(io.BytesIO(check_sound(load(model))))
    loudness = pyloudnorm.Meter(rate).integrated_loudness(samples)
    peak = 20 * np.log10(np.abs(samples).max())
    assert loudness == pytest.approx(-23, abs=0.3) or (loudness < -23 and peak > -2)
    assert 3 < len(samples) / rate < 30


def test_every_press_is_a_new_file(tmp_path):
    check = VolumeCheck()
    check.GRADIO_CACHE = str(tmp_path)
    first, second = (check.postprocess({"sound": b"RIFF"})["sound"]["path"] for _ in range(2))
    assert first != second
    assert check.postprocess({"message": "There is no synthesiser."})["sound"] is None
