"""The collections of each id in the order of their names: a stretch of them is found by halving.

A group query over one person costs what that person has, however many others there are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from operator import itemgetter

from infra.local.firestore.names import NameKey, key_of

_KEY = itemgetter(0)


class Groups:
    """Collection id -> the paths of the collections that hold a document."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[NameKey, str]]] = {}

    def add(self, path: str) -> None:
        """A collection has its first document."""
        insort(self._rows.setdefault(_id(path), []), (key_of(path), path))

    def remove(self, path: str) -> None:
        """A collection has lost its last document."""
        rows = self._rows[_id(path)]
        del rows[bisect_left(rows, key_of(path), key=_KEY)]

    def between(self, collection_id: str, first: NameKey, last: NameKey | None) -> list[str]:
        """The collections that may hold documents from `first` to `last`; None: to the end."""
        rows = self._rows.get(collection_id, [])
        begin = bisect_left(rows, first, key=_KEY)
        end = len(rows) if last is None else bisect_right(rows, last, key=_KEY)
        # A collection above the first document comes before it, and may hold it.
        above = (bisect_left(rows, first[:length], key=_KEY) for length in range(1, len(first)))
        found = {i for i in above if i < begin and first[: len(rows[i][0])] == rows[i][0]}
        return [rows[i][1] for i in (*sorted(found), *range(begin, end))]


def _id(path: str) -> str:
    return path.rpartition("/")[2]
