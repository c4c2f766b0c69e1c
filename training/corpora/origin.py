"""Origin: where the files of a corpus are downloaded from, and where they go."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Origin:
    """One file at one of several addresses, which is or holds the files of a corpus.

    Args:
        urls: tried in this order.
        unpack: kind of download: ``"file"`` (the corpus file itself), ``"zip"`` or ``"deb"``.
        sha256: of the download, or None where only the unpacked files have lasting bytes (GitHub makes
            its archives anew and does not promise the same bytes).
        moves: path or folder (with its slash) in the archive -> path or folder in the folder of all
            corpora; for a ``"file"`` the one entry's key is empty.
    """

    urls: tuple[str, ...]
    unpack: str
    sha256: str | None = None
    moves: Mapping[str, str] = field(default_factory=dict)

    def target(self, member: str) -> str | None:
        """Where a member of the archive goes, relative to the folder of all corpora; None: nowhere."""
        for source, target in self.moves.items():
            if member == source:
                return target
            if source.endswith("/") and member.startswith(source):
                return target + member.removeprefix(source)
        return None
