"""Samples as columns: one array per field, so that a week never passes through Python objects."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from clarity.domain.intake.units import KIND_INDEX, KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

SCHEMA_VERSION: Final = 1
MAX_SOURCES: Final = 32_767  # the source column is int16
SIGNIFICANT_DIGITS: Final = 9  # a value that went through another unit agrees to more than this
_UNIT_POWER: Final = 30
_POWERS: Final = np.array([float(f"1e{power}") for power in range(-_UNIT_POWER, 2 * _UNIT_POWER)])

_DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "kind": np.dtype("<i1"),
    "start": np.dtype("<f8"),
    "end": np.dtype("<f8"),
    "value": np.dtype("<f8"),
    "offset": np.dtype("<i4"),
    "source": np.dtype("<i2"),
    "identity": np.dtype("<u8"),
}
_SEED: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Source:
    """What wrote a sample: the device or app as HealthKit names it."""

    name: str = ""
    bundle_id: str = ""
    product_type: str = ""

    def digest(self) -> int:
        """The 64-bit hash of the source that goes into the identity of its samples."""
        text = "\0".join((self.name, self.bundle_id, self.product_type))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """HealthKit samples, one entry per sample in every array, all of length n.

    Attributes:
        kind: (n,) int8 index in `KINDS`.
        start: (n,) float64 epoch seconds, UTC, to the millisecond.
        end: (n,) float64 epoch seconds, UTC, at or after start.
        value: (n,) float64 in the canonical unit of the kind; a stage code for sleep.
        offset: (n,) int32 seconds east of UTC of the person's clock at the start.
        source: (n,) int16 index in `sources`.
        identity: (n,) uint64, equal for the same sample in any batch, zone or unit.
        sources: What wrote the samples.
    """

    kind: NDArray[np.int8]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    value: NDArray[np.float64]
    offset: NDArray[np.int32]
    source: NDArray[np.int16]
    identity: NDArray[np.uint64]
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        lengths = {name: len(getattr(self, name)) for name in _DTYPES}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"expected columns of one length, found {lengths}")

    def __len__(self) -> int:
        return len(self.kind)

    @staticmethod
    def empty() -> Samples:
        """No samples at all."""
        return Samples(**{name: np.empty(0, dtype) for name, dtype in _DTYPES.items()}, sources=())

    @staticmethod
    def concat(parts: Sequence[Samples]) -> Samples:
        """All samples of all parts in order, with one table of sources."""
        if not parts[1:]:
            return parts[0] if parts else Samples.empty()
        table: dict[Source, int] = {}
        renumbered = []
        for part in parts:
            index = [table.setdefault(source, len(table)) for source in part.sources]
            same = index == list(range(len(index)))
            renumbered.append(part.source if same else np.array(index)[part.source])
        if len(table) > MAX_SOURCES:
            raise ValueError(f"expected at most {MAX_SOURCES} sources, found {len(table)}")
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in _DTYPES
            if name != "source"
        }
        columns["source"] = np.concatenate(renumbered).astype(np.int16, copy=False)
        return Samples(**columns, sources=tuple(table))

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.integer[Any]]) -> Samples:
        """The samples under a mask, or at indices and in their order."""
        at = chosen.nonzero()[0] if chosen.dtype == np.bool_ else chosen  # once for all columns
        return Samples(**{name: getattr(self, name)[at] for name in _DTYPES}, sources=self.sources)

    def of(self, kind_name: str) -> Samples:
        """The samples of one kind, a name in `KINDS`."""
        return self.select(self.kind == KIND_INDEX[kind_name])

    def unique(self) -> Samples:
        """Each sample once, the first of equal identities, in the order of first appearance."""
        if not self._repeats():
            return self
        return self.select(np.sort(np.unique(self.identity, return_index=True)[1]))

    def _repeats(self) -> bool:
        """Whether any sample is there twice: a plain sort tells it in a fifth of the time."""
        ordered = np.sort(self.identity)
        return bool((ordered[1:] == ordered[:-1]).any())

    def without(self, identities: NDArray[np.uint64]) -> Samples:
        """The samples whose identity is not among the given (deleted) ones."""
        if not len(identities) or not len(self):
            return self
        return self.select(~np.isin(self.identity, identities))

    def local_day(self) -> NDArray[np.datetime64]:
        """(n,) datetime64[D]: the day on the person's own clock when each sample started."""
        days = np.floor_divide(self.start + self.offset, 86_400.0).astype(np.int64)
        return days.astype("datetime64[D]")

    def to_columns(self) -> dict[str, object]:
        """A plain dict that a document store takes: little-endian bytes per column."""
        used, renumbered = np.unique(self.source, return_inverse=True)
        columns: dict[str, object] = {
            name: getattr(self, name).astype(dtype, copy=False).tobytes()
            for name, dtype in _DTYPES.items()
        }
        columns["source"] = renumbered.astype(_DTYPES["source"]).tobytes()
        columns["sources"] = [
            {"name": s.name, "bundle_id": s.bundle_id, "product_type": s.product_type}
            for s in (self.sources[i] for i in used)
        ]
        return columns | {"count": len(self), "schema_version": SCHEMA_VERSION}

    @staticmethod
    def from_columns(columns: Mapping[str, object]) -> Samples:
        """The samples that `to_columns` wrote.

        Raises:
            ValueError: A column is missing, has the wrong length, or points outside its table.
        """
        count, version = columns.get("count"), columns.get("schema_version")
        if not isinstance(count, int) or version != SCHEMA_VERSION:
            raise ValueError(
                f"expected count and schema_version {SCHEMA_VERSION}, found {count!r}, {version!r}"
            )
        arrays: dict[str, Any] = {name: _decode(columns, name, count) for name in _DTYPES}
        sources = _decode_sources(columns.get("sources"))
        _check_range("kind", arrays["kind"], len(KINDS))
        _check_range("source", arrays["source"], len(sources))
        return Samples(**arrays, sources=sources)


