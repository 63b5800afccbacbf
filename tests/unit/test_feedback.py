"""What a person says of an insight: read, kept, noted on the insight, answered in a crisis."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from clarity.domain.errors import MalformedEventError, PermanentError, UnknownReferenceError
from clarity.domain.feedback import Feedback, parse_feedback
from clarity.sources.generated import people
from clarity.steps.feedback import said
from tests.chain import LETTER, REQUESTS, Chain


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


@pytest.fixture
def told(worker) -> tuple[Chain, str]:
    chain = Chain()
    chain.send(worker)
    origin = chain.request()
    chain.run()
    return chain, chain.job(origin)["insight_id"]


def give(chain, feedback_id="f1", **fields):
    event = chain.create("feedback", feedback_id, fields)
    chain.ingest(event)
    return chain.records.uploads[event.origin.path]


def insight(chain, insight_id):
    return chain.records.insights["ada", insight_id]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"rating": 4}, Feedback("i1", 4, "")),
        ({"rating": 5.0, "words": None}, Feedback("i1", 5, "")),
        ({"words": " Too long. "}, Feedback("i1", None, "Too long.")),
        ({"read": True}, Feedback("i1", None, "")),
        ({"rating": 1, "read": False}, Feedback("i1", 1, "")),
    ],
)
def test_feedback_is_a_rating_or_words_or_a_receipt(document, expected):
    assert parse_feedback({"insight_id": "i1"} | document) == expected


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({}, "insight_id: expected the id of an insight, found NoneType"),
        ({"insight_id": "a/b", "rating": 3}, "insight_id"),
        ({"insight_id": "i1", "rating": 0}, "rating: expected a whole number from 1 to 5, found 0"),
        ({"insight_id": "i1", "rating": 4.5}, "rating"),
        ({"insight_id": "i1", "rating": True}, "rating"),
        ({"insight_id": "i1", "rating": "5"}, "rating: .*found str"),
        ({"insight_id": "i1", "words": "x" * 501}, "words: .*found 501 characters"),
        ({"insight_id": "i1", "words": ["no"]}, "words: .*found list"),
        ({"insight_id": "i1", "read": "yes"}, "read"),
        ({"insight_id": "i1", "words": ""}, "expected at least one of rating, words, read"),
        ({"insight_id": "i1", "read": False}, "expected at least one of"),
    ],
)
def test_what_is_no_feedback_is_refused_by_field(document, problem):
    with pytest.raises(MalformedEventError, match=problem):
        parse_feedback(document)


def test_every_problem_is_named_at_once_and_no_words_are_quoted():
    with pytest.raises(MalformedEventError) as raised:
        parse_feedback({"insight_id": 7, "rating": "my secret", "words": "my secret" * 100})

    assert str(raised.value).count(";") == 2
    assert "secret" not in str(raised.value)


def test_a_rating_is_kept_and_noted_on_the_insight(told):
    chain, insight_id = told

    answer = give(chain, insight_id=insight_id, rating=4, words="Clear and short.")

    assert (answer["status"], answer["concern"], answer["support"]) == ("received", None, None)
    assert insight(chain, insight_id)["rating"] == 4
    assert [each["words"] for each in chain.records.feedback("ada", 3)] == ["Clear and short."]


def test_the_first_reading_counts(told):
    chain, insight_id = told
    first = chain.clock().replace(microsecond=0)
    give(chain, insight_id=insight_id, read=True)
    chain.clock.wait(3600)

    give(chain, "f2", insight_id=insight_id, read=True)

    assert insight(chain, insight_id)["read_at"] == first
    assert chain.records.feedback("ada", 3) == []


def test_the_newest_words_come_first(told):
    chain, insight_id = told
    for number in range(4):
        give(chain, f"f{number}", insight_id=insight_id, words=f"word {number}")
        chain.clock.wait(60)

    found = [each["words"] for each in chain.records.feedback("ada", 3)]

    assert found == ["word 3", "word 2", "word 1"]


def test_a_rating_alone_is_heard_and_a_receipt_is_not(told):
    chain, insight_id = told
    give(chain, "f1", insight_id=insight_id, rating=2)
    give(chain, "f2", insight_id=insight_id, read=True)

    (heard,) = said(chain.records.feedback("ada", 5))

    assert (heard.feedback.rating, heard.feedback.words) == (2, "")


def test_receipts_push_no_crisis_out_of_sight_and_the_gravest_is_answered(told):
    """policy 12"""
    chain, insight_id = told
    give(chain, "grave", insight_id=insight_id, words="I want to kill myself")
    give(chain, "later", insight_id=insight_id, words="I make myself throw up after every meal")
    for number in range(30):
        chain.clock.wait(REQUESTS.every.total_seconds())
        give(chain, f"read-{number}", insight_id=insight_id, read=True)

    anew = chain.request("r2", insight_type="sleep")
    chain.run()

    grave = chain.records.uploads["users/ada/feedback/grave"]
    assert insight(chain, chain.job(anew)["insight_id"])["support"] == grave["support"]


@pytest.mark.parametrize(
    ("settings", "words", "contact"),
    [
        ({"language": "en-US"}, "I do not want to live any more", "988"),
        ({"language": "de", "region": "DE"}, "Ich will nicht mehr leben", "0800"),
        ({"language": "es-ES"}, "No quiero vivir más", "024"),
    ],
)
def test_words_of_a_crisis_are_answered_with_help_and_marked(told, settings, words, contact):
    """policy 12"""
    chain, insight_id = told
    chain.settings(**settings)

    answer = give(chain, insight_id=insight_id, words=words)

    assert answer["concern"]
    assert contact in str(answer["support"])
    assert [each["concern"] for each in chain.records.feedback("ada", 3)] == [answer["concern"]]


@pytest.mark.parametrize(
    "fields",
    [
        {"insight_id": "i9"},
        {"insight_id": "i9", "words": "I do not want to live. " * 40},
        {"insight_id": "i9", "words": "I want to die. " + "I want to " * 100_000},
        {"insight_id": "i9", "words": "I want to " * 100_000 + "sleep. I want to die."},
        {},
    ],
    ids=["words", "too long", "1 MiB after it", "1 MiB before it", "no insight"],
)
def test_a_refusal_keeps_no_help_from_whoever_needs_it(worker, fields):
    """policy 12"""
    chain = Chain()
    chain.settings(language="en", region="GB")
    event = chain.create("feedback", "f1", {"words": "I want to die"} | fields)

    with pytest.raises(PermanentError) as raised:
        chain.ingest(event)
    chain.ingest.reject(event, raised.value, LETTER)

    answer = chain.records.uploads[event.origin.path]
    assert answer["status"] == "rejected"
    assert "116 123" in str(answer["support"])


def test_feedback_on_an_insight_that_is_not_there_is_refused(worker):
    chain = Chain()
    event = chain.create("feedback", "f1", {"insight_id": "i9", "rating": 3})

    with pytest.raises(UnknownReferenceError) as raised:
        chain.ingest(event)
    chain.ingest.reject(event, raised.value, LETTER)

    answer = chain.records.uploads[event.origin.path]
    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "unknown_reference")
    assert "processing_id" not in answer
    assert not chain.records.jobs


def test_feedback_that_is_delivered_twice_is_taken_once(told):
    chain, insight_id = told
    event = chain.create("feedback", "f1", {"insight_id": insight_id, "rating": 2})
    chain.ingest(event)
    insight(chain, insight_id)["rating"] = 5  # a later document's

    chain.ingest(event)

    assert insight(chain, insight_id)["rating"] == 5


TAKEN = {"insight_id": "i1", "status": "received", "received_at": datetime(2026, 6, 15, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("change", "concerns"),
    [
        ({"words": "Clear."}, [None]),
        ({"words": "I want to kill myself tonight", "concern": None}, ["self_harm"]),
        ({"words": ["x" * 1000] * 400}, []),
        ({"words": "x" * 501}, []),
        ({"words": "Clear.", "rating": "five"}, []),
        ({"words": "Clear.", "received_at": "today"}, []),
    ],
)
def test_what_a_phone_changed_after_the_answer_is_looked_at_anew(change, concerns):
    """policy 12"""
    assert [each.concern for each in said([TAKEN | change])] == concerns
