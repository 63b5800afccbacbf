"""More at once than a person's share: turned away with a time to come again, and nothing lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from clarity.domain.errors import ForgottenError, GoneError, UnusableUploadError
from clarity.domain.events import DocumentNamed
from clarity.domain.job import Origin
from clarity.sources.generated import people
from clarity.steps.ports import Toll
from tests.chain import LETTER, RETENTION, UPLOAD_RETENTION, Chain

WISH = {"data_timeframe": "1week", "insight_type": "sleep", "priority": "normal"}
EVERY = timedelta(minutes=2)
SAMPLE = {
    "sample_type": "stepCount",
    "value": 42,
    "unit": "count",
    "start_date": "2026-06-14T10:00:00Z",
    "end_date": "2026-06-14T10:05:00Z",
}


def upload(minute: int = 0) -> dict[str, Any]:
    start = f"2026-06-14T10:{minute:02}:00Z"
    return {"time_zone": "UTC", "samples": [SAMPLE | {"start_date": start, "end_date": start}]}


@pytest.fixture
def chain() -> Chain:
    """Three at once, and one more every two minutes."""
    chain = Chain()
    uploads, requests = Toll("uploads", EVERY, 3), Toll("requests", EVERY, 3)
    tolls: Any = {"uploads": uploads, "insight_requests": requests, "feedback": requests}
    chain.ingest = replace(chain.ingest, tolls=tolls)
    return chain


def ask(chain: Chain, number: int) -> dict[str, Any]:
    """A request, and the answer to it."""
    event = chain.create("insight_requests", f"r{number}", WISH)
    chain.records.uploads[event.origin.path] = {}
    chain.ingest(event)
    return chain.records.uploads[event.origin.path]


def test_a_request_above_the_burst_fails_with_the_time_to_come_again(chain) -> None:
    answers = [ask(chain, number) for number in range(4)]

    assert [each["status"] for each in answers] == ["queued"] * 3 + ["rejected"]
    reason = answers[3]["reason"]
    assert reason["code"] == "rate_limited"
    assert timedelta() < reason["retry_at"] - chain.clock() <= EVERY + timedelta(seconds=1)
    assert f"{reason['retry_at']:%FT%TZ}" in reason["message"]
    job = chain.job(Origin("ada", "insight_requests", "r3"))
    assert (job["status"], job["reason"]) == ("failed", reason)
    assert answers[3]["processing_id"] == "request-r3"
    assert len(chain.topics.ingested_messages) == 3
    assert chain.topics.dead_letters == []


def test_whoever_comes_again_at_that_time_is_served(chain) -> None:
    for number in range(4):
        answer = ask(chain, number)
    chain.clock.now = answer["reason"]["retry_at"]

    assert ask(chain, 5)["status"] == "queued"
    assert ask(chain, 6)["status"] == "rejected"


def test_whoever_hammers_is_served_as_often_as_whoever_does_not(chain) -> None:
    began, queued = chain.clock(), 0
    for number in range(120):
        queued += ask(chain, number)["status"] == "queued"
        chain.clock.wait(10)

    assert queued == 3 + (chain.clock() - began) // EVERY - 1


def test_an_upload_above_the_burst_is_not_stored_and_has_no_job(chain) -> None:
    for number in range(4):
        chain.upload(f"u{number}", upload(number))

    answer = chain.records.uploads["users/ada/uploads/u3"]
    assert answer["status"] == "rejected"
    assert answer["reason"]["code"] == "rate_limited"
    assert answer["processing_id"] is None
    assert answer["expires_at"] == chain.clock() + UPLOAD_RETENTION
    assert {found for *_, found in chain.records.chunks} == {"u0", "u1", "u2"}
    assert ("ada", "upload-u3") not in chain.records.jobs
    assert chain.topics.dead_letters == []
    # The same samples under a new id, later, are as new.
    chain.clock.now = answer["reason"]["retry_at"]
    chain.upload("u4", upload(3))
    assert chain.records.uploads["users/ada/uploads/u4"]["stored"] == 1


def test_uploads_take_nothing_from_requests_and_nobody_from_others(chain) -> None:
    for number in range(5):
        chain.upload(f"u{number}", upload(number))
    assert ask(chain, 1)["status"] == "queued"

    other = chain.create("uploads", "u9", upload(9))
    origin = replace(other.origin, user_id="eve")
    chain.settings("eve", **people.CONSENT)
    chain.records.uploads[origin.path] = {}
    chain.ingest(replace(other, origin=origin))

    assert chain.records.uploads[origin.path]["status"] == "ingested"


def test_what_was_turned_away_stays_so_however_often_its_event_comes(chain) -> None:
    events = [chain.create("uploads", f"u{number}", upload(number)) for number in range(4)]
    for event in events:
        chain.ingest(event)
    chain.clock.wait(3600)

    for event in events:
        chain.ingest(event)

    found = [chain.records.uploads[event.origin.path]["status"] for event in events]
    assert found == ["ingested"] * 3 + ["rejected"]


def test_a_delivery_that_comes_again_pays_once(chain) -> None:
    event = chain.create("uploads", "u0", upload())
    for _ in range(10):
        chain.ingest(event)

    chain.upload("u1", upload(1))
    chain.upload("u2", upload(2))

    assert chain.records.uploads["users/ada/uploads/u2"]["status"] == "ingested"


def test_words_of_a_crisis_get_help_even_above_the_burst(chain) -> None:
    for number in range(3):
        ask(chain, number)
    event = chain.create("feedback", "f1", {"insight_id": "i", "words": "I want to kill myself"})

    chain.ingest(event)

    answer = chain.records.uploads[event.origin.path]
    assert (answer["status"], answer["reason"]["code"]) == ("rejected", "rate_limited")
    assert answer["support"]["contacts"]


def test_who_names_a_document_again_does_not_pay_for_its_person(chain) -> None:
    for number in range(3):
        chain.upload(f"u{number}", upload(number))
    event = chain.create("uploads", "u3", upload(3))

    chain.ingest(DocumentNamed(event.origin))

    assert chain.records.uploads[event.origin.path]["status"] == "ingested"


def test_what_is_deferred_pays_as_if_it_were_handled_at_once(chain) -> None:
    events = [chain.create("uploads", f"u{number}", upload(number)) for number in range(5)]
    for event in events:
        chain.ingest.defer(event)

    for message in chain.topics.documents:
        chain.ingest(DocumentNamed.parse(json.loads(message.data)))

    found = [chain.records.uploads[event.origin.path] for event in events]
    assert [each["status"] for each in found] == ["ingested"] * 3 + ["rejected"] * 2
    assert {each["reason"]["code"] for each in found[3:]} == {"rate_limited"}
    assert all(each["reason"]["retry_at"] > chain.clock() for each in found[3:])


def test_a_named_document_of_somebody_erased_or_gone_is_dropped(chain) -> None:
    event = chain.create("uploads", "u1", upload())
    chain.records.erasures["ada"] = chain.clock()
    with pytest.raises(ForgottenError):
        chain.ingest(DocumentNamed(event.origin))

    gone = DocumentNamed(Origin("ada", "uploads", "gone"))
    with pytest.raises(GoneError):
        chain.ingest(gone)
    chain.ingest.reject(gone, UnusableUploadError("too old"), LETTER)

    assert not chain.claims.held
    assert not chain.records.jobs
    assert not chain.topics.dead_letters


def test_an_ingested_upload_expires_before_what_was_made_of_it() -> None:
    chain = Chain()
    chain.send(people.generate("office-worker", last_day=date(2026, 6, 14)), batch=500)

    expiries = {each["expires_at"] for each in chain.records.uploads.values()}
    assert expiries == {chain.clock() + UPLOAD_RETENTION}
    assert UPLOAD_RETENTION < RETENTION
