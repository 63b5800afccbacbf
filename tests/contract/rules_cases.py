"""Who may do what to which document: what infra/gcp/firestore.rules is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from clarity.sources.healthkit import quantity, sleep, upload_document

Json = dict[str, Any]

WHO: Final = ("owner", "other", "anonymous", "claims", "nobody")
READ: Final = frozenset({"get", "listen", "list"})
WRITES: Final = ("create", "update", "replace", "replay", "delete")
OPERATIONS: Final = ("get", "listen", "list", "group", *WRITES)
# In which order a phone may ask for its documents: these have an index.
PHONE_ORDERS: Final = (
    ("insights", "generated_at", "DESCENDING"),
    ("jobs", "created_at", "DESCENDING"),
)
_NOON: Final = 1_781_438_400.0  # 2026-06-14 12:00 UTC


def day(days: float) -> Json:
    """A timestamp so many days from now."""
    return {"$days": days}


def without(document: Json, *names: str) -> Json:
    return {name: value for name, value in document.items() if name not in names}


STEPS: Final = quantity("stepCount", 42, _NOON, _NOON + 300)
UPLOAD: Final = upload_document(
    [STEPS, sleep(3, _NOON - 40_000, _NOON - 38_000)],
    time_zone="Europe/Berlin",
    sent_at="2026-06-14T10:05:00Z",
)
_WEARABLE_SOURCE = {"appId": "com.apple.health", "deviceName": "Watch", "deviceModel": "Watch7,1"}
_WEARABLE_TIMES = {
    "id": "9d1c",
    "parentId": None,
    "startDate": "2026-06-14T10:00:00Z",
    "endDate": "2026-06-14T10:05:00Z",
    "zoneOffset": "+02:00",
    "source": _WEARABLE_SOURCE,
}
OPEN_WEARABLES: Final[Json] = {
    "provider": "apple",
    "sdkVersion": "1.4.0",
    "syncTimestamp": "2026-06-14T10:06:00.123Z",
    "data": {
        "records": [
            {
                **_WEARABLE_TIMES,
                "type": "HKQuantityTypeIdentifierStepCount",
                "value": 42,
                "unit": "count",
            }
        ],
        "sleep": [{**_WEARABLE_TIMES, "stage": "light"}],
        "workouts": [
            {**_WEARABLE_TIMES, "values": [{"type": "duration", "value": 300, "unit": "s"}]}
        ],
    },
}
REQUEST: Final[Json] = {
    "data_timeframe": "1month",
    "insight_type": "sleep",
    "priority": "normal",
}
FEEDBACK: Final[Json] = {"insight_id": "insight-0a1b2c", "rating": 4, "words": "Helpful."}
DEVICE: Final[Json] = {"push_token": "token", "expires_at": day(60)}
SETTINGS: Final[Json] = {
    "language": "de-AT",
    "reading_level": "plain",
    "insights": "automatic",
    "avoid": ["heart", "sleep"],
    "birth_date": "1984-02-29",
    "region": "AT",
    "push": True,
    "consent": {
        "analysis": True,
        "language_model": {"given": False},
        "research": {"given": True, "at": day(-1)},
    },
    "retention_days": 90,
}


@dataclass(frozen=True)
class Path:
    """A kind of document: what its person may do to it, and a document that is one.

    `changes` is what an update would write.
    """

    pattern: str
    owner: frozenset[str]
    document: Json
    changes: Json

    def of(self, person: str, document_id: str) -> str:
        """A document's path; every name but the person's is the document's."""
        names = {"uid": person, "date": "2026-06-14", "page": document_id, "id": document_id}
        if self.pattern.endswith("{date}"):
            names["date"] = document_id
        return self.pattern.format(**names)


def _path(pattern: str, owner: frozenset[str], document: Json, **changes: Any) -> Path:
    return Path(pattern, owner, document, changes or {"status": "completed"})


_ONCE = READ | {"create", "replay"}
_NOTHING: frozenset[str] = frozenset()
_OURS: Json = {"user_id": "ada"}

PATHS: Final = (
    _path("users/{uid}", frozenset({"get", "listen", *WRITES[:4]}), SETTINGS, language="es"),
    _path("users/{uid}/uploads/{id}", _ONCE, UPLOAD, time_zone="UTC"),
    _path("users/{uid}/insight_requests/{id}", _ONCE, REQUEST, priority="high"),
    _path("users/{uid}/feedback/{id}", _ONCE, FEEDBACK, words="Changed."),
    _path("users/{uid}/privacy_requests/{id}", _ONCE, {"kind": "export"}, kind="erase"),
    _path("users/{uid}/devices/{id}", READ | {*WRITES}, DEVICE, push_token="another"),
    *(
        _path(f"users/{{uid}}/{name}", READ, _OURS)
        for name in (
            *("jobs/{id}", "insights/{id}", "analyses/{id}", "explanations/{id}"),
            *("histories/{id}", "uploads/{id}/rejections/{page}"),
        )
    ),
    *(
        _path(f"users/{{uid}}/{name}", _NOTHING, _OURS)
        for name in (
            *("reviews/{id}", "audit/{id}", "audit_heads/{id}", "days/{date}"),
            *("days/{date}/chunks/{id}",),
            *("queues/{id}", "budgets/{date}"),
        )
    ),
    _path("budgets/{date}/shards/{id}", _NOTHING, _OURS),
    *(
        _path(f"{name}/{{id}}", _NOTHING, _OURS)
        for name in (
            *("claims", "erasures", "ledger", "ledger_heads", "monitor", "drift", "health"),
            *("references", "retraining_requests", "candidates"),
        )
    ),
    # What nobody has thought of.
    _path("users/{uid}/notes/{id}", _NOTHING, _OURS),
    _path("notes/{id}", _NOTHING, _OURS),
    _path("users/{uid}/jobs/{id}/notes/{page}", _NOTHING, _OURS),
)
