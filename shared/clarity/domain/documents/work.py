"""What the functions note for themselves: who works on what, what is owed, counted and recorded."""

from __future__ import annotations

from typing import Final

from clarity.domain.documents.kinds import EXPIRY, Kept, Kind, health, personal, technical

CHAINED: Final = {
    "sequence": technical("its number in the chain"),
    "previous": technical("the hash of the record before, so that a gap shows"),
    "before_expires_at": technical("when that one expires"),
    "hash": technical("the hash of this one"),
    **EXPIRY,
}
_HEAD = {
    "sequence": technical("the number of the last record"),
    "hash": technical("its hash"),
    **EXPIRY,
}
_LETTERS = {
    "step": technical("where it failed"),
    "code": technical("what kind of failure"),
    "reason": technical("the same in words"),
    "event_id": technical("which event"),
    "type": technical("what kind of event"),
    "source": technical("where it came from"),
    "subject": personal("the document that it was about"),
    "traceparent": technical("its trace"),
    "user_id": personal("whose document that is"),
    "collection": technical("where that lies"),
    "document_id": technical("its name"),
    "processing_id": technical("its job"),
    "upload_id": technical("the upload"),
    "request_id": technical("the request"),
    "feedback_id": technical("the feedback"),
    "data": health("the message as it came, to send it again"),
    "data_bytes": technical("how long that is"),
    "content": technical("its fingerprint"),
    "messages": technical("which messages told of it"),
    "letters": technical("how many"),
    "attempts": technical("how often it was tried"),
    "deliveries": technical("how often it was delivered"),
    "first_at": technical("when it was tried first"),
    "last_at": technical("when it failed last"),
    "state": technical("whether somebody has to look at it"),
    "replays": technical("how often it was sent again"),
    "replayed_at": technical("when, the last time"),
    "dropped_at": technical("when it was dropped"),
    "attempt": technical("a replay under way"),
    "by": personal("which operator did that"),
}

_ERASED = {
    "documents": technical("how many documents were deleted"),
    "claims": technical("how many claims"),
    "letters": technical("how many dead letters"),
    "sweeps": technical("how many places of scans"),
    "exports": technical("how many exports"),
}

