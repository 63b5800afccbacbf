"""Who is told of which commit: watchers by what they watch, so that a commit asks few of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from infra.local.firestore.names import collection_id_of, parent_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from infra.local.firestore.wire import DocumentChange

    Watcher = Callable[[Sequence[DocumentChange], int], None]

EVERYTHING = "*"


def group(collection_id: str) -> str:
    """What a watcher of a collection group watches; of one collection or document, its path."""
    return f"*/{collection_id}"


class Watchers:
    """Each watcher under the paths and groups that it watches, as often as it asked for them."""

    def __init__(self) -> None:
        self._by_key: dict[str, Counter[Watcher]] = {}

    def add(self, watcher: Watcher, keys: Iterable[str]) -> None:
        """Tell the watcher of changes to these."""
        for key in keys:
            self._by_key.setdefault(key, Counter())[watcher] += 1

    def remove(self, watcher: Watcher, keys: Iterable[str]) -> None:
        """Tell it no more, as often as it was added."""
        for key in keys:
            watchers = self._by_key[key]
            watchers[watcher] -= 1
            if not watchers[watcher]:
                del watchers[watcher]
            if not watchers:
                del self._by_key[key]

    def tell(self, changes: Sequence[DocumentChange], micros: int) -> None:
        """Call everybody whom the commit may concern, once."""
        keys: dict[str, None] = {EVERYTHING: None}
        for change in changes:
            name = change.name
            keys |= dict.fromkeys((name, parent_of(name), group(collection_id_of(name))))
        concerned = {watcher: None for key in keys for watcher in self._by_key.get(key, ())}
        for watcher in concerned:
            watcher(changes, micros)
