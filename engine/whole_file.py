"""Files that appear whole or not at all, whatever happens while they are written."""

import os
import tempfile
from pathlib import Path

from engine.errors import EngineError


def write_whole(path: Path, data: bytes) -> None:
    """Write to a new name in the same folder, flush to disk, then rename it to ``path``.

    A reader sees the old file or the new one, never a part; after an error (a full disk, a folder
    that is missing or may not be written to) the new file is gone and the old one untouched.

    Raises:
        EngineError: the file could not be written.
    """
    partial = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", suffix=".partial", delete=False
        ) as file:
            partial = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o644)
        os.replace(partial, path)
    except OSError as error:
        raise EngineError(
            f"could not write {path} ({error.strerror or error}); check that the folder exists, that it "
            f"may be written and that its disk has {len(data):,} bytes free"
        ) from error
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)
