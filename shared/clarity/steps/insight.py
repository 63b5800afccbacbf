"""insights: an analysis becomes words that its facts carry."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from clarity.domain.errors import UnknownReferenceError
from clarity.domain.job import Status
from clarity.domain.words.facts import facts_digest, facts_from
from clarity.steps.once import once
from clarity.steps.tell import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from clarity.domain.errors import PermanentError
    from clarity.domain.events import JobMessage
    from clarity.domain.job import InsightType
    from clarity.domain.words.facts import Fact
    from clarity.steps.ports import Claims, Records
    from clarity.steps.tell import Tell, Told


@dataclass(frozen=True, slots=True)
class Insight:
    """Facts first, then words; the same facts are told once."""

    claims: Claims
    records: Records
    tell: Tell
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta

    def __call__(self, message: JobMessage) -> None:
        """Handle one analysed job.

        Raises:
            UnknownReferenceError: the job or its analysis is not there.
        """
        once(
            self.claims,
            "insights",
            message.origin.path,
            lambda: self._run(message),
            user_id=message.origin.user_id,
            lease=self.lease,
        )

    def reject(self, message: JobMessage, error: PermanentError) -> None:
        """Say on the job why it failed."""
        reason = {"code": error.code, "message": str(error)}
        self._move(message, Status.FAILED, "The insight could not be written.", {"reason": reason})

    def _run(self, message: JobMessage) -> str:
        user_id, analysis_id = message.origin.user_id, message.analysis_id or "(none)"
        job = self.records.job(message.origin)
        if job is None:
            raise UnknownReferenceError(f"expected the job {message.processing_id}, found none")
        analysis = self.records.analysis(user_id, analysis_id)
        if analysis is None:
            raise UnknownReferenceError(f"expected the analysis {analysis_id}, found none")
        details = {"analysis_id": analysis_id}
        if job.get("explanation"):
            details["explanation_id"] = analysis_id  # preprocess has stored it
        self._move(message, Status.ANALYZING, "Putting your week into words.", details)
        insight_id = self._told_once(message, analysis, job)
        details["insight_id"] = insight_id
        self._move(message, Status.COMPLETED, "Your insight is ready.", details)
        return insight_id

    def _told_once(
        self, message: JobMessage, analysis: Mapping[str, object], job: Mapping[str, object]
    ) -> str:
        """The insight on these facts: the one that is there already, or a new one."""
        user_id = message.origin.user_id
        insight_type: InsightType = job["insight_type"]  # type: ignore[assignment]  # open_job's
        asked_at: datetime = job["created_at"]  # type: ignore[assignment]  # open_job's
        language = str(self.records.person(user_id).get("language", "en"))
        facts = facts_from(analysis, insight_type=insight_type)
        parts = (user_id, facts_digest(facts), insight_type, language, self.tell.version)

        def write() -> str:
            told = self.tell(Asked(message, facts, insight_type, language, asked_at))
            document = self._document(message, facts, told, analysis)
            self.records.add_insight(user_id, message.processing_id, document)
            return message.processing_id

        return self._lasting(parts, write, message)

    def _lasting(
        self, parts: tuple[str, ...], write: Callable[[], str], message: JobMessage
    ) -> str:
        """What was told on these facts; if that was provisional, what was told after it."""
        event = hashlib.sha256("|".join(parts).encode()).hexdigest()
        user_id = message.origin.user_id
        insight_id = once(self.claims, "narrate", event, write, user_id=user_id, lease=self.lease)
        if insight_id == message.processing_id:
            return insight_id
        told = self.records.insight(user_id, insight_id)
        if told is None or told["provisional"]:
            return self._lasting((*parts, insight_id), write, message)
        return insight_id

    def _document(
        self,
        message: JobMessage,
        facts: Sequence[Fact],
        told: Told,
        analysis: Mapping[str, object],
    ) -> dict[str, object]:
        narrative, now = told.narrative, self.clock()
        return {
            "narrative": narrative.narrative,
            "key_insights": list(narrative.key_insights),
            "recommendations": list(narrative.recommendations),
            "confidence_score": analysis["confidence"],
            "generated_at": now,
            "sentences": [
                {"text": each.text, "kind": each.kind, "facts": list(each.fact_ids)}
                for each in narrative.sentences
            ],
            "facts": [asdict(fact) for fact in facts],
            "source": told.source,
            "version": told.version,
            "fallback_reason": told.fallback_reason,
            "provisional": told.provisional,
            "usage": asdict(told.usage),
            "language": narrative.language,
            "analysis_id": message.analysis_id,
            "processing_id": message.processing_id,
            "expires_at": now + self.retention,
        }

    def _move(
        self, message: JobMessage, status: Status, text: str, details: Mapping[str, object]
    ) -> None:
        self.records.move(message.origin, status, text, details, self.clock())
