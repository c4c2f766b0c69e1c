"""The module that is committed is what its sources give, wherever they are built."""

import hashlib
import shutil

import pytest

from engine.kernel.build import build
from engine.kernel.kernel import KERNEL_FOLDER, MODULE, MODULE_HASH

MOST_BYTES = 100_000


@pytest.mark.parametrize("place", ["here", "quite/elsewhere"])
def test_the_sources_give_the_same_bytes_in_any_folder(tmp_path, place):
    sources, module = tmp_path / place, tmp_path / "built.wasm"
    shutil.copytree(KERNEL_FOLDER, sources, ignore=shutil.ignore_patterns("*.wasm", "*.py", "__pycache__"))
    build(sources, module)
    assert module.read_bytes() == MODULE.read_bytes(), "run make kernel, and commit what it makes"


def test_a_source_that_is_wrong_is_refused_in_the_compilers_words(tmp_path):
    (tmp_path / "wrong.c").write_text("int wrong(void) { return nothing; }")
    with pytest.raises(RuntimeError, match="undeclared identifier 'nothing'"):
        build(tmp_path, tmp_path / "built.wasm")


def test_the_module_is_small_and_is_the_one_that_is_named():
    code = MODULE.read_bytes()
    assert len(code) <= MOST_BYTES
    assert MODULE_HASH.read_text().split() == [hashlib.sha256(code).hexdigest(), MODULE.name]
