"""Vector search: the documents whose vector is nearest to a given one, by exhaustion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.cloud.firestore_v1.types import StructuredQuery

from infra.local.firestore import paths
from infra.local.firestore.wire import Document, Message, Value, invalid, new_document, new_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Measure = StructuredQuery.FindNearest.DistanceMeasure
_MAX_LIMIT = 1000

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Nearest:
    """A vector search that was checked and is ready to run."""

    path: paths.Path
    wanted: Vector
    measure: int
    limit: int
    threshold: float | None
    result_path: paths.Path | None

    def choose(self, documents: Sequence[Document]) -> list[Document]:
        """The nearest of the documents, nearest first; others have no such vector."""
        rows = []
        for document in documents:
            vector = _vector(paths.find(document.fields, self.path))
            if len(vector) == len(self.wanted):
                distance = _DISTANCES[self.measure](vector, self.wanted)
                if self._is_near(distance):
                    rows.append((distance, document))
        rows.sort(key=lambda row: row[0], reverse=self.measure == _Measure.DOT_PRODUCT)
        return [self._shown(document, distance) for distance, document in rows[: self.limit]]

    def _is_near(self, distance: float) -> bool:
        if self.threshold is None:
            return True
        if self.measure == _Measure.DOT_PRODUCT:
            return distance >= self.threshold
        return distance <= self.threshold

    def _shown(self, document: Document, distance: float) -> Document:
        if self.result_path is None:
            return document
        shown = new_document()
        shown.CopyFrom(document)
        paths.put(shown.fields, self.result_path, new_value(double_value=distance))
        return shown


def compile_nearest(request: Message) -> Nearest:
    """Check a FindNearest and make it ready to run."""
    wanted = _vector(request.query_vector)
    if not wanted:
        invalid("query_vector must be a vector.")
    if request.distance_measure not in _DISTANCES:
        invalid("distance_measure must be set.")
    if not 0 < request.limit.value <= _MAX_LIMIT:
        invalid(f"limit must be 1 to {_MAX_LIMIT}.")
    result = request.distance_result_field
    limited = request.HasField("distance_threshold")
    return Nearest(
        path=paths.parse_reference(request.vector_field.field_path),
        wanted=wanted,
        measure=request.distance_measure,
        limit=request.limit.value,
        threshold=request.distance_threshold.value if limited else None,
        result_path=paths.parse_reference(result) if result else None,
    )


def _vector(value: Value | None) -> Vector:
    """The elements of a vector; none where the value is not one."""
    if value is None or not paths.is_vector(value):
        return ()
    elements = value.map_value.fields["value"].array_value.values
    return tuple(element.double_value for element in elements)


def _dot(one: Vector, other: Vector) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def _cosine(one: Vector, other: Vector) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    return 1.0 - _dot(one, other) / lengths if lengths else math.nan


_DISTANCES: dict[int, Callable[[Vector, Vector], float]] = {
    _Measure.EUCLIDEAN: math.dist,
    _Measure.COSINE: _cosine,
    _Measure.DOT_PRODUCT: _dot,
}
