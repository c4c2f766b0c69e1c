"""Builds kernel.wasm from the C files in this folder: ``make kernel``. The ziglang wheel is the compiler.

The module holds no path, no time and no machine name: building it again with the same ziglang gives the same
bytes (tests/engine/kernel/test_build.py).
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.kernel.kernel import KERNEL_FOLDER, MODULE, MODULE_HASH

# SIMD without relaxed instructions or fused multiply-add, because their results differ between processors.
ZIG_FLAGS = (
    *("-target", "wasm32-freestanding", "-mcpu=generic+simd128+bulk_memory", "-O3", "-g0", "-std=c23"),
    *("-ffreestanding", "-nostdlib", "-ffp-contract=off", "-fno-math-errno"),
    *("-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"),
    *("-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=65536"),
)


def build(sources: Path, module: Path) -> None:
    """Compile all C files below ``sources`` into ``module``.

    Raises:
        RuntimeError: the compiler is missing or refuses the sources; the text is what it printed.
    """
    names = sorted(str(path.relative_to(sources)) for path in sources.rglob("*.c"))
    with TemporaryDirectory() as cache:
        caches = {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache}
        command = [sys.executable, "-m", "ziglang", "cc", *ZIG_FLAGS, "-o", str(module.resolve()), *names]
        done = subprocess.run(
            command, cwd=sources, env={**os.environ, **caches}, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    module.chmod(0o644)  # the linker makes it executable


def main() -> None:
    """Build the module and write its hash to ``kernel.sha256``."""
    try:
        build(KERNEL_FOLDER, MODULE)
    except RuntimeError as error:
        sys.exit(str(error))
    digest = hashlib.sha256(MODULE.read_bytes()).hexdigest()
    MODULE_HASH.write_text(f"{digest}  {MODULE.name}\n")


if __name__ == "__main__":
    main()
