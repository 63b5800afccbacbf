"""The documents that were read or written last, decoded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.firestore.wire import Document

# Of the encoded documents; decoded, many small values take six times as much.
CACHE_BYTES = 4 * 1024 * 1024


class Cache:
    """Decoded documents by name, the latest used, up to a size."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, tuple[Document, int]] = OrderedDict()
        self._bytes = 0

    def get(self, name: str) -> Document | None:
        """The document, None if it is not here."""
        found = self._documents.get(name)
        if found is None:
            return None
        self._documents.move_to_end(name)
        return found[0]

    def put(self, name: str, document: Document, size: int) -> None:
        """Keep a document instead of what is here of its name."""
        self.drop(name)
        self._documents[name] = document, size
        self._bytes += size
        while self._bytes > CACHE_BYTES:
            _, (_, gone) = self._documents.popitem(last=False)
            self._bytes -= gone

    def drop(self, name: str) -> None:
        """Keep a document no longer."""
        if (found := self._documents.pop(name, None)) is not None:
            self._bytes -= found[1]
