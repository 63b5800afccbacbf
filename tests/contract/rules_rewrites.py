"""What a person may write over what is there: shapes of documents for infra/gcp/firestore.rules."""

from __future__ import annotations

from typing import Final

from tests.contract.rules_cases import (
    DEVICE,
    FEEDBACK,
    OPEN_WEARABLES,
    REQUEST,
    SETTINGS,
    STEPS,
    UPLOAD,
    Json,
    day,
    without,
)
from tests.contract.rules_shapes import Shape

# What ingest answers on a document.
ANSWER: Final[Json] = {"status": "received", "processing_id": "upload-1", "expires_at": day(90)}


def _again(collection: str, base: Json, changed: Json) -> tuple[Shape, ...]:
    """A document that is written once more; a replay merges it into what is there."""
    answered, part = base | ANSWER, dict(list(base.items())[:1])
    cases: tuple[tuple[str, str, Json, Json, bool], ...] = (
        ("again", "replace", base, base, True),
        ("again, as a merge", "replay", base, base, True),
        ("again, as a merge, when it is answered", "replay", answered, base, True),
        ("again in part, as a merge", "replay", answered, part, True),
        ("again, without its answer", "replace", answered, base, False),
        ("again, changed", "replay", answered, base | changed, False),
        ("again, without a field", "replace", base, without(base, next(iter(base))), False),
        ("again, with an answer", "replay", base, base | ANSWER, False),
        ("again, with another answer", "replay", answered, {"status": "failed"}, False),
        ("again, empty", "replace", answered, {}, False),
    )
    return tuple(
        Shape(name, collection, document, allowed, before=before, operation=operation)
        for name, operation, before, document, allowed in cases
    )


AGAIN: Final = (
    *_again("uploads", UPLOAD, {"samples": [STEPS]}),
    *_again("uploads", OPEN_WEARABLES, {"provider": "google"}),
    *_again("insight_requests", REQUEST, {"priority": "high"}),
    *_again("privacy_requests", {"kind": "export"}, {"kind": "erase"}),
    *_again("feedback", FEEDBACK, {"words": "I changed my mind."}),
)


def _among_others(collection: str, base: Json, good: Json, bad: Json) -> tuple[Shape, ...]:
    """Changes of a document in which somebody else has left a field."""
    left = {"created_at": "2026-06-14T10:05:00Z"}
    cases: tuple[tuple[str, str, Json, bool], ...] = (
        ("beside another's field", "replay", good, True),
        ("beside another's field, wrong", "replay", bad, False),
        ("over another's field", "replace", base, True),
        ("with another's field as it is", "replace", base | good | left, True),
        ("with another's field changed", "replay", {"created_at": "never"}, False),
        ("with one more of another's", "replay", {"updated_at": "never"}, False),
    )
    return tuple(
        Shape(name, collection, document, allowed, f"left-{at}", base | left, operation)
        for at, (name, operation, document, allowed) in enumerate(cases)
    )


AMONG_OTHERS: Final = (
    *_among_others("", SETTINGS, {"language": "es"}, {"language": 1}),
    *_among_others("devices", DEVICE, {"push_token": "new"}, {"push_token": ""}),
)
REWRITES: Final = (*AGAIN, *AMONG_OTHERS)
