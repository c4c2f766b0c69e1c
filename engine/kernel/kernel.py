"""Kernel: the WebAssembly module that draws, and one instance of it for each draw.

The module is built from the C files in this folder (``make kernel``) and gives the same bits on every machine
and in every browser. It is compiled once in each process; each instance has a separate memory, which is freed
with it. Other threads can run during calls.

If the calling thread flushes denormal numbers to zero, results would change, so that mode is switched off
during a call.
"""

import ctypes
import hashlib
import mmap
import sys
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from engine.errors import InvalidValueError
from engine.kernel.program import NoProgramError, Program, program_of
from engine.models import Model, build_model

KERNEL_FOLDER = Path(__file__).parent
MODULE = KERNEL_FOLDER / "kernel.wasm"
MODULE_HASH = KERNEL_FOLDER / "kernel.sha256"  # in sha256sum's form, written by ``make kernel``
MAX_DRAW_BYTES = 1 << 30  # memory of one instance
NO_ROOM = "there is no memory left for another draw: try again when other draws are done"
STOPPED = "the kernel was given what it could not read, and has stopped"
SENTENCES = {
    -1: "the program is not one that this kernel reads",
    -2: "the program's sizes do not fit each other",
    -3: "the draw needs more memory than it is given (1 GB)",
    -4: "the model has weights that are not finite: fit it again, or take an older checkpoint",
    -5: "the kernel was called out of turn",
    -6: "the network has left the numbers that float32 can hold: choose another model or temperature",
}


class Kernel:
    """The compiled module.

    Args:
        path: the module's file.
        expected: a file that starts with the module's SHA-256.

    Raises:
        NoProgramError: wasmtime is not installed or does not know this machine, or the module is missing or
            does not have the expected hash.
    """

    def __init__(self, path: Path = MODULE, expected: Path = MODULE_HASH):
        try:
            import wasmtime
        except (ImportError, OSError):  # the latter where its library does not fit the machine
            raise NoProgramError("wasmtime is not installed (pip install wasmtime)") from None
        try:
            code, digest = path.read_bytes(), expected.read_text().split()[0]
        except (OSError, IndexError):
            raise NoProgramError(f"{path.name} or {expected.name} is missing: get the code again") from None
        if hashlib.sha256(code).hexdigest() != digest:
            raise NoProgramError(f"{path.name} is not what {expected.name} names: get the code again")
        self._library = wasmtime
        self.failures = wasmtime.WasmtimeError, wasmtime.Trap
        self._engine = wasmtime.Engine()
        try:
            self._module = wasmtime.Module(self._engine, code)
        except self.failures as error:
            raise NoProgramError(f"wasmtime cannot compile {path.name} on this machine ({error})") from None
        weakref.finalize(self, _close, self._module, self._engine)
        self.kinds = Instance(self).kinds()

    def start(self) -> tuple[Any, dict[str, Any]]:
        """A new instance: wasmtime's store, which holds its memory, and its exported functions by name."""
        store = self._library.Store(self._engine)
        store.set_limits(memory_size=MAX_DRAW_BYTES + (1 << 16))
        try:
            exports = self._library.Instance(store, self._module, []).exports(store)
        except self.failures:
            raise InvalidValueError(NO_ROOM) from None
        return store, {name: exports[name] for name in exports}


@cache
def kernel() -> Kernel:
    """This process's kernel, compiled at the first call."""
    return Kernel()


def kinds() -> list[str]:
    """The names of the cells, heads and memories that the module has, in its order.

    Raises:
        NoProgramError: the kernel cannot be used here, see Kernel.
    """
    return kernel().kinds


def module_bytes() -> bytes:
    """The module's bytes, to run it elsewhere, such as in a browser."""
    return MODULE.read_bytes()


def why_kernel_cannot(spec: Mapping[str, Any]) -> str:
    """Why torch has to draw from a model with this spec; empty if the kernel can.

    Raises:
        EngineError: the spec describes no model.
    """
    with torch.device("meta"):
        model = build_model(spec)
    try:
        program_of(model, kernel().kinds)
    except NoProgramError as error:
        return str(error)
    return ""


def open_model(model: Model) -> "Instance | None":
    """An instance that holds the model, before the first frame; None if torch has to draw from the model.

    Raises:
        InvalidValueError: weights are not finite, or the model needs more memory than a draw is given.
    """
    try:
        module = kernel()
        program = program_of(model, module.kinds)
    except NoProgramError:
        return None
    return Instance(module).open(program)


