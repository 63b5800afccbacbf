"""insights: an analysis becomes words that its facts carry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from clarity.domain.consent import refusal
from clarity.domain.job import Status
from clarity.domain.person import Person
from clarity.domain.words.facts import confidence_of, facts_digest, facts_from
from clarity.domain.words.redaction import redacted
from clarity.domain.words.safety import CONCERNS, support
from clarity.steps.audit import RECORDED, Entry
from clarity.steps.feedback import said
from clarity.steps.forgotten import missing
from clarity.steps.once import give_up, once, refused
from clarity.steps.ports import Creation, Done, End, Move
from clarity.steps.ports_words import Remark
from clarity.steps.tell import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from clarity.domain.errors import PermanentError
    from clarity.domain.events import JobMessage
    from clarity.domain.words.narrative import Sentence
    from clarity.domain.words.safety import Support
    from clarity.steps.feedback import Said
    from clarity.steps.notify import Notify
    from clarity.steps.ports import Claimed, Claims, Outgoing, Records, Topics
    from clarity.steps.ports_words import Analysed, Reviews
    from clarity.steps.tell import Held, Tell, Told

# What a job says when it ends; no health data, for it may stand on a lock screen.
_TELLING = "Putting your week into words."
READY = "Your insight is ready."
UNCHANGED = "Nothing has changed since this insight was written."
HELD_BACK = "Your insight is ready; another text was held back and will be reviewed."
# Of the person's latest remarks, those that a text may heed, and those that are looked through.
_REMARKS, _FEEDBACK_READ = 3, 20
# So long after words that speak of a crisis, insights carry the help text.
_SUPPORTED = timedelta(days=7)
_WEEKS = {"1week": 1, "1month": 4, "3months": 13}
# As the app names them.
_PRIORITIES = {"high": "high", "normal": "medium", "low": "low"}


class _NothingBetterError(Exception):
    """The language model is still out of reach: the provisional text stays the latest."""

    def __init__(self, earlier: Mapping[str, Any]) -> None:
        super().__init__()
        self.earlier = earlier


@dataclass(frozen=True, slots=True)
class _Commission:
    """One job's insight before it is told: to whom, on what, and what is added to it."""

    asked: Asked
    analysis: Mapping[str, Any]
    history: Mapping[str, Any] | None
    support: Support | None

    @property
    def message(self) -> JobMessage:
        """The job's message."""
        return self.asked.message

    @property
    def user_id(self) -> str:
        """Whose insight it is."""
        return self.message.origin.user_id

    def identity(self, version: str) -> str:
        """The insight's id: what may change a word of it is in here, and nothing else is."""
        person = self.asked.person
        parts = [
            self.user_id,  # nobody else has this id, whatever their facts
            facts_digest(self.asked.facts),
            self.analysis["window"]["first_day"],
            self.asked.insight_type,
            self.asked.data_timeframe,
            person.language,
            person.level,
            sorted(person.avoid),
            person.age,
            asdict(self.support) if self.support else None,
            [asdict(remark) for remark in self.asked.feedback],
            version,
        ]
        return _digest(json.dumps(parts))


