"""What must hold in the end, whatever happened: each broken one with the document that breaks it.

The expectation comes from the phones alone. What is stored is decoded here, by the storage format,
and not by the code that wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.chaos.people import Fact, last_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.chaos.people import Person, Upload
    from tests.chaos.phones import Poison
    from tests.chaos.reader import Found, Json

# The storage format of a chunk: index of the kind, and the columns' types.
KINDS = {0: "stepCount", 1: "heartRate", 6: "activeEnergyBurned", 10: "sleepAnalysis"}
COLUMNS = {
    "kind": "<i1",
    "start": "<f8",
    "end": "<f8",
    "value": "<f8",
    "offset": "<i4",
    "source": "<i2",
    "identity": "<u8",
}
# Days with enough wear that an analysis needs.
ENOUGH = 4
TOO_FAST = ("rejected", "rate_limited")
# A bucket fills by one a minute, and no run takes longer than these.
REFILLED = 20
FINAL = frozenset({"completed", "insufficient_data", "failed", "requires_review"})
COLLECTIONS = frozenset(
    [
        "analyses",
        "audit",
        "audit_heads",
        "budgets",
        "chunks",
        "claims",
        "days",
        "dead_letters",
        "devices",
        "diary",
        "drift",
        "explanations",
        "feedback",
        "health",
        "histories",
        "insight_requests",
        "insights",
        "jobs",
        "ledger",
        "ledger_heads",
        "limits",
        "monitor",
        "queues",
        "rejections",
        "reviews",
        "shards",
        "sweeps",
        "uploads",
        "users",
    ]
)
# What a message may carry: references.
REFERENCES = frozenset(
    [
        "schema_version",
        "processing_id",
        "user_id",
        "priority",
        "upload_id",
        "request_id",
        "feedback_id",
        "analysis_id",
        "history_id",
        "collection",
        "document_id",
        "deferred",
        "traceparent",
    ]
)
LETTER = REFERENCES | frozenset(
    ["step", "code", "reason", "event_id", "type", "source", "subject", "attempts"]
)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where something does not hold.

    Attributes:
        where: the document, message or letter.
        what: expected and found.
    """

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored sample."""

    fact: Fact
    identity: int
    day: date
    person: str
    upload: str


@dataclass(frozen=True)
class End:
    """What was sent and what was found.

    Attributes:
        people: what the phones sent.
        poison: messages that no function can use.
        found: the end state.
        person_calls: paid calls that a person may cause in a day.
        project_calls: likewise, all together.
        burst: how many uploads a person may send at once.
    """

    people: Sequence[Person]
    poison: Sequence[Poison]
    found: Found
    person_calls: int
    project_calls: int
    burst: int

    @cached_property
    def samples(self) -> dict[str, list[Stored]]:
        """The stored samples of each person."""
        samples: dict[str, list[Stored]] = defaultdict(list)
        for _, name, upload, fields in self.chunks:
            day = date.fromisoformat(str(fields["_day"]))
            samples[name] += decoded(fields, name, upload, day)
        return samples

    @cached_property
    def chunks(self) -> list[tuple[str, str, str, Json]]:
        """Path, person, upload and fields of each chunk."""
        form = r"users/([^/]+)/days/([^/]+)/chunks/([^/]+)"
        return [
            (match[0], match[1], match[3], {**fields, "_day": match[2]})
            for match, fields in self.found.below(form)
        ]

    @cached_property
    def deleted(self) -> dict[str, set[int]]:
        """The identities that each person deleted."""
        deleted: dict[str, set[int]] = defaultdict(set)
        for _, name, _, fields in self.chunks:
            deleted[name] |= set(np.frombuffer(fields["deleted"], "<u8").tolist())
        return deleted

    def of(self, name: str, collection: str) -> dict[str, Json]:
        """A person's documents of one collection."""
        return {
            m[1]: fields for m, fields in self.found.below(rf"users/{name}/{collection}/([^/]+)")
        }

    def refused(self, person: Person) -> set[str]:
        """The uploads that came too fast."""
        answers = self.tables[person.name, "uploads"]
        return {each for each in answers if refusal(answers[each]) == TOO_FAST}

    def sent(self, person: Person) -> list[Upload]:
        """The uploads that were not refused for coming too fast, which only a flood may be."""
        refused = self.refused(person) if person.flood else set()
        return [each for each in person.uploads if each.id not in refused]

    def held(self, person: Person) -> set[Fact]:
        """The samples that must be in effect in the end."""
        sent = self.sent(person)
        gone = {row.fact for upload in sent for row in upload.deleted}
        return {row.fact for upload in sent for row in upload.rows} - gone

    @cached_property
    def tables(self) -> dict[tuple[str, str], dict[str, Json]]:
        """All persons' documents directly below them, by person and collection."""
        tables: dict[tuple[str, str], dict[str, Json]] = defaultdict(dict)
        for match, fields in self.found.below(r"users/([^/]+)/([^/]+)/([^/]+)"):
            tables[match[1], match[2]][match[3]] = fields
        return tables


