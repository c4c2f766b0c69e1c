"""The kernel's elementary functions, compiled by themselves, against float64."""

import math
import shutil

import numpy as np
import pytest
import wasmtime
from scipy import special

from engine.kernel.build import build
from engine.kernel.kernel import KERNEL_FOLDER

PROBE = """
#include "floats.h"
__attribute__((export_name("probe_exp"))) float probe_exp(float x) { return exp1(x); }
__attribute__((export_name("probe_log"))) float probe_log(float x) { return log1(x); }
__attribute__((export_name("probe_tanh"))) float probe_tanh(float x) { return tanh4(all(x))[0]; }
__attribute__((export_name("probe_sigmoid"))) float probe_sigmoid(float x) { return sigmoid4(all(x))[0]; }
__attribute__((export_name("probe_log_double"))) double probe_log_double(double x) { return log_double(x); }
__attribute__((export_name("probe_quantile"))) double probe_quantile(double x) { return normal_quantile(x); }
"""
WITHIN = 3e-7


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    """``probe(name)`` is a function of the module."""
    folder = tmp_path_factory.mktemp("probe")
    for name in ("floats.h", "floats.c"):
        shutil.copy(KERNEL_FOLDER / "core" / name, folder)
    (folder / "probe.c").write_text(PROBE)
    build(folder, folder / "probe.wasm")
    store = wasmtime.Store()
    exports = wasmtime.Instance(
        store, wasmtime.Module.from_file(store.engine, str(folder / "probe.wasm")), []
    ).exports(store)
    return lambda name: lambda x: exports[f"probe_{name}"](store, float(x))


@pytest.mark.parametrize(
    ("name", "true", "numbers"),
    [
        ("exp", np.exp, np.linspace(-86.9, 87.9, 4_001)),
        ("exp", np.exp, np.geomspace(1e-7, 1, 500)),
        ("log", np.log, np.geomspace(1.2e-38, 3e38, 4_001)),
        ("log", np.log, np.linspace(0.5, 2, 1_000)),
        ("tanh", np.tanh, np.linspace(-12, 12, 4_001)),
        ("tanh", np.tanh, np.geomspace(1e-30, 1, 1_000)),
        ("sigmoid", special.expit, np.linspace(-86, 86, 4_001)),
    ],
)
def test_float32_functions(probe, name, true, numbers):
    function = probe(name)
    numbers = numbers.astype(np.float32)
    expected = true(numbers.astype(np.float64))
    values = np.array([function(x) for x in numbers])
    assert (np.abs(values - expected) <= WITHIN * np.abs(expected)).all()


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("exp", -87.1, 0.0),
        ("exp", -math.inf, 0.0),
        ("exp", 1e9, math.exp(88)),
        ("sigmoid", -1e9, 0.0),
        ("sigmoid", 1e9, 1.0),
        ("tanh", -1e9, -1.0),
        ("tanh", 0.0, 0.0),
    ],
)
def test_extreme_inputs_and_zero(probe, name, x, expected):
    assert probe(name)(x) == pytest.approx(expected, rel=1e-6, abs=1e-37)


def test_float64_functions(probe):
    numbers = np.concatenate((np.geomspace(1e-16, 0.5, 300), 1 - np.geomspace(1e-16, 0.5, 300)[1:]))
    quantiles = [probe("quantile")(x) for x in numbers]
    np.testing.assert_allclose(quantiles, special.ndtri(numbers), rtol=1e-13, atol=1e-15)
    numbers = np.geomspace(1e-300, 1e300, 500)
    np.testing.assert_allclose([probe("log_double")(x) for x in numbers], np.log(numbers), rtol=1e-15)
