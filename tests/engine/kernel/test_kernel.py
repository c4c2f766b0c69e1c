"""The kernel in use: what it frees, that many can draw at once, what it refuses and in which words."""

import builtins
import gc
import hashlib
import os
import threading
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from engine.checkpoints import available, load, read_card
from engine.errors import InvalidValueError
from engine.kernel import Instance, Kernel, NoProgramError, Program, open_model, program_of, why_kernel_cannot
from engine.kernel import kernel as kernel_module
from engine.kernel.kernel import MODULE, MODULE_HASH
from engine.sampling import SamplingOptions, by_kernel, sample
from tests.engine.kernel.models import every_model, note_list, stacks

LARGEST = "muse_data-best"
MODELS = every_model()


def draw(model, num_frames: int, seed: int = 1) -> torch.Tensor:
    return torch.stack(list(sample(model, SamplingOptions(num_frames, seed))))


def resident() -> int:
    """Bytes of this process that are resident in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def without_wasmtime(monkeypatch):
    """As on a machine where wasmtime is not installed."""
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name == "wasmtime":
            raise ImportError(name)
        return real(name, *rest, **more)

    kernel_module.kernel.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
    yield
    kernel_module.kernel.cache_clear()


def test_it_can_run_every_shipped_model():
    assert [name for name in available() if why_kernel_cannot(read_card(name).model)] == []


@pytest.mark.parametrize("name", ["gru-gaussian_mixture-2", "transposed-reminded"])
def test_flush_to_zero_of_the_calling_thread_changes_nothing(name):
    """Nor does the caller's mode change. Wasm would inherit it and take denormal numbers as zero."""
    expected, in_mode = draw(MODELS[name], 300), []

    def in_a_thread() -> None:
        torch.set_flush_denormal(True)
        in_mode.append(draw(MODELS[name], 300))
        in_mode.append(torch.tensor([1e-38]) * 0.1)

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert torch.equal(in_mode[0], expected)
    assert in_mode[1].item() == 0  # still on there
    assert (torch.tensor([1e-38]) * 0.1).item() > 0  # and never was here


def test_flush_to_zero_would_change_draws_if_it_were_not_switched_off(monkeypatch):
    """Else that test would prove nothing: a memory that fades goes through denormal numbers."""
    model = stacks()["lstm-bernoulli-1"]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.cells[0].input_weight[15:] = 5.0  # a note is remembered
        model.cells[0].bias[5:10] = -3.0  # and forgotten
        model.head.weight.fill_(1e30)
    frames = torch.cat((torch.ones(1, 6), torch.zeros(29, 6)))

    def explained(flush: bool) -> torch.Tensor:
        numbers = []

        def in_a_thread() -> None:
            torch.set_flush_denormal(flush)
            instance = open_model(model)
            instance.read(frames)
            numbers.append(instance.explain(torch.zeros(6)))

        thread = threading.Thread(target=in_a_thread)
        thread.start()
        thread.join()
        return numbers[0]

    kept = explained(flush=False)
    assert kept.abs().min() > 0 and torch.equal(explained(flush=True), kept)
    monkeypatch.setattr(kernel_module, "_gradual_underflow", nullcontext)
    assert not torch.equal(explained(flush=True), kept)