def decoded(fields: Mapping[str, Any], name: str, upload: str, day: date) -> Iterator[Stored]:
    """A chunk's samples."""
    column = {each: np.frombuffer(fields[each], kind).tolist() for each, kind in COLUMNS.items()}
    devices = [each["name"] for each in fields["sources"]]
    for at in range(int(fields["count"])):
        fact = Fact(
            KINDS.get(column["kind"][at], "unknown"),
            round(column["start"][at] * 1000),
            round(column["end"][at] * 1000),
            round(column["value"][at], 6),
            devices[column["source"][at]],
        )
        yield Stored(fact, column["identity"][at], day, name, upload)


def lost(end: End) -> Iterator[Broken]:
    """Every accepted sample is in effect, on its day; every deletion too."""
    for person in end.people:
        gone = end.deleted[person.name]
        held = {each.fact for each in end.samples[person.name] if each.identity not in gone}
        for fact in sorted(end.held(person) - held):
            yield Broken(f"users/{person.name}", f"lost {fact}")
        for fact in sorted(held - end.held(person)):
            yield Broken(f"users/{person.name}", f"nobody sent, or somebody deleted, {fact}")
        days = {row.fact: row.day for upload in person.uploads for row in upload.rows}
        for each in end.samples[person.name]:
            if days.get(each.fact, each.day) != each.day:
                yield Broken(f"users/{person.name}/days/{each.day}", f"the day of {each.fact}")


def twice(end: End) -> Iterator[Broken]:
    """A sample has one identity, and an identity one sample; an upload holds each once."""
    for name, samples in end.samples.items():
        pairs = {(each.fact, each.identity) for each in samples}
        for fact, count in Counter(fact for fact, _ in pairs).items():
            if count > 1:
                yield Broken(f"users/{name}", f"{count} identities of {fact}")
        for identity, count in Counter(identity for _, identity in pairs).items():
            if count > 1:
                yield Broken(f"users/{name}", f"{count} samples are {identity}")
        times = Counter((each.upload, each.fact) for each in samples)
        for (upload, fact), count in times.items():
            if count > 1:
                yield Broken(f"users/{name}/uploads/{upload}", f"{count} times {fact}")


def measured(end: End) -> Iterator[Broken]:
    """The last analysis has the steps of all that was sent: each once, none missing."""
    for person in end.people:
        path = f"users/{person.name}/jobs/request-{last_request(person.name)}"
        job = end.tables[person.name, "jobs"].get(f"request-{last_request(person.name)}")
        if job is None or job["status"] != "completed":
            if job is None or job["status"] != "insufficient_data" or len(_days(person)) >= ENOUGH:
                yield Broken(path, f"expected completed, found {job and job['status']}")
            continue
        analysis = end.tables[person.name, "analyses"].get(str(job.get("analysis_id")))
        if analysis is None:
            yield Broken(path, f"no analysis {job.get('analysis_id')}")
            continue
        [found] = [each for each in analysis["metrics"] if each["name"] == "daily_steps"]
        steps = sum(fact.value for fact in end.held(person) if fact.kind == "stepCount")
        expected = steps / max(1, len(_days(person)))
        if found["value"] is None or abs(found["value"] - expected) > 1e-6 * max(1.0, expected):
            yield Broken(path, f"expected {expected} steps a day, found {found['value']}")


def _days(person: Person) -> set[date]:
    return {row.day for upload in person.uploads for row in upload.rows}


def answers(end: End) -> Iterator[Broken]:
    """Each upload is answered as it must be, and its answer says what was stored."""
    stored: Counter[tuple[str, str]] = Counter()
    for _, name, upload_id, fields in end.chunks:
        stored[name, upload_id] += fields["count"] + len(fields["deleted"]) // 8
    for person in end.people:
        documents = end.tables[person.name, "uploads"]
        if person.flood and not end.burst <= len(end.sent(person)) <= end.burst + REFILLED:
            taken = f"expected {end.burst} taken at once, found {len(end.sent(person))}"
            yield Broken(f"users/{person.name}/uploads", taken)
        for upload in end.sent(person):
            answer = documents.get(upload.id, {})
            code = "reused_id" if upload.id == person.reused else upload.code
            expected: tuple[object, ...] = ("rejected", code)
            found: tuple[object, ...] = refusal(answer)
            if not code:
                expected, found = _acceptance(upload, answer, stored[person.name, upload.id])
            if found != expected:
                where = f"users/{person.name}/uploads/{upload.id}"
                yield Broken(where, f"expected {expected}, found {found}")