class Instance:
    """The module's memory during one draw: a model, and the state after what it has read and drawn so far.

    Raises:
        InvalidValueError: by any method, if the module refuses what it is given; see SENTENCES.
    """

    def __init__(self, of: Kernel):
        self._kernel = of
        self._store, self._exports = of.start()
        self.frame_size = 0
        weakref.finalize(self, _close, self._store)

    def kinds(self) -> list[str]:
        """The names of the cells, heads and memories that it has, in its order."""
        names: list[str] = []
        while address := self._exports["kind_name"](self._store, len(names)):
            names.append(ctypes.string_at(self._address(address)).decode())
        return names

    def open(self, program: Program) -> "Instance":
        """Read a program and its weights; returns the instance itself."""
        count = len(program.numbers)
        address = self._exports["program"](self._store, count)
        if not address:
            raise InvalidValueError(SENTENCES[-1])
        self._array(address, count, np.float64)[:] = program.numbers
        self._call("open", address, count)
        self._advise()
        for tensor in program.tensors:
            bytes_a_number = tensor.element_size()
            kept = self._array(self._call("stage"), tensor.numel(), f"f{bytes_a_number}")
            kept[:] = tensor.numpy().ravel()
            self._call("take", bytes_a_number)
        self.frame_size = int(program.numbers[1])
        self._capacity = self._call("capacity")
        self._frames = self._call("frames_at")
        return self

    def _advise(self) -> None:
        """Ask for large pages if the system has them: attention reads tens of megabytes a frame."""
        if hasattr(mmap, "MADV_HUGEPAGE"):  # Linux
            madvise = ctypes.CDLL(None).madvise
            madvise(ctypes.c_void_p(self._address(0)), ctypes.c_size_t(self.num_bytes), mmap.MADV_HUGEPAGE)

    def read(self, frames: Float[Tensor, "time event"]) -> None:
        """Read frames that are given, such as a prime, instead of drawing them."""
        for part in frames.split(self._capacity):
            self._put(part)
            self._call("read", len(part))

    def draw(self, count: int, seed: int, position: int, temperature: float) -> Float[Tensor, "count event"]:
        """Draw the next ``count`` frames, or as many as fit; the first is frame ``position`` of the piece."""
        count = min(count, self._capacity)
        self._call("draw", count, float(seed), float(position), temperature)
        numbers = self._array(self._frames, count * self.frame_size, np.float32)
        return torch.from_numpy(numbers.reshape(count, self.frame_size).copy())

    def redraw(self, seed: int, position: int, temperature: float) -> Float[Tensor, " event"]:
        """Draw the last frame again from the same distribution, with the random numbers of this seed."""
        self._call("redraw", float(seed), float(position), temperature)
        return torch.from_numpy(self._array(self._frames, self.frame_size, np.float32).copy())

    def replace(self, frame: Float[Tensor, " event"]) -> None:
        """Go on as if this frame had been drawn in place of the last one."""
        self._put(frame[None])
        self._call("replace")

    def explain(self, frame: Float[Tensor, " event"]) -> Float[Tensor, " number"]:
        """The numbers that decide the next frame, if that is ``frame``; each head's C file lists them."""
        self._put(frame[None])
        count = self._call("explain")
        return torch.from_numpy(self._array(self._frames, count, np.float32).copy())

    @property
    def num_bytes(self) -> int:
        """Size of its memory as reserved; the system provides only pages that are used."""
        return self._exports["memory"].data_len(self._store)

    def _put(self, frames: Float[Tensor, "time event"]) -> None:
        if frames.shape[1:] != (self.frame_size,):
            raise InvalidValueError(
                f"the frames have {frames.shape[-1]} numbers; the model reads {self.frame_size}"
            )
        self._array(self._frames, frames.numel(), np.float32)[:] = frames.detach().numpy().ravel()

    def _call(self, name: str, *arguments: int | float) -> int:
        try:
            with _gradual_underflow():
                answer = self._exports[name](self._store, *arguments)
        except self._kernel.failures:
            raise InvalidValueError(STOPPED) from None
        if answer < 0:
            raise InvalidValueError(SENTENCES[answer])
        return answer

    def _address(self, offset: int) -> int:
        memory = self._exports["memory"].data_ptr(self._store)
        return ctypes.addressof(memory.contents) + offset

    def _array(self, offset: int, count: int, dtype: Any) -> np.ndarray:
        """Numbers in the instance's memory, not copied; no longer valid once the memory grows."""
        size = np.dtype(dtype).itemsize * count
        return np.frombuffer((ctypes.c_ubyte * size).from_address(self._address(offset)), dtype)


def _close(*owners: Any) -> None:
    """Free what wasmtime holds: when an owner is collected, or before the interpreter shuts down."""
    for owner in owners:
        owner.close()


@contextmanager
def _gradual_underflow() -> Iterator[None]:
    """Keep denormal numbers during the block: wasm inherits the thread's mode and cannot change it."""
    if sys.float_info.min / 2:  # not flushed to 0, so there is nothing to change
        yield
        return
    torch.set_flush_denormal(False)
    try:
        yield
    finally:
        torch.set_flush_denormal(True)