AUDIT: Final = Kind(
    path="users/{uid}/audit/{event_id}",
    purpose="What was done with the person's data, when and by whom; without health values.",
    writers=("preprocess", "insights", "privacy", "clarity"),
    readers=("sweep", "clarity audit verify"),
    kept=Kept.FULL,
    fields={
        "action": personal("what was done"),
        "step": technical("by which step"),
        "processing_id": technical("for which job"),
        "subject": technical("with which document"),
        "model": technical("by which model"),
        "device_id": personal("which device was told"),
        "result": technical("how it ended"),
        "documents": technical("how many documents an export holds"),
        "code": technical("what kind of failure an operator looked into"),
        "by": personal("which operator"),
        "at": technical("when"),
        **CHAINED,
    },
)
AUDIT_HEADS: Final = Kind(
    path="users/{uid}/audit_heads/chain",
    purpose="Where the person's chain of records ends.",
    writers=("preprocess", "insights", "privacy", "clarity"),
    readers=("preprocess", "insights", "privacy", "sweep", "clarity"),
    kept=Kept.FULL,
    fields=_HEAD,
)
LEDGER: Final = Kind(
    path="ledger/{event_id}",
    purpose="What operators and the project did; a person is a hash there, and nobody is named.",
    writers=("privacy", "monitor", "clarity"),
    readers=("sweep", "clarity audit verify"),
    kept=Kept.LEDGER,
    fields={
        "action": technical("what was done"),
        "subject": technical("to whom or what: a hash, a model, a document"),
        "by": personal("by which operator or function"),
        "model": technical("of or with which model"),
        "version": technical("which version"),
        "reason": technical("why, in words of who did it"),
        "result": technical("how it was decided"),
        "decision": technical("the decision that it rests on"),
        "request": technical("for which request"),
        "at": technical("when"),
        **_ERASED,
        **CHAINED,
    },
)
LEDGER_HEADS: Final = Kind(
    path="ledger_heads/chain",
    purpose="Where the ledger ends.",
    writers=LEDGER.writers,
    readers=(*LEDGER.writers, "sweep"),
    kept=Kept.LEDGER,
    fields=_HEAD,
)
QUEUES: Final = Kind(
    path="users/{uid}/queues/uploads",
    purpose="The open job that uploads of a burst join.",
    writers=("ingest",),
    readers=("ingest", "preprocess"),
    kept=Kept.FULL,
    fields={
        "processing_id": technical("which job"),
        "opened_at": technical("since when"),
        "last_upload_at": personal("when the last upload came"),
        **EXPIRY,
    },
)
BUDGETS: Final = Kind(
    path="users/{uid}/budgets/{date}",
    purpose="How many paid calls the person's insights have taken on a day.",
    writers=("insights",),
    readers=("insights",),
    kept=Kept.FULL,
    fields={
        "calls": technical("how many"),
        "prompt_tokens": technical("how long the prompts were"),
        "output_tokens": technical("how long the answers were"),
        **EXPIRY,
    },
)
SHARDS: Final = Kind(
    path="budgets/{date}/shards/{number}",
    purpose="The same of all people together.",
    writers=BUDGETS.writers,
    readers=BUDGETS.readers,
    kept=Kept.FULL,
    fields=BUDGETS.fields,
)
LIMITS: Final = Kind(
    path="users/{uid}/limits/{kind}",
    purpose="How much the person may still send at once.",
    writers=("ingest",),
    readers=("ingest",),
    kept=Kept.FULL,
    fields={
        "until_ms": technical("until when what was sent is accounted for"),
        "seen_ms": technical("the latest time that a worker has seen"),
        **EXPIRY,
    },
)
CLAIMS: Final = Kind(
    path="claims/{step}:{event}",
    purpose="Who works on which event, and what still has to be sent; so nothing is done twice.",
    writers=("ingest", "preprocess", "insights", "privacy", "sweep"),
    readers=("ingest", "preprocess", "insights", "privacy", "sweep", "clarity dead-letters"),
    kept=Kept.HALF,
    fields={
        "user_id": personal("whose data it is about"),
        "token": technical("which worker has it"),
        "lease_until": technical("until when"),
        "attempts": technical("how often it was tried"),
        "result": technical("what came of it"),
        "completed_at": technical("when"),
        "outbox": technical(
            "references that are to be sent",
            "topic data attributes user_id upload_id request_id priority traceparent step code "
            "reason event_id type source subject processing_id feedback_id",
        ),
        "unpublished": technical("that they are not sent yet"),
        **EXPIRY,
    },
)
ERASURES: Final = Kind(
    path="erasures/{sha256 of uid}",
    purpose="That somebody was erased: the receipt. It holds no name and no health data.",
    writers=("privacy", "clarity person erase"),
    readers=("app", "ingest", "preprocess", "insights", "privacy", "sweep"),
    kept=Kept.DAYS,
    fields={
        "at": technical("when it began"),
        "state": technical("erasing, or erased"),
        **_ERASED,
        "before": technical("what an erasure shortly before deleted", " ".join(_ERASED)),
        "finished_at": technical("when all was gone"),
        **EXPIRY,
    },
)
SWEEPS: Final = Kind(
    path="sweeps/{scan}",
    purpose="Where the search for what was left lying, or is kept too long, stopped.",
    writers=("sweep",),
    readers=("sweep",),
    kept=Kept.FULL,
    fields={
        "place": personal("at which document"),
        "user_id": personal("whose that is"),
        **EXPIRY,
    },
)
DEAD_LETTERS: Final = Kind(
    path="dead_letters/{id}",
    purpose="What could not be handled, with the reason, until an operator has looked at it.",
    writers=("sweep", "clarity dead-letters"),
    readers=("sweep", "clarity dead-letters"),
    kept=Kept.MONTH,
    fields=_LETTERS | EXPIRY,
)
KINDS: Final = (
    AUDIT,
    AUDIT_HEADS,
    LEDGER,
    LEDGER_HEADS,
    QUEUES,
    BUDGETS,
    SHARDS,
    LIMITS,
    CLAIMS,
    ERASURES,
    SWEEPS,
    DEAD_LETTERS,
)