def refusal(answer: Mapping[str, Any]) -> tuple[object, object]:
    """Status and code of an answer."""
    return answer.get("status"), (answer.get("reason") or {}).get("code")


def _acceptance(
    upload: Upload, answer: Mapping[str, Any], stored: int
) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What the answer to a good upload must say, and what it says."""
    names = ("status", "accepted", "stored", "rejected_count")
    expected = ("ingested", len(upload.rows), stored, len(upload.bad))
    codes = {each["index"]: each["code"] for each in answer.get("rejected") or []}
    found = tuple(answer.get(name) for name in names)
    has_job = answer.get("processing_id") is not None
    return (*expected, upload.bad, stored > 0), (*found, codes, has_job)


def replies(end: End) -> Iterator[Broken]:
    """Each request and each feedback is answered as it must be."""
    for person in end.people:
        for collection, good, sent in (
            ("insight_requests", "queued", person.requests),
            ("feedback", "received", person.feedback),
        ):
            documents = end.tables[person.name, collection]
            for each in sent:
                where = f"users/{person.name}/{collection}/{each.id}"
                found = refusal(documents.get(each.id, {}))
                expected = ("rejected", each.code) if each.code else (good, None)
                if found != expected:
                    yield Broken(where, f"expected {expected}, found {found}")
        for each in person.feedback:
            insight = end.tables[person.name, "insights"].get(str(each.document["insight_id"]))
            if not each.code and (insight or {}).get("rating") != each.document["rating"]:
                yield Broken(f"users/{person.name}/feedback/{each.id}", "the rating is not noted")


def stuck(end: End) -> Iterator[Broken]:
    """Every job is final and readable; nothing waits."""
    for (name, collection), documents in end.tables.items():
        for job_id, job in documents.items() if collection == "jobs" else ():
            if what := _unfinished(job):
                yield Broken(f"users/{name}/jobs/{job_id}", what)
    for name, count in end.found.waiting.items():
        if count:
            yield Broken(name, f"{count} messages wait")


def _unfinished(job: Mapping[str, Any]) -> str:
    """What is wrong with the end of a job."""
    statuses = [each["status"] for each in job["history"]]
    if job["status"] not in FINAL or job["progress"] != 1 or not job["message"]:
        return f"not final: {job['status']}, {job['message']!r}"
    if job["status"] == "failed" and not (job.get("reason") or {}).get("message"):
        return "failed without a reason"
    return "" if len(set(statuses)) == len(statuses) else f"a status twice: {statuses}"


def failures(end: End) -> Iterator[Broken]:
    """No job failed but those of poison."""
    poison = {
        (person.name, job)
        for person in end.people
        for job in (
            *(f"upload-{each.id}" for each in person.uploads if each.code),
            *(f"request-{each.id}" for each in person.requests if each.code),
        )
    }
    for (name, collection), documents in end.tables.items():
        for job_id, job in documents.items() if collection == "jobs" else ():
            failed = job["status"] == "failed"
            if failed != ((name, job_id) in poison):
                reason = job.get("reason")
                yield Broken(f"users/{name}/jobs/{job_id}", f"{job['status']}: {reason}")


def insights(end: End) -> Iterator[Broken]:
    """The same facts are told once.

    What stood in for the model may be followed by the model's; what a person said changes the next.
    """
    said = {person.name: sum(not each.code for each in person.feedback) for person in end.people}
    for (name, collection), documents in end.tables.items():
        if collection != "insights":
            continue
        told: Counter[tuple[str, bool]] = Counter()
        for each in documents.values():
            told[_told(each), bool(each["provisional"])] += 1
        for (what, provisional), count in told.items():
            if count > 1 + said[name]:
                yield Broken(f"users/{name}/insights", f"{count} of {what}, {provisional=}")
        for insight_id, each in documents.items():
            if each["processing_id"] not in end.tables[name, "jobs"] or not each["narrative"]:
                yield Broken(f"users/{name}/insights/{insight_id}", "no job, or no words")


def _told(insight: Mapping[str, Any]) -> str:
    names = ("facts", "insight_type", "data_timeframe", "language", "reading_level", "date_range")
    text = json.dumps([insight[each] for each in names], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
