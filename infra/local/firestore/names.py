"""Resource names: their parts, their rules, their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from infra.local.firestore.wire import invalid

NameKey = tuple[tuple[int, int, bytes], ...]

# Names that come again soon; what is remembered of them must not grow with what is stored.
_REMEMBERED = 4096
_ROOT_SEGMENTS = 5  # projects/{project}/databases/{database}/documents
_MAX_ID_BYTES = 1500
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_NUMERIC = re.compile(r"__id(-?\d+)__")
_END = b"\0\1"
_ROOT = re.compile(r"projects/[^/]+/databases/[^/]+/documents")


@lru_cache(maxsize=_REMEMBERED)
def key_of(name: str) -> NameKey:
    """The sort key of a document name: segment by segment, numeric ids first, then by UTF-8 bytes.

    Numeric ids are Datastore's; clients use the smallest, `__id-9223372036854775808__`, as the
    bound below all ids (Python's `recursive()`).
    """
    return tuple(_segment_key(segment) for segment in name.split("/"))


def _segment_key(segment: str) -> tuple[int, int, bytes]:
    numeric = _NUMERIC.fullmatch(segment)
    return (0, int(numeric[1]), b"") if numeric else (1, 0, segment.encode())


def stored_key(key: NameKey) -> bytes:
    r"""A sort key as bytes that an index sorts in the same order.

    A segment ends with 0 1, and a 0 in it becomes 0 255, so that what begins another comes first.
    Numeric ids, of which no document is stored, are empty: before all others.

    >>> stored_key(key_of("users/u-1/jobs")) > stored_key(key_of("users/u/jobs"))
    True
    >>> "users/u-1/jobs" > "users/u/jobs"
    False
    """
    return _END.join(text.replace(b"\0", b"\0\xff") for _, _, text in key)


def stored_key_of(name: str) -> bytes:
    """`stored_key` of a document's name, in which no id is numeric."""
    return name.encode().replace(b"\0", b"\0\xff").replace(b"/", _END)


def name_size(name: str) -> int:
    """The bytes that Firestore counts for a document's name."""
    return 16 + sum(len(segment.encode()) + 1 for segment in name.split("/")[_ROOT_SEGMENTS:])


def parent_of(name: str) -> str:
    """The name without its last segment: a document's collection, a collection's parent."""
    return name.rpartition("/")[0]


def collection_id_of(name: str) -> str:
    """The id of the collection that a document is in."""
    return name.rsplit("/", 2)[1]


def root_of(name: str) -> str:
    """The `projects/P/databases/D/documents` that a name begins with."""
    return "/".join(name.split("/", _ROOT_SEGMENTS)[:_ROOT_SEGMENTS])


def check_id(segment: str, what: str = "Resource") -> None:
    """Refuse an id that Firestore does not allow."""
    if segment in {"", ".", ".."}:
        invalid(f'{what} id "{segment}" is invalid.')
    if _RESERVED.fullmatch(segment):
        invalid(f'{what} id "{segment}" is invalid because it is reserved.')
    if len(segment.encode()) > _MAX_ID_BYTES:
        invalid("The key path element name is longer than 1500 bytes.")


def check_collection_id(segment: str) -> None:
    """Refuse what is not the id of a collection."""
    check_id(segment, "Collection")
    if "/" in segment:
        invalid(f'Collection id "{segment}" must not contain "/".')


@lru_cache(maxsize=_REMEMBERED)
def check_document(name: str) -> None:
    """Refuse what is not the name of a document."""
    segments = _relative(name)
    if not segments or len(segments) % 2:
        invalid(f'Document name "{name}" does not name a document.')
    for segment in segments:
        check_id(segment)


@lru_cache(maxsize=_REMEMBERED)
def check_parent(name: str) -> None:
    """Refuse what is neither a document nor the root of a database."""
    segments = _relative(name)
    if len(segments) % 2:
        invalid(f'Parent name "{name}" does not name a document or a database.')
    for segment in segments:
        check_id(segment)


def _relative(name: str) -> list[str]:
    root = _ROOT.match(name)
    if root is None:
        invalid(f'Resource name "{name}" does not begin with a database.')
    rest = name[root.end() :]
    if not rest:
        return []
    if not rest.startswith("/"):
        invalid(f'Resource name "{name}" does not begin with a database.')
    return rest[1:].split("/")


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents a query looks at: a collection, a collection group, or everything below.

    They need only be looked for from `first` to `last`.
    """

    parent: str
    collection_id: str
    all_descendants: bool
    first: NameKey = ()
    last: NameKey | None = None

    @property
    def path(self) -> str:
        """The one collection, where the scope is one."""
        return f"{self.parent}/{self.collection_id}"

    @property
    def below(self) -> str:
        """What the names of all its documents begin with, less a slash."""
        return self.parent if self.all_descendants or not self.collection_id else self.path

    @property
    def stored_keys(self) -> tuple[bytes, bytes]:
        """Between which stored keys, themselves included, the scope's documents are."""
        begin = stored_key(key_of(self.below)) + _END
        end = begin + b"\xff"  # no text holds this byte
        last = end if self.last is None else min(end, stored_key(self.last))
        return max(begin, stored_key(self.first)), last

    def holds_collection(self, path: str) -> bool:
        """Whether the documents directly in this collection are in the scope."""
        parent, _, collection_id = path.rpartition("/")
        if self.collection_id and collection_id != self.collection_id:
            return False
        if self.all_descendants:
            return parent == self.parent or parent.startswith(f"{self.parent}/")
        return parent == self.parent

    def holds(self, name: str) -> bool:
        """Whether this document is in the scope."""
        return self.holds_collection(parent_of(name))
