"""Events in, errors out: what a door makes of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cloudevents.http import CloudEvent, from_http
from google.events.cloud.firestore import DocumentEventData

from clarity.adapters.cloudevent import (
    Consumer,
    Ticked,
    deliver,
    document_created,
    document_of,
    job_message,
    tick,
)
from clarity.domain.errors import (
    ExhaustedError,
    ForgottenError,
    InProgressError,
    MalformedEventError,
    PermanentError,
    RefusedError,
    UnavailableError,
)
from clarity.domain.events import Document, DocumentNamed, JobMessage
from clarity.domain.intake.samples import parse_upload
from clarity.domain.job import Origin, parse_request
from tests import events
from tests.memory import MemoryTopics

if TYPE_CHECKING:
    from clarity.steps.ports import Outgoing

MESSAGE = JobMessage(Origin("ada", "uploads", "u1"), "normal", "a1")


def parsed(request: events.Request) -> CloudEvent:
    return from_http(*request)


@dataclass
class Door:
    """A consumer whose step fails as it is told."""

    error: Exception | None = None
    unrecorded: Exception | None = None
    topics: MemoryTopics = field(default_factory=MemoryTopics)
    handled: list[Any] = field(default_factory=list)
    rejected: list[Any] = field(default_factory=list)

    def handle(self, decoded: JobMessage) -> None:
        self.handled.append(decoded)
        if self.error:
            raise self.error

    def reject(self, decoded: JobMessage, error: Exception, letter: Outgoing) -> None:
        if self.unrecorded:
            raise self.unrecorded
        self.rejected.append((decoded, error, letter))

    def deliver(self, request: events.Request) -> None:
        consumer = Consumer(
            "test", job_message, self.handle, self.reject, self.topics, timedelta(minutes=5)
        )
        deliver(parsed(request), consumer)


def test_a_good_event_is_handled_and_acknowledged() -> None:
    door = Door()

    door.deliver(events.published(MESSAGE.body()))

    assert door.handled == [MESSAGE]
    assert not door.topics.dead_letters


def test_a_permanent_error_is_acknowledged_dead_lettered_and_recorded() -> None:
    error = RefusedError("never")
    door = Door(error)

    door.deliver(events.published(MESSAGE.body(), message_id="m7"))

    ((decoded, said, letter),) = door.rejected
    assert (decoded, said) == (MESSAGE, error)
    told = ("step", "code", "reason", "event_id", "user_id")
    assert [letter.attributes[name] for name in told] == ["test", "refused", "never", "m7", "ada"]
    assert json.loads(letter.data) == MESSAGE.body()
    assert not door.topics.dead_letters  # the step sends it, with what it writes


@pytest.mark.parametrize("wrote", ["Ada says", ["Ada says"], {"Ada says": 1}])
def test_a_letter_tells_the_kind_of_what_a_person_wrote_and_the_person_reads_the_words(
    wrote,
) -> None:
    for parse, document in (
        (parse_request, {"data_timeframe": wrote, "insight_type": wrote, "explanation": wrote}),
        (lambda found: parse_upload(found, received_at=datetime.now(UTC)), {"time_zone": wrote}),
        (DocumentNamed.parse, {"schema_version": wrote}),
        (DocumentNamed.parse, {"schema_version": 1, "user_id": [wrote]}),
        (lambda found: Origin.of("ada", str(found["wrote"]), "u1"), {"wrote": wrote}),
    ):
        with pytest.raises(PermanentError) as caught:
            parse(document)
        door = Door(caught.value)

        door.deliver(events.published(MESSAGE.body()))

        ((_, error, letter),) = door.rejected
        assert "Ada says" in str(error)
        assert "Ada says" not in letter.attributes["reason"]
        assert "expected" in letter.attributes["reason"]


def refuse(_: object) -> None:
    raise RefusedError("never")


def test_the_letter_about_a_document_carries_its_name_where_no_length_cuts_it() -> None:
    origin = Origin("ada", "uploads", "x" * 1200)
    letters: list[Outgoing] = []
    consumer: Consumer[Document] = Consumer(
        "ingest",
        document_of,
        refuse,
        lambda _, __, letter: letters.append(letter),
        MemoryTopics(),
        timedelta(minutes=5),
    )

    deliver(parsed(events.created(origin.path, {"value": 61.375})), consumer)

    (letter,) = letters
    assert json.loads(letter.data) == DocumentNamed(origin).body()


def test_the_letter_goes_out_even_where_nothing_can_be_recorded() -> None:
    door = Door(RefusedError("never"), unrecorded=RefusedError("no room"))

    door.deliver(events.published(MESSAGE.body()))

    assert [letter.attributes["code"] for letter in door.topics.dead_letters] == ["refused"]


def test_an_event_that_another_worker_has_at_hand_is_not_given_up() -> None:
    door = Door(RefusedError("never"), unrecorded=InProgressError("running elsewhere"))

    with pytest.raises(InProgressError):
        door.deliver(events.published(MESSAGE.body()))

    assert not door.topics.dead_letters


@pytest.mark.parametrize("error", [UnavailableError("later"), KeyError("a defect")])
def test_any_other_error_is_delivered_again(error: Exception) -> None:
    door = Door(error)

    with pytest.raises(type(error)):
        door.deliver(events.published(MESSAGE.body()))

    assert not door.topics.dead_letters
    assert not door.rejected


def test_what_is_about_an_erased_person_is_acknowledged_and_leaves_a_line_alone(caplog) -> None:
    door = Door(ForgottenError("the person was erased"))

    with caplog.at_level("INFO"):
        door.deliver(events.published(MESSAGE.body()))

    assert not door.topics.dead_letters
    assert not door.rejected
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("INFO", "dropped")
    assert record.fields == {"code": "forgotten"}


@pytest.mark.parametrize(
    ("error", "told"), [(UnavailableError("later"), "later"), (KeyError("a defect"), "KeyError")]
)
def test_an_event_that_is_too_old_is_given_up_with_its_last_error(error, told) -> None:
    door = Door(error)
    headers, body = events.published(MESSAGE.body())
    old = (datetime.now(UTC) - timedelta(hours=1)).isoformat()

    door.deliver((headers | {"ce-time": old}, body))

    ((_, given_up, letter),) = door.rejected
    assert letter.attributes["code"] == "exhausted"
    assert isinstance(given_up, ExhaustedError)
    assert str(given_up) == f"given up after 300 s, the last time: {told}"


def test_an_event_without_a_time_is_never_too_old() -> None:
    door = Door(UnavailableError("later"))
    headers, body = events.published(MESSAGE.body())

    with pytest.raises(UnavailableError):
        door.deliver((headers | {"ce-time": "no time"}, body))


def test_a_message_that_cannot_be_read_is_kept_as_it_came() -> None:
    door = Door()
    headers, _ = events.published({})

    door.deliver((headers, b'{"no": "envelope"}'))

    (letter,) = door.topics.dead_letters
    assert letter.attributes["code"] == "malformed_event"
    assert b"no" in letter.data
    assert not door.rejected


def test_every_kind_of_firestore_value_becomes_plain_python() -> None:
    now = datetime(2026, 6, 14, tzinfo=UTC)
    plain = {
        "null": None,
        "truth": True,
        "number": 7,
        "double": 0.5,
        "text": "ä",
        "bytes": b"\xff",
        "time": now,
        "list": [1, [2.5], {"a": None}],
        "map": {"b": {"c": "d"}},
        "empty": {},
    }

    decoded = document_created(parsed(events.created("users/ada/uploads/u1", plain)))

    assert decoded.fields == plain
    assert decoded.origin == Origin("ada", "uploads", "u1")


def test_places_and_references_become_plain_python_too() -> None:
    data = DocumentEventData.pb()()
    data.ParseFromString(events.document_event_data("users/ada/uploads/u1", {}))
    data.value.fields["place"].geo_point_value.latitude = 1.5
    data.value.fields["other"].reference_value = "projects/p/databases/d/documents/a/b"
    headers, _ = events.created("users/ada/uploads/u1", {})

    decoded = document_created(parsed((headers, data.SerializeToString())))

    assert decoded.fields["place"] == {"latitude": 1.5, "longitude": 0.0}
    assert decoded.fields["other"] == "projects/p/databases/d/documents/a/b"


def test_a_document_event_without_a_time_is_malformed() -> None:
    headers, body = events.created("users/ada/uploads/u1", {})

    with pytest.raises(MalformedEventError, match="RFC 3339"):
        document_created(parsed((headers | {"ce-time": "no time"}, body)))


@dataclass
class Clockwork:
    """A step that a clock drives, failing as it is told."""

    error: Exception | None = None
    calls: int = 0

    def step(self) -> None:
        self.calls += 1
        if self.error:
            raise self.error

    def tick(self, age: timedelta = timedelta()) -> None:
        headers, body = events.published(b"tick")
        headers["ce-time"] = (datetime.now(UTC) - age).isoformat()
        tick(parsed((headers, body)), Ticked("test", self.step, timedelta(minutes=4)))


@pytest.mark.parametrize(
    ("error", "level", "said"),
    [
        (None, "INFO", "done"),
        (UnavailableError("no quota"), "WARNING", "not now"),
        (RefusedError("not allowed"), "ERROR", "failed"),
    ],
)
def test_a_tick_is_acknowledged_and_says_what_became_of_it(error, level, said, caplog) -> None:
    clockwork = Clockwork(error)

    with caplog.at_level("INFO"):
        clockwork.tick()

    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (level, said)
    if error:
        assert record.fields == {"code": error.code, "reason": str(error)}
    assert clockwork.calls == 1


def test_a_tick_that_fails_in_a_way_that_nobody_expected_is_delivered_again() -> None:
    with pytest.raises(ZeroDivisionError):
        Clockwork(ZeroDivisionError()).tick()


def test_an_old_tick_is_left_to_those_after_it() -> None:
    clockwork = Clockwork(ZeroDivisionError())

    clockwork.tick(timedelta(minutes=4))
    assert clockwork.calls == 0

    clockwork.error = None
    clockwork.tick(timedelta(minutes=3, seconds=50))
    assert clockwork.calls == 1
