"""privacy: a person asks for all their data, or for its erasure, by a document of their own.

What the document says now counts, not what its event said: an event that comes when the document is
gone erases nobody. A request to erase goes last of all; until then, whoever is told of it goes on.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from clarity.domain.errors import (
    ForgottenError,
    GoneError,
    MalformedEventError,
    ReusedIdError,
)
from clarity.domain.events import DocumentCreated
from clarity.domain.job import WORKING
from clarity.steps.audit import LEDGER_KEPT, Entry, subject_of
from clarity.steps.once import RATE_LIMITED, REJECTED, once
from clarity.steps.ports import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from clarity.domain.errors import PermanentError
    from clarity.domain.events import Document
    from clarity.domain.job import Origin
    from clarity.steps.erase import Erase
    from clarity.steps.export import Exported
    from clarity.steps.ports import Claimed, Claims, Outgoing, Records, Toll, Topics

KINDS = ("export", "erase")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Hand out a person's data, or erase it."""

    claims: Claims
    records: Records
    topics: Topics
    erase: Erase
    export: Callable[[str, str], Exported]
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta
    toll: Toll

    def __call__(self, event: Document) -> None:
        """Handle one request, from its event or by its name.

        Raises:
            ForgottenError: the person was erased, or the request is gone.
            UnfinishedError: the erasure goes on with the next delivery.
            PermanentError: it is no request, or its work will never succeed.
        """
        origin = event.origin
        if origin.collection != "privacy_requests":
            raise MalformedEventError("expected a privacy request, found {}", origin.collection)
        state = self.erase.erasures.state(origin.user_id)
        found = self.records.document(origin)
        if state == "erasing" or (found and found.fields.get("kind") == "erase"):
            self._erase(origin)
            return
        if state == "erased":  # the phone writes on: nothing of theirs may stay
            self.records.discard(origin)
            raise ForgottenError("the person was erased")
        if found is None:
            raise GoneError("the request is not there any more")
        if found.fields.get("kind") != "export":
            kind, expected = found.fields.get("kind"), " or ".join(KINDS)
            raise MalformedEventError(f"kind: expected {expected}, found {{}}", kind)
        # It is not the person who names a request once more.
        toll = self.toll if isinstance(event, DocumentCreated) else None
        result = self._once(origin, origin.path, lambda claim: self._run(found, claim), toll)
        # Of what was rejected, too; who did not know it (the sweeper) has left it out.
        _, told, handled = result.rpartition("@")
        if told and handled not in {"", found.revision}:
            raise ReusedIdError(
                f"expected an id that is new, found that of a request created {handled}"
            )

    def reject(self, event: Document, error: PermanentError, letter: Outgoing) -> None:
        """Say on the request why nothing comes of it, and send the letter about it."""
        reason = {"code": error.code, "message": str(error)}
        origin = event.origin
        answer = self._answer(origin, "rejected", reason=reason)
        found = self.records.document(origin)
        revision = found.revision if found else ""
        done = Done(f"{REJECTED}{error.code}@{revision}", (letter,), answer)
        # Where the id was used before, the claim is that of the request before.
        reused = isinstance(error, ReusedIdError)
        key = f"{origin.path}@{revision}" if reused else origin.path
        with suppress(ForgottenError):  # nobody is there who could read it
            self._once(origin, key, lambda _: done)
            _log_end("unreadable", "rejected")

    def _erase(self, origin: Origin) -> None:
        self.records.answer(origin, {"status": WORKING})
        receipt = self.erase(origin.user_id, origin, by="person")
        _log_end("erase", "erased", self.clock() - receipt["at"])

    def _run(self, request: DocumentCreated, claim: Claimed) -> Done:
        origin = request.origin
        if claim.retry_at is not None:
            return self._turn_away(request, claim.retry_at)
        self.records.answer(origin, {"status": WORKING})
        exported = self.export(origin.user_id, origin.document_id)
        if self.erase.erasures.state(origin.user_id) and self.erase.exports:
            # It was written after the erasure had looked for it, perhaps.
            self.erase.exports.delete_all(origin.user_id)
            raise ForgottenError("the person was erased")
        self._record(origin, exported)
        found = {
            "object": exported.object,
            "url": exported.url,
            "url_expires_at": exported.url_expires_at,
            "documents": exported.documents,
            "bytes": exported.bytes,
        }
        _log_end("export", "completed", self.clock() - request.time)
        answer = self._answer(origin, "completed", **found)
        return Done(f"exported@{request.revision}", answer=answer)

    def _record(self, origin: Origin, exported: Exported) -> None:
        """Before anybody has the link: with the person, and in the ledger without their name."""
        now, subject = self.clock(), subject_of(origin.user_id)
        record = {"action": "export", "by": "person", "documents": exported.documents, "at": now}
        own = {"subject": origin.document_id, "expires_at": now + self.retention}
        project = {"subject": subject, "expires_at": now + LEDGER_KEPT}
        # An id that a phone has chosen may hold their name.
        hashed = subject_of(origin.path)[:32]
        self.records.audit(
            origin.user_id,
            Entry(f"export-{hashed}", {**record, **own}),
            Entry(f"export-{subject[:32]}-{hashed}", {**record, **project}),
        )

    def _turn_away(self, request: DocumentCreated, retry_at: datetime) -> Done:
        at = retry_at.replace(microsecond=0) + timedelta(seconds=1)
        message = f"too many requests at once; send it again, under a new id, after {at:%FT%TZ}"
        reason = {"code": RATE_LIMITED, "message": message, "retry_at": at}
        _log_end("export", "rejected")
        answer = self._answer(request.origin, "rejected", reason=reason)
        return Done(f"{REJECTED}{RATE_LIMITED}@{request.revision}", answer=answer)

    def _answer(
        self, origin: Origin, status: str, **fields: Any
    ) -> tuple[Origin, Mapping[str, object]]:
        expires_at = self.clock() + self.retention
        return origin, {"status": status, "expires_at": expires_at, **fields}

    def _once(
        self, origin: Origin, key: str, work: Callable[[Claimed], Done], toll: Toll | None = None
    ) -> str:
        return once(
            self.claims,
            "privacy",
            key,
            work,
            user_id=origin.user_id,
            lease=self.lease,
            topics=self.topics,
            toll=toll,
        )


def _log_end(kind: str, status: str, took: timedelta = timedelta()) -> None:
    fields = {"kind": kind, "status": status, "seconds": round(took.total_seconds(), 3)}
    _log.info("privacy request ended", extra={"fields": fields})
