"""What a person's app writes, and what the functions answer on the same document."""

from __future__ import annotations

from typing import Final

from clarity.domain.documents.kinds import (
    ANSWER,
    ANY,
    EXPIRY,
    Kept,
    Kind,
    health,
    personal,
    technical,
)

SETTINGS: Final = Kind(
    path="users/{uid}",
    purpose="The settings that the person has chosen, and what they consented to.",
    writers=("app",),
    readers=(
        "app",
        "ingest",
        "preprocess",
        "insights",
        "monitor",
        "sweep",
        "clarity pat candidate",
        "clarity pat reference",
    ),
    kept=Kept.OWN,
    fields={
        "consent": personal(
            "what the person agreed to, by purpose, and when",
            "analysis language_model research given at",
        ),
        "retention_days": personal("how long the raw samples may be kept"),
        "language": personal("the language of their insights"),
        "reading_level": personal("plain sentences or more numbers"),
        "insights": personal("whether an insight follows each upload, or a request only"),
        "avoid": personal("subjects that they do not want to be told of"),
        "birth_date": personal("the young get no references of adults"),
        "region": personal("which lines to call are named when help is needed"),
        "push": personal("whether a notification may announce an insight"),
    },
)
UPLOADS: Final = Kind(
    path="users/{uid}/uploads/{upload_id}",
    purpose="Samples as the phone sends them, and what was done with them.",
    writers=("app", "ingest", "preprocess", "sweep"),
    readers=("app", "ingest", "preprocess", "sweep"),
    kept=Kept.WEEK,
    fields={
        "samples": health("what the devices measured; the iOS client's form", ANY),
        "data": health("the same in the form of open-wearables", ANY),
        "deleted": personal("identities of samples that the person deleted on the phone"),
        "device_info": personal("phone, system and app version, and the time zone", ANY),
        "timestamp": personal("when the phone wrote it"),
        "accepted": technical("how many samples could be read"),
        "stored": technical("how many of them were new"),
        "rejected": technical(
            "samples that could not be read, by place and reason",
            "index code field expected found",
        ),
        "rejected_count": technical("how many these are"),
        "processing_id": technical("the job that reads the new samples"),
        **ANSWER,
        **EXPIRY,
    },
)
REJECTIONS: Final = Kind(
    path="users/{uid}/uploads/{upload_id}/rejections/{page}",
    purpose="Samples that could not be read, where they are too many for the upload itself.",
    writers=("ingest",),
    readers=("app",),
    kept=Kept.WEEK,
    fields={
        "rejected": technical("by place and reason", "index code field expected found"),
        **EXPIRY,
    },
)
REQUESTS: Final = Kind(
    path="users/{uid}/insight_requests/{request_id}",
    purpose="A wish for an insight.",
    writers=("app", "ingest"),
    readers=("app", "ingest", "sweep"),
    kept=Kept.ANSWERED,
    fields={
        "insight_type": personal("sleep, activity or general"),
        "data_timeframe": personal("over which time"),
        "priority": personal("how urgent it is"),
        "explanation": personal("whether it shall say what the model looked at"),
        "processing_id": technical("the job that answers"),
        **ANSWER,
        **EXPIRY,
    },
)
FEEDBACK: Final = Kind(
    path="users/{uid}/feedback/{feedback_id}",
    purpose="What the person says about an insight; words of a crisis are answered at once.",
    writers=("app", "ingest"),
    readers=("app", "ingest", "insights", "sweep"),
    kept=Kept.ANSWERED,
    fields={
        "insight_id": personal("which insight"),
        "rating": personal("1 to 5"),
        "words": health("what they say about it"),
        "read": personal("that they have read it"),
        "received_at": technical("when it was taken"),
        "concern": health("what sort of crisis the words may speak of"),
        "support": health("a help text, and lines to call", "text contacts name reach"),
        **ANSWER,
        **EXPIRY,
    },
)
DEVICES: Final = Kind(
    path="users/{uid}/devices/{device_id}",
    purpose="Where a notification can be sent, if the person wants any.",
    writers=("app", "insights"),
    readers=("app", "insights"),
    kept=Kept.DEVICE,
    fields={"push_token": personal("the device's address at the push service"), **EXPIRY},
)
PRIVACY_REQUESTS: Final = Kind(
    path="users/{uid}/privacy_requests/{request_id}",
    purpose="A wish to get all data, or to have all of it erased.",
    writers=("app", "privacy"),
    readers=("app", "sweep"),
    kept=Kept.ANSWERED,
    fields={
        "kind": personal("export or erase"),
        "url": personal("the short-lived link to the export"),
        "url_expires_at": technical("until when the link works"),
        "object": technical("the export's file"),
        "documents": technical("how many documents are in it"),
        "bytes": technical("how long it is"),
        **ANSWER,
        **EXPIRY,
    },
)
KINDS: Final = (
    SETTINGS,
    UPLOADS,
    REJECTIONS,
    REQUESTS,
    FEEDBACK,
    DEVICES,
    PRIVACY_REQUESTS,
)
