"""The kernel: one small WebAssembly module that draws from models, the same here and in browsers."""

from engine.kernel.kernel import Instance, Kernel, kinds, module_bytes, open_model, why_kernel_cannot
from engine.kernel.program import NoProgramError, Program, program_of

__all__ = [
    "Instance",
    "Kernel",
    "NoProgramError",
    "Program",
    "kinds",
    "module_bytes",
    "open_model",
    "program_of",
    "why_kernel_cannot",
]
