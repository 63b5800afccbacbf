"""preprocess: a person's stored samples become the week's analysis, beside the weeks before it."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

import clarity
from clarity.domain.analysis import WEEK, analyse, best_week, weeks_before, weeks_until
from clarity.domain.consent import refusal
from clarity.domain.errors import NotSettledError, ParkedError
from clarity.domain.intake.samples import Samples
from clarity.domain.job import Status
from clarity.domain.metrics.history import history_of
from clarity.domain.minutes.grid import grid_digest
from clarity.domain.minutes.quality import assess
from clarity.domain.minutes.recorder import recorder_of
from clarity.domain.person import Person
from clarity.steps.forgotten import missing
from clarity.steps.once import give_up, once, refused
from clarity.steps.ports import Done, End, Move, Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from clarity.domain.errors import PermanentError
    from clarity.domain.events import JobMessage
    from clarity.domain.job import Timeframe
    from clarity.domain.minutes.grid import Grid
    from clarity.domain.minutes.quality import Quality
    from clarity.steps.explain import Explain
    from clarity.steps.infer import Infer
    from clarity.steps.ports import Chunk, Claimed, Claims, Queue, Records, Topics

# The latest local days with data in which the week is looked for.
RECENT_DAYS = 14
# How far back the weeks beside it go: far enough to say what is usual, and to see a trend.
LOOKBACK_DAYS: Mapping[Timeframe, int] = {"1week": 35, "1month": 56, "3months": 98}
# The stage of a job whose work waits for a model that was not running.
WAITING = "waiting_for_model"
_BUILDING = "Building your week, minute by minute."
# One thread of a process measures at a time, and waits for nothing meanwhile: numpy lets go of the
# interpreter at every longer array, so that two would hand it to and fro 1,800 times a week, which
# takes more than twice the CPU of one week after the other.
_MEASURING: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Week:
    """The week to analyse, good enough for it; what its analysis is found by, and who wrote it."""

    grid: Grid
    quality: Quality
    digest: str
    recorded_by: Mapping[str, str]

    def document(self) -> dict[str, object]:
        """All that is measured of it."""
        with _MEASURING:
            analysis = analyse(self.grid, self.quality, self.digest)
            return {**analysis.to_document(), "recorded_by": self.recorded_by}


@dataclass(frozen=True, slots=True)
class Preprocess:
    """Wait for the person's uploads, build the grid, pass the gate, measure, let PAT read."""

    claims: Claims
    records: Records
    topics: Topics
    infer: Infer
    explain: Explain
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta
    quiet: timedelta
    patience: timedelta

    def __call__(self, message: JobMessage) -> None:
        """Handle one queued job.

        Raises:
            NotSettledError: the person's uploads are still arriving.
            ParkedError: no model runs; the job says that its work waits.
            ForgottenError: the job is not there, since its person was erased.
            UnknownReferenceError: the job is not there.
        """
        if self._sent_just_now(message):  # after an upload: nothing is read to see that
            raise self._too_early()
        job, settings, queue = self.records.job_person_and_queue(message.origin)
        if job is None:  # seen before the claim is made: nothing of who was erased comes back
            raise missing(self.records, message.origin.user_id, f"the job {message.processing_id}")
        why = refusal(settings)
        # Without a claim: most deliveries only come too early.
        if job["status"] == Status.QUEUED and not why:
            self._settle(message, job, queue)
        person = Person.parse(settings, self.clock().date())
        once(
            self.claims,
            "preprocess",
            message.origin.path,
            lambda claim: (
                refused(message.origin, why)
                if why
                else self._run_or_wait(message, job, person, claim)
            ),
            user_id=message.origin.user_id,
            lease=self.lease,
            topics=self.topics,
            move=None if why else Move(message.origin, Status.PREPROCESSING, _BUILDING),
        )

    def reject(self, message: JobMessage, error: PermanentError, letter: Outgoing) -> None:
        """Say on the job why it failed, and send the letter about it."""
        text = "The data could not be processed."
        reason = {"code": error.code, "message": str(error)}
        end = End(message.origin, Status.FAILED, text, {"reason": reason})
        give_up(self.claims, "preprocess", end, letter, topics=self.topics, lease=self.lease)

    def _run_or_wait(
        self, message: JobMessage, job: Mapping[str, object], person: Person, claim: Claimed
    ) -> Done:
        try:
            return self._run(message, job, person)
        except ParkedError:
            # Still under the claim: whoever comes next does not find words that were overtaken.
            text = "The model that reads your week is not running now; your data waits for it."
            self.records.note(
                message.origin, Status.PROCESSING, WAITING, text, self.clock(), fence=claim
            )
            raise

    def _run(self, message: JobMessage, job: Mapping[str, object], person: Person) -> Done:
        timeframe: Timeframe = job["data_timeframe"]  # type: ignore[assignment]  # open_job's
        chunks = self.records.recent(message.origin.user_id, LOOKBACK_DAYS[timeframe])
        near = latest(chunks, RECENT_DAYS)
        with _MEASURING:
            samples = combine(near)
            grid = best_week(samples)
            quality = assess(grid)
            if not quality.sufficient:
                return _insufficient(message, quality)
            week = _Week(grid, quality, grid_digest(grid), recorded_by(chunks, samples, grid))
        ids = self._analysis_ids(week.digest)
        analysis_id = self._read(message, ids, week)
        if job.get("explanation"):
            model_id = next(each for each, found in ids.items() if found == analysis_id)
            self._explain(message, analysis_id, model_id, grid)
        # Always on request, after uploads unless told otherwise.
        if message.origin.collection == "insight_requests" or person.insights == "automatic":
            with _MEASURING:
                past = samples if len(near) == len(chunks) else combine(chunks)
            history_id = self._look_back(message, past, grid, timeframe)
            told = message.with_analysis(analysis_id, history_id)
            return Done(analysis_id, owes=(Outgoing.of("analysed", told),))
        text = "Your week is measured; ask for an insight when you want one."
        details: dict[str, object] = {"analysis_id": analysis_id}
        return Done(analysis_id, end=End(message.origin, Status.COMPLETED, text, details))

    def _read(self, message: JobMessage, ids: Mapping[str, str], week: _Week) -> str:
        """The id of the week's analysis: the one that is there, or a new one."""
        for analysis_id in ids.values():
            if self.records.analysis(message.origin.user_id, analysis_id) is not None:
                return analysis_id
        return self.infer(message, ids, week.grid, week.document())

    def _look_back(
        self, message: JobMessage, samples: Samples, week: Grid, timeframe: Timeframe
    ) -> str | None:
        """The id of the document on the weeks up to this one.

        None for a week alone that nobody wanted others beside.
        """
        end = week.first_day + timedelta(days=week.days)
        if timeframe == "1week" and weeks_before(samples, end) == 1:
            return None
        with _MEASURING:
            weeks = weeks_until(samples, end, LOOKBACK_DAYS[timeframe] // WEEK)
            digest = grid_digest(weeks)
        parts = (digest, timeframe, clarity.__version__)
        history_id = hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
        user_id, now = message.origin.user_id, self.clock()
        if self.records.history(user_id, history_id) is None:
            with _MEASURING:
                history = history_of(weeks).to_document()
            document = {
                **history,
                "data_timeframe": timeframe,
                "created_at": now,
                "expires_at": now + self.retention,
            }
            self.records.add_history(user_id, history_id, document)
        return history_id

    def _explain(self, message: JobMessage, analysis_id: str, model_id: str, grid: Grid) -> None:
        """Explain the analysis, unless somebody asked for that before."""
        if self.records.explanation(message.origin.user_id, analysis_id) is None:
            self.explain(message, analysis_id, model_id, grid)

    def _settle(self, message: JobMessage, job: Mapping[str, object], queue: Queue | None) -> None:
        """Go on once the person's uploads have arrived; the job does not wait for ever."""
        user_id, now = message.origin.user_id, self.clock()
        created_at: datetime = job["created_at"]  # type: ignore[assignment]  # open_job wrote it
        if now - created_at < self.patience:
            if message.priority != "high":
                self._require_quiet(queue, now)
            if unsettled := self.records.unsettled(user_id):
                raise NotSettledError(f"{unsettled} uploads are not ingested yet")
        elif self.records.unsettled(user_id):
            # Their events may never come, and no later job shall wait for them again.
            self.records.mark_overdue(user_id, now - self.patience, now + self.retention)

    def _require_quiet(self, queue: Queue | None, now: datetime) -> None:
        """Wait for the end of a burst; a request in its middle would be told of half a week.

        Who asked with high priority looks on: what has arrived is enough for them.
        """
        if queue is not None and now - queue.last_upload_at < self.quiet:
            raise self._too_early()

    def _sent_just_now(self, message: JobMessage) -> bool:
        """Whether the message is younger than the wait for the end of a burst: so is its upload.

        One from the future, by our clock, tells nothing.
        """
        if message.sent_at is None or message.origin.collection != "uploads":
            return False
        age = self.clock() - message.sent_at
        return timedelta() <= age < min(self.quiet, self.patience)

    def _too_early(self) -> NotSettledError:
        return NotSettledError(f"an upload arrived in the last {self.quiet.total_seconds():g} s")

    def _analysis_ids(self, digest: str) -> dict[str, str]:
        """By the model that may read the week; same data, same model, same code: same analysis."""
        code = clarity.__version__
        named = {each: f"{digest}|{each}|{code}".encode() for each in self.infer.model_ids}
        return {each: hashlib.sha256(name).hexdigest()[:32] for each, name in named.items()}


def _insufficient(message: JobMessage, quality: Quality) -> Done:
    details = {"reason": {"code": "insufficient_data", **quality.to_document()}}
    text = f"There is too little data for an honest answer: {'; '.join(quality.missing)}."
    end = End(message.origin, Status.INSUFFICIENT_DATA, text, details)
    return Done(Status.INSUFFICIENT_DATA, end=end)


def recorded_by(chunks: Sequence[Chunk], samples: Samples, week: Grid) -> dict[str, str]:
    """The device of the week, and the software of its last upload; what is not known is left out.

    Args:
        chunks: in the order of their arrival.
        samples: of the week, and of days around it.
        week: the analysed one.
    """
    end = week.first_day + timedelta(days=week.days)
    mine = [chunk for chunk in chunks if week.first_day <= chunk.day < end]
    device = recorder_of(samples, week.first_day, week.days)
    software = mine[-1].software if mine else {}
    return {**({"device": device} if device else {}), **software}


def latest(chunks: Sequence[Chunk], days: int) -> list[Chunk]:
    """The chunks of the latest days that have any."""
    held = sorted({chunk.day for chunk in chunks})[-days:]
    return [chunk for chunk in chunks if chunk.day in held]


def combine(chunks: Sequence[Chunk]) -> Samples:
    """The person's samples out of their chunks: each once, without the deleted ones."""
    if not chunks:
        return Samples.empty()
    deleted = np.concatenate([chunk.deleted for chunk in chunks])
    return Samples.concat([chunk.samples for chunk in chunks]).unique().without(deleted)
