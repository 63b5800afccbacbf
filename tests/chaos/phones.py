"""The phones: real clients that write what they must, however often the cloud dies under them."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import AlreadyExists, GoogleAPICallError, RetryError
from google.api_core.retry import Retry, if_exception_type
from google.cloud.firestore_v1.base_query import FieldFilter
from google.events.cloud.firestore import DocumentEventData

from infra.local.topology import ANALYSED, DOCUMENTS, INGESTED, LOCATION, PROJECT, topic
from tests.chaos.people import Feedback, Json, last_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from google.cloud.firestore import Client
    from google.cloud.pubsub_v1 import PublisherClient

    from tests.chaos.people import Person, Request, Upload

# When, in seconds from the beginning, and what.
Todo = tuple[float, "Callable[[], None]"]
HANDS, EARS = 16, 48
_PAUSE_S, _PATIENCE_S = 0.3, 120.0
_CALL_S, _LOOK_S = 5.0, 2.0
# The client's own waits grow to a minute.
_AGAIN = Retry(if_exception_type(GoogleAPICallError), initial=0.2, maximum=1.0, timeout=_PATIENCE_S)
_ANSWERED = ("ingested", "rejected")
EVENTS = topic(f"eventarc-{LOCATION}-uploads")


@dataclass(frozen=True, slots=True)
class Poison:
    """A message that no function can use, who must refuse it and why.

    A letter about an event of Firestore has no data, but names its document: the `subject`.
    """

    topic: str
    data: bytes
    attributes: dict[str, str]
    step: str
    code: str
    subject: str = ""


def poison(people: Sequence[Person]) -> Iterator[Poison]:
    """Messages between the good ones."""
    for name in (each.name for each in people[::20]):
        for where, step in (
            (INGESTED, "preprocess"),
            (ANALYSED, "insights"),
            (DOCUMENTS, "ingest"),
        ):
            mark = f"{name} {step}".encode()
            yield Poison(where, b"\xff\x00 of " + mark, {}, step, "malformed_event")
            yield Poison(where, b'{"of": "' + mark + b'"}', {}, step, "malformed_event")
            deep = b"[" * 400 + b'"' + mark + b'"' + b"]" * 400
            yield Poison(where, deep, {}, step, "malformed_event")
            huge = b'{"of": "' + mark + b" " * 200_000 + b'"}'
            yield Poison(where, huge, {}, step, "malformed_event")
        for where, step in ((INGESTED, "preprocess"), (ANALYSED, "insights")):
            ghost = (
                f'{{"schema_version":1,"user_id":"{name}","upload_id":"{name}-ghost-{step}",'
                '"priority":"low"}'
            )
            yield Poison(where, ghost.encode(), {}, step, "unknown_reference")
        yield _foreign(f"users/{name}/diary/{name}-d1")


def _foreign(path: str) -> Poison:
    """An event of a collection that ingest knows nothing of, by a trigger too wide."""
    database = f"projects/{PROJECT}/databases/(default)"
    event = DocumentEventData.pb()()
    event.value.name = f"{database}/documents/{path}"
    subject = f"documents/{path}"
    headers = {
        "ce-id": f"foreign {path}".replace(" ", "-"),
        "ce-type": "google.cloud.firestore.document.v1.created",
        "ce-specversion": "1.0",
        "ce-source": f"//firestore.googleapis.com/{database}",
        "ce-subject": subject,
        "ce-time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "content-type": "application/protobuf",
    }
    data = event.SerializeToString()
    return Poison(EVENTS, data, headers, "ingest", "malformed_event", subject)


@dataclass
class Phones:
    """All phones, and an operator's clumsy hand that publishes what nobody can read.

    Attributes:
        client: reaches the cloud without the chaos in between.
        publisher: likewise.
        people: whose phones.
        began: the monotonic time at which the run's clock stood at zero.
        written: counts what was acknowledged, by kind.
        lost: what was never acknowledged; the reader knows that it may be missing.
    """

    client: Client
    publisher: PublisherClient
    people: list[Person]
    began: float = 0.0
    written: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def introduce(self, people: Sequence[Person]) -> None:
        """Their settings and devices."""
        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(self._introduce, people))

    def _introduce(self, person: Person) -> None:
        user = self.client.document(f"users/{person.name}")
        user.set(person.settings)
        user.collection("devices").document("phone").set({"push_token": f"token-{person.name}"})
        # What no function is told of; it stays as it is.
        user.collection("diary").document(f"{person.name}-d1").set({"of": person.name})

    def run(self, letters: Sequence[Poison], seconds: float) -> list[Future[None]]:
        """Begin to write all of it, each at its time; the last requests are not among it."""
        self.pool, self.listeners = ThreadPoolExecutor(HANDS), ThreadPoolExecutor(EARS)
        step = seconds / max(1, len(letters))
        publish = [(at * step, self._publish(each)) for at, each in enumerate(letters)]
        return self._begin([*publish, *self._writes(self.people)])

    def join(self, more: Sequence[Person]) -> list[Future[None]]:
        """Others come, and begin to write."""
        self.people.extend(more)
        self.introduce(more)
        return self._begin(self._writes(more))

    def _writes(self, people: Sequence[Person]) -> list[Todo]:
        todo: list[Todo] = []
        for person in people:
            todo += [(each.at, self._upload(person, each)) for each in person.uploads]
            asked = (each for each in person.requests if each.id != last_request(person.name))
            todo += [(each.at, self._other(person, "insight_requests", each)) for each in asked]
            todo += [(each.at, self._other(person, "feedback", each)) for each in person.feedback]
        return todo

    def _begin(self, todo: Sequence[Todo]) -> list[Future[None]]:
        self.began = time.monotonic()
        ordered = sorted(todo, key=lambda each: each[0])
        return [self.pool.submit(self._at, moment, action) for moment, action in ordered]

    def conclude(self, people: Sequence[Person]) -> list[Future[None]]:
        """What follows once all is answered: an id used again, the last word, what is thought."""
        return [self.listeners.submit(self._conclude, person) for person in people]

    def close(self) -> None:
        """Write nothing more."""
        for pool in (self.pool, self.listeners):
            pool.shutdown(cancel_futures=True)
        self.publisher.stop()

    def unanswered(self) -> int:
        """How many uploads ingest has not answered yet, of those that were acknowledged."""
        lost = sum("/uploads/" in path for path in self.lost)
        sent = sum(len(each.uploads) for each in self.people) - lost
        with contextlib.suppress(GoogleAPICallError, RetryError):
            settled = self.client.collection_group("uploads").where(
                filter=FieldFilter("status", "in", _ANSWERED)
            )
            counted: Any = settled.count()
            return sent - int(counted.get(timeout=_CALL_S)[0][0].value)
        return sent

    def _conclude(self, person: Person) -> None:
        if person.reused:
            self._reuse(person, person.reused)
        last = next(each for each in person.requests if each.id == last_request(person.name))
        self._other(person, "insight_requests", last)()
        insight_id = self._insight(person)
        if insight_id:
            said: Json = {"insight_id": insight_id, "rating": 1 + len(person.uploads) % 5}
            given = Feedback(f"{person.name}-f0", last.at, said)
            person.feedback.append(given)
            self._other(person, "feedback", given)()

    def _insight(self, person: Person) -> str | None:
        """The insight that the last request's job names, if it names one in time."""
        path = f"users/{person.name}/jobs/request-{last_request(person.name)}"
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(GoogleAPICallError, RetryError):
                job = self.client.document(path).get(timeout=_CALL_S).to_dict() or {}
                if job.get("progress") == 1:
                    found: str | None = job.get("insight_id")
                    return found
            time.sleep(_LOOK_S)
        return None

    def _reuse(self, person: Person, upload_id: str) -> None:
        """Delete an answered upload, and write another one under its id."""
        document = self.client.document(f"users/{person.name}/uploads/{upload_id}")
        self._until(lambda: document.delete(timeout=_CALL_S), document.path)
        row = {
            "sample_type": "heartRate",
            "value": 77.777,
            "unit": "count/min",
            "start_date": "2026-01-01T00:00:00Z",
            "end_date": "2026-01-01T00:00:00Z",
            "source_revision": {"source": {"name": f"Other watch of {person.name}"}},
        }
        fields: Json = {"device_info": {"time_zone": person.zone}, "samples": [row]}
        self._until(lambda: document.create(fields, timeout=_CALL_S), document.path)

    def _upload(self, person: Person, upload: Upload) -> Callable[[], None]:
        path = f"users/{person.name}/uploads/{upload.id}"

        def write() -> None:
            for _ in range(upload.times):
                self._create(path, upload.document, "uploads")

        return write

    def _other(
        self, person: Person, collection: str, found: Request | Feedback
    ) -> Callable[[], None]:
        path = f"users/{person.name}/{collection}/{found.id}"
        return lambda: self._create(path, found.document, collection)

    def _publish(self, letter: Poison) -> Callable[[], None]:
        def publish() -> None:
            future = self.publisher.publish(
                letter.topic, letter.data, retry=_AGAIN, timeout=_CALL_S, **letter.attributes
            )
            future.result(timeout=_PATIENCE_S)
            self.written["messages"] = self.written.get("messages", 0) + 1

        return publish

    def _create(self, path: str, fields: Json, kind: str) -> None:
        document = self.client.document(path)
        self._until(lambda: document.create(fields, timeout=_CALL_S), path)
        self.written[kind] = self.written.get(kind, 0) + 1

    def _until(self, write: Callable[[], object], path: str) -> None:
        """Write until the cloud says that it has it."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                write()
            except AlreadyExists:
                return
            except (GoogleAPICallError, RetryError):
                time.sleep(_PAUSE_S)
            else:
                return
        self.lost.append(path)

    def _at(self, moment: float, action: Callable[[], None]) -> None:
        time.sleep(max(0.0, self.began + moment - time.monotonic()))
        action()
