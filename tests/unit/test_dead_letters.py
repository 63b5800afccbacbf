"""What the messages of the dead-letter topic say, and how letters about one failure add up."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarity.adapters.pubsub_letters import letter_of
from clarity.domain.errors import RefusedError, UnavailableError
from clarity.domain.job import Origin
from clarity.steps.dead_letters import (
    MAX_DATA_BYTES,
    Filter,
    Letter,
    Received,
    Tried,
    file_letters,
    merged,
)
from tests.letters import (
    AT,
    MOVED,
    UPLOAD,
    body,
    letter,
    message,
    minutes,
    moved,
    ours,
    transported,
)

REQUEST = Origin("ada", "insight_requests", "r-1")


def test_our_own_letter_says_step_code_reason_and_the_document() -> None:
    found = letter_of(message(ours(REQUEST, traceparent="00-aa-bb-01")))

    assert (found.step, found.code, found.event_id) == ("ingest", "exhausted", "e1")
    assert found.reason.startswith("given up")
    assert found.origin == REQUEST
    assert found.reference["request_id"] == "r-1"
    assert found.reference["traceparent"] == "00-aa-bb-01"
    assert (found.first_at, found.last_at, found.state) == (AT, AT, "waiting")


def test_a_message_that_pubsub_moved_tells_where_it_was_and_how_often_it_was_tried() -> None:
    found = letter_of(message(moved(), body()))

    assert (found.step, found.code, found.deliveries) == ("preprocess", "undelivered", 100)
    assert found.origin == UPLOAD
    assert found.data == body()
    assert found.first_at == AT - minutes(90)


def test_the_body_of_a_transported_event_is_not_kept_for_it_holds_the_document() -> None:
    found = letter_of(message(transported(), b"\x0a heart rate 61"))

    assert (found.step, found.code, found.event_id) == ("ingest", "undelivered", "e7")
    assert (found.data, found.data_bytes) == (None, 15)
    assert found.origin == UPLOAD
    assert found.user_id == "ada"


def test_the_documents_subscription_feeds_ingest() -> None:
    named = {"schema_version": 1, "user_id": "ada", "collection": "feedback", "document_id": "f1"}
    attributes = {f"{MOVED}Subscription": "documents"}

    found = letter_of(message(attributes, orjson.dumps(named)))

    assert found.step == "ingest"
    assert found.origin == Origin("ada", "feedback", "f1")


def test_another_message_is_kept_as_it_came() -> None:
    found = letter_of(message({}, b"\xff\x00", message_id="m9"))

    assert (found.step, found.code) == ("unknown", "unreadable")
    assert (found.data, found.origin, found.user_id) == (b"\xff\x00", None, "")
    assert found.event_id == "m9"


def test_too_long_a_message_is_left_out_with_its_length() -> None:
    found = letter_of(message(moved(), b"x" * (MAX_DATA_BYTES + 1)))

    assert (found.data, found.data_bytes) == (None, MAX_DATA_BYTES + 1)


@pytest.mark.parametrize(
    "attributes",
    [
        {"processing_id": "upload-", "user_id": "ada", "subject": ""},
        {"processing_id": "upload-a/b", "user_id": "ada", "subject": "documents/users/ada"},
        {"processing_id": "upload-..", "user_id": "ada", "subject": ""},
        {"processing_id": "upload-u1", "user_id": "__ada__", "subject": ""},
        {"processing_id": "nothing", "user_id": "ada", "subject": "documents/users/ada/days/d/c/u"},
    ],
)
def test_what_can_be_no_document_names_none(attributes) -> None:
    found = letter_of(message({**ours(), **attributes}))

    assert found.origin is None


@pytest.mark.parametrize(
    "origin", [Origin("ü" * 751, "uploads", "u1"), Origin("a", "uploads", "x" * 1494)]
)
def test_ids_and_job_ids_that_no_store_takes_name_no_document(origin) -> None:
    found = letter_of(message({}, body(origin)))

    assert found.origin is None
    assert found.user_id in ("", "a")


def test_ids_as_long_as_a_store_takes_them_name_their_document() -> None:
    origin = Origin("ü" * 750, "uploads", "x" * 1493)

    assert letter_of(message({}, body(origin))).origin == origin


def test_a_letter_says_how_long_the_message_was_that_it_left_out() -> None:
    found = letter_of(message(ours(data_bytes="5000000")))

    assert (found.data_bytes, found.data) == (5_000_000, b"")


def test_numbers_and_times_that_no_store_takes_are_none() -> None:
    times = {f"{MOVED}TopicPublishTime": "0001-01-01T00:00:00+14:00"}

    found = letter_of(message({**moved(), **times, f"{MOVED}DeliveryCount": "9" * 30}))

    assert (found.deliveries, found.first_at) == (0, AT)


def test_whose_letter_it_is_is_known_even_where_the_document_is_none_of_ours() -> None:
    attributes = ours(subject="documents/users/ben/diaries/d1")
    for name in ("user_id", "processing_id"):
        del attributes[name]

    found = letter_of(message(attributes))

    assert (found.origin, found.user_id) == (None, "ben")
    told = letter_of(
        message({"step": "preprocess", "code": "c", "event_id": "e"}, b'{"user_id":"ben"}')
    )
    assert (told.origin, told.user_id) == (None, "ben")


@given(
    attributes=st.dictionaries(
        st.sampled_from(
            [
                *("step", "code", "event_id", "user_id", "processing_id", "upload_id", "subject"),
                *("ce-type", "ce-document", f"{MOVED}TopicPublishTime", f"{MOVED}DeliveryCount"),
            ]
        ),
        st.text(max_size=20),
    ),
    data=st.binary(max_size=30) | st.just(b'{"user_id": 1}') | st.just(b"[]"),
)
def test_any_message_is_a_letter(attributes, data) -> None:
    found = letter_of(message(attributes, data))

    assert len(found.id) == 32
    assert found.state == "waiting"


def test_one_failure_of_one_event_has_one_id_whatever_the_event_s_is() -> None:
    first = letter()

    assert first.id == replace(first, event_id="another").id
    assert len({first.id, letter(step="insights").id, letter(code="refused").id}) == 3
    assert letter(Origin("ben", "uploads", "u1")).id != first.id


def test_a_message_that_names_no_document_is_the_same_letter_when_it_is_replayed() -> None:
    attributes = {"step": "preprocess", "code": "malformed_event", "event_id": "m1"}
    first = letter_of(message(attributes, b"bad", message_id="l1"))
    replayed = letter_of(message({**attributes, "event_id": "m2"}, b"bad", message_id="l2"))

    assert replayed.id == first.id
    assert letter_of(message(attributes, b"worse")).id != first.id
    assert (
        letter_of(message(attributes)).id != letter_of(message({**attributes, "event_id": "m2"})).id
    )


def test_each_letter_counts_as_a_try_where_the_claim_knows_only_of_the_last() -> None:
    kept = merged(None, letter(), Tried(1, AT))
    again = merged(kept, letter(message_id="m2"), Tried(1, AT))

    assert again is not None
    assert again.attempts == 2


def test_the_claim_tells_how_often_it_was_tried_and_since_when() -> None:
    found = merged(None, letter(), Tried(7, AT - minutes(30)))

    assert found is not None
    assert (found.attempts, found.first_at) == (7, AT - minutes(30))


def test_a_message_that_comes_twice_is_no_second_letter() -> None:
    assert merged(letter(), letter(), None) is None


def again(after: Letter, *, minute: float) -> Letter:
    found = merged(after, letter(at=AT + minutes(minute), message_id=f"m{minute}"), None)
    assert found is not None
    return found


def test_a_later_letter_waits_again_after_a_replay_and_after_a_drop() -> None:
    replayed = replace(letter(), state="replayed", replays=1, replayed_at=AT + minutes(2), by="eve")
    dropped = replace(letter(), state="dropped", dropped_at=AT + minutes(2))

    assert again(replayed, minute=3).state == "waiting"
    assert again(dropped, minute=3).state == "waiting"
    assert again(replayed, minute=3).replays == 1


def test_a_letter_from_before_a_replay_is_counted_and_does_not_wait() -> None:
    replayed = replace(letter(), state="replayed", replayed_at=AT + minutes(2))

    found = again(replayed, minute=1)

    assert (found.state, found.letters) == ("replayed", 2)


def test_a_letter_that_comes_while_it_is_replayed_ends_the_replay_as_failed() -> None:
    begun = replace(letter(), attempt="t1", replayed_at=AT + minutes(2))

    assert again(begun, minute=3).attempt == ""
    assert again(begun, minute=1).attempt == "t1"


@given(order=st.lists(st.integers(0, 8), min_size=1, max_size=15))
def test_letters_add_up_the_same_in_any_order_and_however_often_they_come(order) -> None:
    kept: Letter | None = None
    for minute in order:
        new = letter(at=AT + minutes(minute), message_id=f"m{minute}")
        kept = merged(kept, new, Tried(minute + 1, AT)) or kept

    assert kept is not None
    assert kept.letters == len(set(order))
    assert kept.attempts == max(order) + 1
    assert kept.first_at == AT
    assert kept.last_at == AT + minutes(max(order))


def test_a_filter_admits_by_step_code_person_time_and_state() -> None:
    one = letter(at=AT)

    assert Filter().admits(one)
    assert Filter(steps=("ingest", "preprocess"), codes=("exhausted",), user_id="ada").admits(one)
    assert Filter(since=AT, before=AT + minutes(1)).admits(one)
    assert Filter(state=None).admits(replace(one, state="dropped"))
    for other in (
        Filter(steps=("insights",)),
        Filter(codes=("refused",)),
        Filter(user_id="ben"),
        Filter(since=AT + minutes(1)),
        Filter(before=AT),
        Filter(state="replayed"),
    ):
        assert not other.admits(one)


class Box:
    """A subscription and a store of one letter each file; what it is told fails."""

    def __init__(self, letters: int, failing: dict[str, Exception]) -> None:
        self.unread = [
            Received(f"ack{n}", letter(message_id=f"m{n}", at=AT + minutes(n)))
            for n in range(letters)
        ]
        self.failing = failing
        self.kept: list[str] = []
        self.gone: list[str] = []

    def pull(self, most: int) -> list[Received]:
        found, self.unread = self.unread[:most], self.unread[most:]
        return found

    def acknowledge(self, received) -> None:
        self.gone += [each.ack_id for each in received]

    def file(self, one: Letter) -> bool:
        if error := self.failing.get(one.messages[0]):
            raise error
        self.kept.append(one.messages[0])
        return one.messages[0] != "m1"


def filed(box: Box, most: int = 1000, seconds: float = 60):
    times = iter(AT + minutes(n) for n in range(1000))
    return file_letters(
        box, box, clock=lambda: next(times), within=minutes(seconds / 60), most=most
    )


def test_letters_are_acknowledged_once_they_are_kept_and_the_erased_too() -> None:
    box = Box(3, {})

    filing = filed(box, seconds=600)

    assert (filing.filed, filing.forgotten, filing.left) == (2, 1, 0)
    assert box.gone == ["ack0", "ack1", "ack2"]


@pytest.mark.parametrize("error", [RefusedError("too large"), ValueError("no path")])
def test_a_letter_that_cannot_be_kept_stays_and_the_others_are_filed(error) -> None:
    box = Box(4, {"m2": error})

    filing = filed(box, seconds=600)

    assert (filing.filed, filing.left) == (2, 1)
    assert box.gone == ["ack0", "ack1", "ack3"]


def test_what_was_kept_before_the_store_is_away_is_acknowledged() -> None:
    box = Box(4, {"m2": UnavailableError("away")})

    with pytest.raises(UnavailableError):
        filed(box, seconds=600)

    assert box.gone == ["ack0", "ack1"]


def test_filing_ends_with_its_time_and_with_its_number() -> None:
    assert filed(Box(500, {}), seconds=180).pulled == 200
    assert filed(Box(500, {}), most=130, seconds=6000).pulled == 130
