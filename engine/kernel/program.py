"""Program: a model as the kernel reads it, made from the arguments and weights of its parts.

Nothing here knows a particular cell or head. Each is sent as its place in the kernel's list of names, with
the arguments of its constructor as numbers, in order (it keeps them as attributes), and its parameters as
tensors. Of the models around a Stack three are known: Transposed, Reminded and Copying; what is sent of the
memories of the last two stands in ``_Part.of_melodies`` and ``_Part.of_copies``.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cache

import torch
from torch import Tensor, nn

from engine.cells import CELLS
from engine.heads import HEADS
from engine.models import Copying, CopyMemory, MelodyMemory, Model, Reminded, Stack, Transposed

PROGRAM_VERSION = 3  # must equal VERSION in engine/kernel/core/model.c
MELODIES, COPIES = "melodies", "copies"  # the kernel's names of the two memories
NEVER_TRUSTED = -1e30  # stands for minus infinity: the trust in an unused guide


class NoProgramError(Exception):
    """The kernel cannot run a model; the text says why, and can stand in brackets after "drawn by torch"."""


@dataclass(frozen=True)
class Program:
    """A model in the form that the kernel takes.

    Args:
        numbers: sizes and arguments, in the order that engine/kernel/core/model.c gives.
        tensors: the weights, float32 or float16, on the CPU (or meta, if only sizes matter),
            of one or two axes.
    """

    numbers: tuple[float, ...]
    tensors: tuple[Tensor, ...]


def program_of(model: Model, kinds: Sequence[str]) -> Program:
    """The program of a model.

    Args:
        kinds: names of the cells, heads and memories that the kernel has, in its order.

    Raises:
        NoProgramError: the model has a part that the kernel lacks, or weights that it cannot read.
    """
    memories, transpositions, stack = [], 0, model
    if type(stack) is Copying:
        stack, memories = stack.model, [_Part.of_copies(stack.memory)]
    if type(stack) is Reminded:
        stack, memories = stack.model, [_Part.of_melodies(stack.memory), *memories]
    if type(stack) is Transposed:
        stack, transpositions = stack.model, stack.keys[-1]
    if type(stack) is not Stack:
        raise NoProgramError(f"the kernel has no {type(stack).__name__}")
    parts = [_Part.of(cell, "cell", CELLS) for cell in stack.cells]
    parts.append(_Part.of(stack.head, "head", HEADS))
    parts += memories
    told = stack.told.told_keys, len(stack.told.clock), *stack.told.clock
    frames = stack.frame_size, stack.context_frames, stack.residual, stack.gain_floor, transpositions
    start = PROGRAM_VERSION, *frames, *told, len(stack.cells)
    numbers = [*map(float, start), *(number for part in parts for number in part.written(kinds))]
    return Program(tuple(numbers), tuple(tensor for part in parts for tensor in part.tensors))


@cache
def _arguments(part_class: type) -> tuple[str, ...]:
    """The names that a class's constructor takes; finding them takes longer than opening a small model."""
    return tuple(inspect.signature(part_class).parameters)


@dataclass(frozen=True)
class _Part:
    """A cell, a head or a memory, as ``role`` says; ``numbers`` and ``tensors`` are as in Program."""

    name: str
    role: str
    numbers: tuple[float, ...]
    tensors: tuple[Tensor, ...]

    @classmethod
    def of(cls, part: nn.Module, role: str, registry: Mapping[str, type]) -> "_Part":
        name = next((name for name, known in registry.items() if known is type(part)), "")
        if not name:
            raise NoProgramError(f"{type(part).__name__} is not a registered {role}")
        arguments = [getattr(part, argument, None) for argument in _arguments(type(part))]
        if not all(isinstance(number, int | float) for number in arguments):
            raise NoProgramError(f"the {role} {name!r} has arguments that are not numbers")
        tensors = tuple(parameter.detach() for parameter in part.parameters())
        if any(tensor.dtype not in (torch.float32, torch.float16) for tensor in tensors):
            raise NoProgramError(f"the {role} {name!r} has weights that are neither float32 nor float16")
        if any(tensor.device.type not in ("cpu", "meta") for tensor in tensors):
            raise NoProgramError(f"the weights are on {tensors[0].device.type}")
        return cls(name, role, tuple(map(float, arguments)), tensors)

    @classmethod
    def of_melodies(cls, memory: MelodyMemory) -> "_Part":
        numbers = (float(len(memory.ranks)), *astuple(memory.belief))
        return cls(MELODIES, "memory", numbers, (memory.ranks.float(), memory.begins.float()))

    @classmethod
    def of_copies(cls, memory: CopyMemory) -> "_Part":
        numbers = memory.numbers(torch.zeros((), dtype=torch.float64)).clamp(min=NEVER_TRUSTED)
        return cls(COPIES, "memory", (float(memory.window),), (numbers.float(),))

    def written(self, kinds: Sequence[str]) -> list[float]:
        """The part's share of the program's numbers; the sizes of its tensors come last."""
        if self.name not in kinds:
            raise NoProgramError(f"the kernel has no {self.role} {self.name!r}")
        sizes = [size for tensor in self.tensors for size in (*tensor.shape, 1)[:2]]
        values = kinds.index(self.name), len(self.numbers), *self.numbers, len(self.tensors), *sizes
        return [float(value) for value in values]