def test_twenty_draws_at_once_are_as_each_by_itself():
    model = load("jsb_chorales-best").model
    expected = [draw(model, 24, seed) for seed in range(20)]
    draws: list[torch.Tensor | None] = [None] * 20

    def keep(seed: int) -> None:
        draws[seed] = draw(model, 24, seed)

    threads = [threading.Thread(target=keep, args=(seed,)) for seed in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(map(torch.equal, draws, expected))


def test_twenty_draws_of_the_largest_model_take_less_than_1_gb_and_give_it_back():
    model, before = load(LARGEST).model, resident()
    sources = [sample(model, SamplingOptions(200, seed)) for seed in range(20)]
    for source in sources:
        assert len(list(islice(source, 128))) == 128
    held = resident() - before
    assert held < 1e9, f"{held / 1e6:.0f} MB"
    del sources, source
    gc.collect()
    assert resident() - before < 0.3 * held


def test_a_draw_of_the_largest_model_is_bounded():
    model = load(LARGEST).model
    instance = open_model(model)
    assert instance.num_bytes < 100e6
    before = resident()
    instance = open_model(model)
    instance.read(draw(load("muse_data-gru").model, 1_024))
    assert resident() - before < 100e6


def test_a_thousand_draws_leave_nothing_behind():
    model = load("jsb_chorales-gru").model
    for seed in range(100):
        draw(model, 8, seed)
    gc.collect()
    before = resident()
    for seed in range(1_000):
        draw(model, 8, seed)
    gc.collect()
    assert resident() - before < 20e6


def test_a_draw_comes_back_soon_enough_to_be_stopped(monkeypatch):
    """However fast or slow the model: blocks of frames grow and shrink with the time that they take."""
    asked: list[int] = []
    real = Instance.draw
    frame_seconds, now = [0.0], [0.0]

    def noted(self, count, *rest):
        asked.append(count)
        now[0] += frame_seconds[0] * count
        return real(self, count, *rest)

    monkeypatch.setattr(Instance, "draw", noted)
    monkeypatch.setattr(by_kernel, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    list(sample(MODELS["tanh-bernoulli-1"], SamplingOptions(5_000)))
    assert max(asked) >= 64
    asked.clear()
    frame_seconds[0] = 1.5 * by_kernel.SECONDS_PER_BLOCK
    list(sample(MODELS["tanh-bernoulli-1"], SamplingOptions(12)))
    assert max(asked[1:]) <= 2


def changed(program: Program, **places: float) -> Program:
    """The program with other numbers in some places, which are named like ``_4``."""
    numbers = list(program.numbers)
    for place, number in places.items():
        numbers[int(place.removeprefix("_"))] = number
    return Program(tuple(numbers), program.tensors)


@pytest.mark.parametrize(
    "number", [0.0, -1.0, 1.5, 2.0**20, 2.0**31, 2.0**40, 1e300, float("nan"), float("inf")]
)
def test_programs_that_do_not_fit_are_refused_or_draw(number):
    """Each number of two programs in turn is replaced by a hostile one: most are refused, the others draw."""
    kernel = kernel_module.kernel()
    for name in ("transposed-reminded", "gru-gaussian_mixture-2"):
        program = program_of(MODELS[name], kernel.kinds)
        refused = 0
        for place in range(len(program.numbers)):
            try:
                Instance(kernel).open(changed(program, **{f"_{place}": number})).draw(2, 1, 0, 1.0)
            except (InvalidValueError, ValueError) as error:
                assert str(error) in kernel_module.SENTENCES.values() or "size" in str(error), error
                refused += 1
        assert refused > len(program.numbers) / 2


@pytest.mark.parametrize("end", [0, 1, 5, -1])
def test_programs_that_end_too_soon_are_refused(end):
    kernel = kernel_module.kernel()
    program = program_of(MODELS["reach"], kernel.kinds)
    with pytest.raises(InvalidValueError, match=r"not one that this kernel reads|do not fit"):
        Instance(kernel).open(Program(program.numbers[:end], program.tensors))


def test_calls_out_of_turn_are_refused():
    kernel = kernel_module.kernel()
    program = program_of(MODELS["reach"], kernel.kinds)
    instance = Instance(kernel)
    for name, arguments in (("draw", (1, 1.0, 0.0, 1.0)), ("read", (1,)), ("explain", ()), ("take", (4,))):
        with pytest.raises(InvalidValueError, match="out of turn"):
            instance._call(name, *arguments)
    instance.open(program)
    with pytest.raises(InvalidValueError, match="out of turn"):
        instance.open(program)


def test_a_fault_inside_the_module_is_reported_in_a_sentence():
    """A module of WebAssembly cannot touch what is outside its memory; it stops."""
    with pytest.raises(InvalidValueError, match="was given what it could not read, and has stopped"):
        Instance(kernel_module.kernel())._call("open", 2**31 - 8, 4)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused_in_a_sentence(number):
    model = note_list(2)
    with torch.no_grad():
        model.head.to_logits[3, 2] = number
    with pytest.raises(InvalidValueError, match="weights that are not finite: fit it again"):
        next(sample(model, SamplingOptions(1)))


def test_a_network_that_leaves_float32_ends_its_draw_in_one_sentence():
    """No NaN ever leaves the kernel, since the bits of a NaN differ between WebAssembly runtimes."""
    model = stacks()["gru-gaussian_mixture-1"]
    with torch.no_grad():
        model.head.weight.mul_(3e38)
    with pytest.raises(InvalidValueError, match="has left the numbers that float32 can hold"):
        list(sample(model, SamplingOptions(50)))


def test_a_window_of_nothing_and_a_prime_of_another_width_are_refused_in_a_sentence():
    with pytest.raises(InvalidValueError, match="window=0 must be"):
        cell = {"name": "attention", "input_size": 6, "hidden_size": 4, "num_heads": 1, "window": 0}
        why_kernel_cannot({"cells": [cell], "head": {"name": "bernoulli", "hidden_size": 4, "frame_size": 6}})
    with pytest.raises(InvalidValueError, match="the prime has 4 numbers a frame; the model reads 6"):
        next(sample(MODELS["reach"], SamplingOptions(1), torch.zeros(2, 4)))
    with pytest.raises(InvalidValueError, match="the frames have 4 numbers; the model reads 6"):
        open_model(MODELS["reach"]).read(torch.zeros(2, 4))


def test_float16_weights_are_widened_exactly():
    """Browsers get weights in this form; tried are also denormal numbers, the largest, and rounded ones."""
    halves = torch.tensor([0.0, -0.0, 1.0, -2.5, 6e-8, -6.1e-5, 65504.0, 0.1, 1 / 3]).half()
    model = stacks()["tanh-bernoulli-1"]
    program = program_of(model, kernel_module.kernel().kinds)
    weights = [tensor.half() for tensor in program.tensors]
    for tensor in weights:
        tensor.flatten()[: len(halves)] = halves[: tensor.numel()]
    wide = Program(program.numbers, tuple(tensor.float() for tensor in weights))
    frame = torch.ones(6)
    numbers = [
        Instance(kernel_module.kernel()).open(given).explain(frame)
        for given in (Program(program.numbers, tuple(weights)), wide)
    ]
    assert torch.equal(*numbers)


def test_another_module_than_the_one_that_is_expected_is_not_run(tmp_path):
    other = tmp_path / "kernel.wasm"
    other.write_bytes(MODULE.read_bytes() + b"\0")
    with pytest.raises(NoProgramError, match=r"kernel.wasm is not what kernel.sha256 names: get the code"):
        Kernel(other, MODULE_HASH)
    other.write_bytes(b"no module")
    expected = tmp_path / "kernel.sha256"
    expected.write_text(hashlib.sha256(b"no module").hexdigest())
    with pytest.raises(NoProgramError, match=r"wasmtime cannot compile kernel.wasm on this machine \("):
        Kernel(other, expected)
    with pytest.raises(NoProgramError, match="is missing: get the code again"):
        Kernel(tmp_path / "none.wasm", MODULE_HASH)


def test_torch_draws_where_wasmtime_is_not_installed(without_wasmtime):
    model = MODELS["gru-bernoulli-1"]
    assert open_model(model) is None and len(draw(model, 40)) == 40
    assert (
        why_kernel_cannot(read_card("jsb_chorales-gru").model)
        == "wasmtime is not installed (pip install wasmtime)"
    )


def test_torch_draws_what_the_kernel_does_not_know():
    class Another(type(note_list(0))):
        pass

    model = note_list(0)
    model.__class__ = Another
    assert open_model(model) is None
    assert open_model(note_list(0).double()) is None
    with pytest.raises(NoProgramError, match="the kernel has no cell 'gru'"):
        program_of(note_list(0), ["tanh"])
    assert len(draw(model, 3)) == 3


@pytest.mark.parametrize("name", every_model())
def test_a_frame_that_is_drawn_again_with_its_own_numbers_is_the_same(name):
    """So one that is redrawn with other numbers has the same distribution: nothing of the first remains."""
    model = every_model()[name]
    once, again = open_model(model), open_model(model)
    for position in range(12):
        frame = once.draw(1, 5, position, 0.9)[0]
        first = again.draw(1, 5, position, 0.9)[0]
        again.redraw(1_000 + position, position, 0.9)
        assert torch.equal(again.redraw(5, position, 0.9), first) and torch.equal(frame, first)