@dataclass(frozen=True, slots=True)
class Insight:
    """Facts first, then words; the same facts are told once."""

    claims: Claims
    records: Records
    topics: Topics
    reviews: Reviews
    tell: Tell
    notify: Notify | None
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta

    def __call__(self, message: JobMessage) -> None:
        """Handle one analysed job.

        Raises:
            ForgottenError: something of that is not there, since its person was erased.
            UnknownReferenceError: the job, its analysis or its history is not there.
        """
        found = self.records.analysed(message)
        job = found.job
        if job is None:  # seen before the claim is made: nothing of who was erased comes back
            raise missing(self.records, message.origin.user_id, f"the job {message.processing_id}")
        why = refusal(found.settings)
        person = Person.parse(found.settings, self.clock().date(), self.retention)
        details: dict[str, object] = {"analysis_id": message.analysis_id}
        if job.get("explanation"):
            details["explanation_id"] = message.analysis_id  # preprocess has stored it
        insight_id = once(
            self.claims,
            "insights",
            message.origin.path,
            lambda _: (
                refused(message.origin, why)
                if why
                else self._run(message, job, found, person, details)
            ),
            user_id=message.origin.user_id,
            lease=self.lease,
            move=None if why else Move(message.origin, Status.ANALYZING, _TELLING, details),
        )
        if self.notify and not why:
            self._announce(message, insight_id, person, self.notify)

    def reject(self, message: JobMessage, error: PermanentError, letter: Outgoing) -> None:
        """Say on the job why it failed, and send the letter about it."""
        text = "The insight could not be written."
        reason = {"code": error.code, "message": str(error)}
        end = End(message.origin, Status.FAILED, text, {"reason": reason})
        give_up(self.claims, "insights", end, letter, topics=self.topics, lease=self.lease)

    def _run(
        self,
        message: JobMessage,
        job: Mapping[str, Any],
        found: Analysed,
        person: Person,
        details: Mapping[str, object],
    ) -> Done:
        commission = self._commission(message, job, found, person)
        identity = commission.identity(self.tell.version_for(person))
        if self.tell.narrator_for(person):
            insight, creates = self._lasting(commission, identity), None
        else:  # who is second has wasted a moment, and no money: no claim of its own
            insight, creates = self._free(commission, identity)
        return self._finish(commission, insight, details, creates)

    def _commission(
        self, message: JobMessage, job: Mapping[str, Any], found: Analysed, person: Person
    ) -> _Commission:
        user_id, now = message.origin.user_id, self.clock()
        analysis, history = found.analysis, found.history
        if analysis is None:
            raise missing(self.records, user_id, f"the analysis {message.analysis_id}")
        if message.history_id and history is None:
            raise missing(self.records, user_id, f"the history {message.history_id}")
        feedback = said(self.records.feedback(user_id, _FEEDBACK_READ))
        asked = Asked(
            message,
            facts_from(analysis, insight_type=job["insight_type"], person=person, history=history),
            job["insight_type"],
            job["data_timeframe"],
            person,
            # Where the template writes they change nothing, so they are no reason to write anew.
            _remarks(feedback, {user_id, *person.texts}) if self.tell.narrator_for(person) else (),
            job["created_at"],
        )
        return _Commission(asked, analysis, history, _support(feedback, person, now))

    def _free(
        self, commission: _Commission, insight_id: str
    ) -> tuple[Mapping[str, Any], Creation | None]:
        """The template's insight on these facts: the one that is there already, or a new one."""
        found, recorded = self.records.told(commission.user_id, insight_id)
        while found is None and recorded:  # deleted since, or expired before its record
            insight_id = _digest(insight_id)
            found, recorded = self.records.told(commission.user_id, insight_id)
        if found is not None:
            return found, None
        creation = self._creation(commission, insight_id, self.tell(commission.asked))
        return creation.fields, replace(creation, first=True)

    def _lasting(
        self,
        commission: _Commission,
        insight_id: str,
        earlier: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """The language model's insight on these facts: the one that is there already, or a new one.

        An earlier one that stood in for the language model is told anew by a later job, once the
        model answers.
        """
        user_id, message = commission.user_id, commission.message
        written: Creation | None = None

        def write(_: Claimed) -> Done:
            nonlocal written
            written = self._write(commission, insight_id, earlier)
            return Done(insight_id, creates=written)

        try:
            once(
                self.claims,
                "narrate",
                f"{user_id}/{insight_id}",
                write,
                user_id=user_id,
                lease=self.lease,
            )
        except _NothingBetterError as error:
            return error.earlier
        if written:
            return written.fields
        found = self.records.insight(user_id, insight_id)
        own = found is not None and found["processing_id"] == message.processing_id
        if found is None or (found["provisional"] and not own):
            return self._lasting(commission, _digest(insight_id), found)
        return found

    def _write(
        self, commission: _Commission, insight_id: str, earlier: Mapping[str, Any] | None
    ) -> Creation | None:
        """A new insight; None where one outlived the claim under which it was written."""
        if self.records.insight(commission.user_id, insight_id) is not None:
            return None
        told = self.tell(commission.asked)
        if told.provisional and earlier is not None:
            raise _NothingBetterError(earlier)
        if told.held:
            self._hold(commission, insight_id, told, told.held)
        return self._creation(commission, insight_id, told)

    def _creation(self, commission: _Commission, insight_id: str, told: Told) -> Creation:
        document, now = self._document(commission, insight_id, told), self.clock()
        record = {
            "action": "tell",
            "step": "insights",
            "processing_id": commission.message.processing_id,
            "subject": insight_id,
            "model": told.version,
            "at": now,
            "expires_at": now + self.retention,
        }
        entry = Entry(f"{RECORDED['insights']}-{insight_id}", record)
        return Creation("insights", insight_id, document, entry)

    def _hold(self, commission: _Commission, insight_id: str, told: Told, held: Held) -> None:
        """Keep the text that was held back, for a person of ours to look at."""
        now = self.clock().replace(microsecond=0)
        review = {
            "insight_id": insight_id,
            "sentences": _rows(held.sentences),
            # Without them nobody could say whether the text was right.
            "facts": [
                {"id": fact.id, "label": fact.label, "text": fact.text}
                for fact in commission.asked.facts
            ],
            "problems": [asdict(problem) for problem in held.problems],
            "kinds": sorted({problem.kind for problem in held.problems}),
            "model_version": self.tell.version_for(commission.asked.person),
            "language": told.narrative.language,
            "created_at": now,
            "expires_at": now + self.retention,
        }
        self.reviews.add(commission.user_id, commission.message.processing_id, review)

    def _finish(
        self,
        commission: _Commission,
        insight: Mapping[str, Any],
        details: Mapping[str, object],
        creates: Creation | None,
    ) -> Done:
        message, status, text = commission.message, Status.COMPLETED, READY
        details = {**details, "insight_id": insight["id"]}
        unchanged = insight["processing_id"] != message.processing_id
        if unchanged:
            text, details = UNCHANGED, {**details, "unchanged": True}
        if insight["review_id"]:
            status, text = Status.REQUIRES_REVIEW, HELD_BACK
            details = {**details, "review_id": insight["review_id"]}
        end = End(message.origin, status, text, details)
        return Done(insight["id"], end=end, creates=creates)

    def _announce(
        self, message: JobMessage, insight_id: str, person: Person, notify: Notify
    ) -> None:
        """Tell of what this job has written: each time it is delivered, since a worker may die.

        Whom it was told before is not told again.
        """
        user_id = message.origin.user_id
        found = self.records.insight(user_id, insight_id) if person.push else None
        if found and found["processing_id"] == message.processing_id:
            notify(message, insight_id, person)

    def _document(self, commission: _Commission, insight_id: str, told: Told) -> dict[str, object]:
        # Whole seconds: the app's decoder knows no fractions.
        narrative, now = told.narrative, self.clock().replace(microsecond=0)
        asked, message = commission.asked, commission.message
        return {
            "id": insight_id,
            "user_id": commission.user_id,
            "narrative": narrative.narrative,
            "key_insights": list(narrative.key_insights),
            "key_insights_count": len(narrative.key_insights),
            "recommendations": list(narrative.recommendations),
            "recommendations_count": len(narrative.recommendations),
            "confidence_score": confidence_of(commission.analysis, commission.history),
            "generated_at": now,
            "insight_type": asked.insight_type,
            "category": asked.insight_type,
            "data_timeframe": asked.data_timeframe,
            "date_range": _date_range(commission),
            "priority": _PRIORITIES.get(message.priority, "medium"),
            "language": narrative.language,
            "reading_level": narrative.level,
            "related_metrics": _related_metrics(told, asked),
            "ignored_settings": list(asked.person.ignored),
            "support": asdict(commission.support) if commission.support else None,
            "read_at": None,
            "rating": None,
            "sentences": _rows(narrative.sentences),
            "facts": [asdict(fact) for fact in asked.facts],
            "source": told.source,
            "model_version": told.version,
            "fallback_reason": told.fallback_reason,
            "provisional": told.provisional,
            "review_id": message.processing_id if told.held else None,
            "usage": asdict(told.usage),
            "analysis_id": message.analysis_id,
            "history_id": message.history_id,
            "processing_id": message.processing_id,
            "expires_at": now + self.retention,
        }


def _digest(text: str) -> str:
    return f"insight-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _rows(sentences: Sequence[Sentence]) -> list[dict[str, object]]:
    return [
        {"text": each.text, "kind": each.kind, "facts": list(each.fact_ids)} for each in sentences
    ]


def _remarks(feedback: Sequence[Said], known: Collection[str]) -> tuple[Remark, ...]:
    """What the person said last, without what tells who they are.

    Words that speak of a crisis are not for a prompt.
    """
    unworried = [each.feedback for each in feedback if each.concern is None]
    return tuple(Remark(each.rating, redacted(each.words, known)) for each in unworried[:_REMARKS])


def _support(feedback: Sequence[Said], person: Person, now: datetime) -> Support | None:
    """The help text, if the person's words spoke of a crisis lately: for the gravest of them."""
    lately = {each.concern for each in feedback if now - each.at < _SUPPORTED}
    gravest = next((each for each in CONCERNS if each in lately), None)
    return support(gravest, person.language, person.region) if gravest else None


def _date_range(commission: _Commission) -> dict[str, str]:
    """The first and the last local day that the words may speak of."""
    window, weeks = commission.analysis["window"], _WEEKS[commission.asked.data_timeframe]
    known = commission.history["first_days"][-weeks:] if commission.history else []
    return {"start": min([window["first_day"], *known]), "end": window["last_day"]}


def _related_metrics(told: Told, asked: Asked) -> list[str]:
    """The measures that the text rests on, in the order of the facts."""
    cited = {name for sentence in told.narrative.sentences for name in sentence.fact_ids}
    names = (fact.metric.partition(".")[0] for fact in asked.facts if fact.id in cited)
    return list(dict.fromkeys(names))
