"""The ports in memory: held to the same contract suite as the adapters (contract/test_ports.py)."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clarity.domain.errors import InProgressError, ParkedError, UnavailableError
from clarity.domain.explanation import Explanation
from clarity.domain.job import Origin, Status, Wanted
from clarity.steps.ports import (
    Call,
    Chunk,
    Claimed,
    Completed,
    DeadLetter,
    Device,
    Embedding,
    Held,
    Notice,
    Queue,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime, timedelta

    from numpy.typing import NDArray

    from clarity.domain.events import JobMessage
    from clarity.steps.ports import Usage


@dataclass
class MemoryClaims:
    clock: Callable[[], datetime]
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: Any = field(default_factory=itertools.count)

    def claim(self, key: str, *, user_id: str, lease: timedelta) -> Claimed | Completed | Held:
        found = self.held.get(key, {})
        if "result" in found:
            return Completed(found["result"])
        if found and found["lease_until"] > self.clock():
            return Held(found["lease_until"])
        token = str(next(self.tokens))
        self.held[key] = {"token": token, "lease_until": self.clock() + lease, "user_id": user_id}
        return Claimed(key, token)

    def complete(self, claim: Claimed, result: str) -> None:
        if self.held.get(claim.key, {}).get("token") != claim.token:
            raise InProgressError("the lease was lost to another worker")
        self.held[claim.key]["result"] = result

    def release(self, claim: Claimed) -> None:
        if self.held.get(claim.key, {}).get("token") == claim.token:
            self.held[claim.key]["lease_until"] = self.clock()


@dataclass
class MemoryRecords:
    erasures: dict[str, datetime] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)
    chunks: dict[tuple[str, str, str], Chunk] = field(default_factory=dict)
    rejections: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    jobs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    analyses: dict[tuple[str, str], Any] = field(default_factory=dict)
    explanations: dict[tuple[str, str], Any] = field(default_factory=dict)
    histories: dict[tuple[str, str], Any] = field(default_factory=dict)
    insights: dict[tuple[str, str], Any] = field(default_factory=dict)
    audits: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)

    def person(self, user_id: str) -> Mapping[str, object]:
        return self.people.get(user_id, {})

    def erased_at(self, user_id: str) -> datetime | None:
        return self.erasures.get(user_id)

    def known(self, origin: Origin, day: date) -> NDArray[np.uint64]:
        found = [
            part
            for (user, when, upload), chunk in self.chunks.items()
            if user == origin.user_id and when == str(day) and upload != origin.document_id
            for part in (chunk.samples.identity, chunk.deleted)
        ]
        return np.concatenate(found) if found else np.empty(0, dtype=np.uint64)

    def add_chunks(self, origin: Origin, chunks: Sequence[Chunk], expires_at: datetime) -> int:
        keys = [(origin.user_id, str(chunk.day), origin.document_id) for chunk in chunks]
        if not any(key in self.chunks for key in keys):
            self.chunks.update(zip(keys, chunks, strict=True))
        held = [self.chunks[key] for key in keys if key in self.chunks]
        return sum(len(chunk.samples) + len(chunk.deleted) for chunk in held)

    def recent(self, user_id: str, days: int) -> Sequence[Chunk]:
        held = sorted({day for user, day, _ in self.chunks if user == user_id})[-days:]
        return [c for (user, day, _), c in self.chunks.items() if user == user_id and day in held]

    def unsettled(self, user_id: str) -> int:
        mine = [
            f for path, f in self.uploads.items() if path.startswith(f"users/{user_id}/uploads/")
        ]
        return sum(
            fields.get("status") not in ("ingested", "rejected", "overdue") for fields in mine
        )

    def mark_overdue(self, user_id: str, written_before: datetime, expires_at: datetime) -> None:
        for path, upload in self.uploads.items():
            mine = path.startswith(f"users/{user_id}/uploads/")
            if mine and "status" not in upload and self.written[path] < written_before:
                upload.update(status="overdue", expires_at=expires_at)

    def answer(self, origin: Origin, fields: Mapping[str, object]) -> None:
        if origin.path in self.uploads:
            self.uploads[origin.path] |= fields

    def reject(
        self, origin: Origin, rejections: Sequence[Mapping[str, object]], expires_at: datetime
    ) -> None:
        self.rejections[origin.path] = list(rejections)

    def join_queue(
        self, origin: Origin, wanted: Wanted, now: datetime, stale: timedelta, expires_at: datetime
    ) -> Queue:
        if self.job(origin) is not None:
            return Queue(origin.processing_id, now, now)
        queue = self.queues.get(origin.user_id)
        if queue and now - queue.opened_at < stale:
            job = self.jobs[origin.user_id, queue.processing_id]
            if job["status"] == Status.QUEUED:
                self.queues[origin.user_id] = replace(queue, last_upload_at=now)
                return self.queues[origin.user_id]
        self.open_job(origin, wanted, now, expires_at)
        self.queues[origin.user_id] = Queue(origin.processing_id, now, now)
        return self.queues[origin.user_id]

    def queue(self, user_id: str) -> Queue | None:
        return self.queues.get(user_id)

    def open_job(self, origin: Origin, wanted: Wanted, now: datetime, expires_at: datetime) -> None:
        fields = {
            "processing_id": origin.processing_id,
            "insight_type": wanted.insight_type,
            "data_timeframe": wanted.data_timeframe,
            "explanation": wanted.explanation,
            "created_at": now,
            "status": Status.QUEUED,
            "stage": Status.QUEUED,
            "progress": 0.0,
            "history": [{"status": Status.QUEUED, "at": now}],
        }
        self.jobs.setdefault((origin.user_id, origin.processing_id), fields)

    def job(self, origin: Origin) -> Mapping[str, object] | None:
        return self.jobs.get((origin.user_id, origin.processing_id))

    def move(
        self,
        origin: Origin,
        status: Status,
        message: str,
        details: Mapping[str, object],
        now: datetime,
    ) -> bool:
        job = self.jobs.get((origin.user_id, origin.processing_id))
        if job is None or not status.may_follow(Status(job["status"])):
            return False
        job |= {"status": status, "stage": status, "message": message, "updated_at": now}
        job |= {"progress": status.progress, **details}
        job["history"] = [*job["history"], {"status": status, "at": now}]
        return True

    def note(self, origin: Origin, status: Status, stage: str, message: str, now: datetime) -> bool:
        job = self.jobs.get((origin.user_id, origin.processing_id))
        if job is None or job["status"] != status or job["stage"] == stage:
            return False
        job |= {"stage": stage, "message": message, "updated_at": now}
        return True

    def analysis(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        return self.analyses.get((user_id, analysis_id))

    def add_analysis(self, user_id: str, analysis_id: str, document: Mapping[str, object]) -> None:
        self.analyses.setdefault((user_id, analysis_id), document)

    def explanation(self, user_id: str, analysis_id: str) -> Mapping[str, object] | None:
        return self.explanations.get((user_id, analysis_id))

    def add_explanation(
        self, user_id: str, analysis_id: str, document: Mapping[str, object]
    ) -> None:
        self.explanations.setdefault((user_id, analysis_id), document)

    def history(self, user_id: str, history_id: str) -> Mapping[str, object] | None:
        return self.histories.get((user_id, history_id))

    def add_history(self, user_id: str, history_id: str, document: Mapping[str, object]) -> None:
        self.histories.setdefault((user_id, history_id), document)

    def insight(self, user_id: str, insight_id: str) -> Mapping[str, object] | None:
        return self.insights.get((user_id, insight_id))

    def add_insight(self, user_id: str, insight_id: str, document: Mapping[str, object]) -> None:
        self.insights.setdefault((user_id, insight_id), document)

    def mark_insight(self, user_id: str, insight_id: str, marks: Mapping[str, object]) -> None:
        if (user_id, insight_id) in self.insights:
            self.insights[user_id, insight_id] |= marks

    def feedback(self, user_id: str, limit: int) -> Sequence[Mapping[str, object]]:
        mine = [
            fields
            for path, fields in self.uploads.items()
            if path.startswith(f"users/{user_id}/feedback/") and "received_at" in fields
        ]
        mine.sort(key=lambda fields: fields["received_at"], reverse=True)
        return mine[:limit]

    def audit(self, user_id: str, event_id: str, record: Mapping[str, object]) -> None:
        self.audits.setdefault((user_id, event_id), record)


@dataclass
class MemoryBudgets:
    """`days` holds calls, prompt and output tokens by person and day; "" is the project."""

    person_calls: int = 10
    project_calls: int = 1000
    days: dict[tuple[str, date], Counter[str]] = field(default_factory=dict)
    ids: Any = field(default_factory=itertools.count)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, user_id: str, now: datetime, *, low: bool) -> Call | None:
        limit = self.person_calls // 2 if low else self.person_calls
        call = Call(str(next(self.ids)), user_id, now.date(), 0)
        person, project = self._days(call)
        with self.lock:
            if person["calls"] >= limit or project["calls"] >= self.project_calls:
                return None
            self._add(call, calls=1)
        return call

    def give_back(self, call: Call) -> None:
        self._add(call, calls=-1)

    def record(self, call: Call, usage: Usage) -> None:
        self._add(call, **asdict(usage))

    def spent(self, user_id: str, day: date) -> dict[str, int]:
        """What a person, or with "" the project, has used; for tests."""
        return dict(self.days.get((user_id, day), Counter()))

    def _add(self, call: Call, **amounts: int) -> None:
        for day in self._days(call):
            day.update(amounts)

    def _days(self, call: Call) -> tuple[Counter[str], Counter[str]]:
        person, project = (
            self.days.setdefault((who, call.day), Counter()) for who in (call.user_id, "")
        )
        return person, project


@dataclass
class MemoryReviews:
    held: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)

    def add(self, user_id: str, review_id: str, document: Mapping[str, object]) -> None:
        self.held.setdefault((user_id, review_id), document)


@dataclass
class MemoryDevices:
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def devices(self, user_id: str) -> Sequence[Device]:
        once: dict[str, str] = {}
        for (user, device_id), token in sorted(self.tokens.items()):
            if user == user_id:
                once.setdefault(token, device_id)
        return [Device(device_id, token) for token, device_id in once.items()]

    def forget(self, user_id: str, device: Device) -> None:
        if self.tokens.get((user_id, device.device_id)) == device.push_token:
            del self.tokens[user_id, device.device_id]


@dataclass
class MemoryPush:
    """Keeps what it is handed; knows no token of `unknown`, and raises what it is told to."""

    handed_over: list[tuple[str, Notice]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    error: Exception | None = None
    calls: int = 0

    def send(self, push_token: str, notice: Notice) -> bool:
        self.calls += 1
        if self.error:
            raise self.error
        if push_token in self.unknown:
            return False
        self.handed_over.append((push_token, notice))
        return True


@dataclass
class MemoryTopics:
    ingested_messages: list[JobMessage] = field(default_factory=list)
    analysed_messages: list[JobMessage] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)

    def ingested(self, message: JobMessage) -> None:
        self.ingested_messages.append(message)

    def analysed(self, message: JobMessage) -> None:
        self.analysed_messages.append(message)

    def dead_letter(self, letter: DeadLetter) -> None:
        self.dead_letters.append(letter)


@dataclass
class MemoryEncoder:
    """Counts its calls; fails as often as it is told, or while it is parked."""

    model_id: str = "pat-test"
    failures: int = 0
    calls: int = 0
    explained: int = 0
    shuffled_rank: float = 0.1
    parked: bool = False

    def encode(self, steps: NDArray[np.float32]) -> Embedding:
        self.calls += 1
        return self._embedding(steps)

    def explain(self, steps: NDArray[np.float32]) -> tuple[Embedding, Explanation]:
        self.explained += 1
        embedding = self._embedding(steps)
        moved = np.nan_to_num(steps).reshape(-1, 18).sum(axis=1)
        explanation = Explanation(
            patch_minutes=18,
            attention=(1 / len(moved),) * len(moved),
            attribution=tuple(moved.tolist()),
            departure=float(moved.sum()),
            completeness_error=0.001,
            points=16,
            shuffled_rank=self.shuffled_rank,
            shuffled_attention_rank=0.1,
            input_rank=1.0,
        )
        return embedding, explanation

    def _embedding(self, steps: NDArray[np.float32]) -> Embedding:
        if self.parked:
            raise ParkedError("expected a deployed model, found none")
        if self.failures:
            self.failures -= 1
            raise UnavailableError("the endpoint answered 503")
        vector = tuple(float(np.nanmean(steps)) + i for i in range(96))
        return Embedding(vector, self.model_id, "0" * 64, "scaler-test")
