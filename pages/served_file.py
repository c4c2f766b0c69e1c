"""Served file: bytes that a browser fetches from Gradio's cache, under a name of our choice."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gradio.data_classes import FileData
from gradio.processing_utils import save_file_to_cache


def served(content: bytes, name: str, cache: str) -> dict[str, Any]:
    """What a component's value holds of the file.

    Args:
        name: in the address and of the download.
        cache: folder of the component's files.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return FileData(path=save_file_to_cache(path, cache_dir=cache), orig_name=name).model_dump()