def identities(
    kind: NDArray[np.int8],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    value: NDArray[np.float64],
    source_digest: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """(n,) identities: a hash of kind, times in ms, canonical value and source.

    Two samples with the same identity are the same measurement, sent again. The fields go one by
    one through the finalizer of SplitMix64 (Steele et al. 2014, doi:10.1145/2660193.2660195),
    which loses nothing: samples that differ in one field only never share an identity. Others do
    by chance, one pair in 2^64; somebody who makes such pairs on purpose loses samples of their
    own.
    """
    state = _mixed(np.full(len(kind), _SEED), kind.astype("<i8").view("<u8"))
    for seconds in (start, end):
        state = _mixed(state, np.rint(seconds * 1000.0).astype("<i8").view("<u8"))
    state = _mixed(state, _significant(value).astype("<f8").view("<u8"))
    return _mixed(state, source_digest.astype("<u8", copy=False))


def _mixed(state: NDArray[np.uint64], field: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """(n,) the state with one more field in it."""
    z = (state ^ field) + _SEED
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)), "<u8")


def _significant(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values rounded to `SIGNIFICANT_DIGITS`, with no negative zero.

    The powers of ten are constants: computed ones differ in the last bit between processors, and
    an identity may not.
    """
    magnitude = np.searchsorted(_POWERS, np.abs(value), side="right") - 1
    scale = _POWERS[np.clip(2 * _UNIT_POWER + SIGNIFICANT_DIGITS - 1 - magnitude, 0, None)]
    return np.asarray(np.rint(value * scale) / scale + 0.0, np.float64)


def _decode(columns: Mapping[str, object], name: str, count: int) -> NDArray[Any]:
    raw, dtype = columns.get(name), _DTYPES[name]
    if not isinstance(raw, bytes) or len(raw) != count * dtype.itemsize:
        found = f"{len(raw)} bytes" if isinstance(raw, bytes) else type(raw).__name__
        raise ValueError(f"column {name}: expected {count * dtype.itemsize} bytes, found {found}")
    return np.frombuffer(raw, dtype)


def _decode_sources(found: object) -> tuple[Source, ...]:
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ValueError(f"sources: expected a list of maps, found {type(found).__name__}")
    fields = ("name", "bundle_id", "product_type")
    return tuple(Source(*(str(entry.get(field, "")) for field in fields)) for entry in found)


def _check_range(name: str, column: NDArray[Any], size: int) -> None:
    # As unsigned numbers those below zero are the largest.
    if len(column) and int(column.view(f"u{column.itemsize}").max()) >= size:
        raise ValueError(
            f"column {name}: expected 0 to {size - 1}, found {column.min()} to {column.max()}"
        )
