"""What the sweeper takes for left lying, and what it does about it."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from clarity.domain.errors import ParkedError, UnavailableError
from clarity.domain.events import DocumentNamed
from clarity.domain.job import AUTOMATIC, Origin, Status
from clarity.sources.generated import people
from clarity.steps.leftovers import STEPS, named
from clarity.steps.once import claim_key
from clarity.steps.sweep import ACTIONS, COUNTS
from tests.chain import LEASE, QUIET, RETENTION, Chain
from tests.memory_sweep import LIMITS, MemorySweeps, complete, swept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clarity.domain.events import DocumentCreated
    from clarity.steps.leftovers import Work
    from clarity.steps.ports import Outgoing

WISH = {"data_timeframe": "1week", "insight_type": "general", "priority": "normal"}


class Killed(BaseException):
    """The process is gone."""


def measured(chain: Chain) -> Origin:
    """A person's request, whose week is there and stored; its job waits for preprocess."""
    chain.send(people.generate("office-worker", last_day=chain.clock().date()))
    chain.clock.wait(QUIET.total_seconds())
    return chain.request()


def run(chain: Chain) -> None:
    """Deliver what waits, also what names documents."""
    while chain.topics.documents:
        origin = DocumentNamed.parse(json.loads(chain.topics.documents.pop(0).data)).origin
        chain.ingest(DocumentNamed(origin))
    chain.run()


def lose_messages(chain: Chain) -> None:
    chain.topics.ingested_messages.clear()
    chain.topics.analysed_messages.clear()


def test_an_idle_tick_does_nothing_and_says_so(caplog) -> None:
    chain = Chain()

    with caplog.at_level(logging.INFO):
        counts = swept(chain)()

    assert not any(counts.values())
    (record,) = (each for each in caplog.records if each.getMessage() == "swept")
    assert record.fields == {**dict.fromkeys(COUNTS, 0), "letters": 0, "seconds": 0.0}


def test_a_tick_counts_what_it_did() -> None:
    chain, counted = Chain(), []
    chain.request()
    chain.clock.wait(LIMITS.stuck.total_seconds())

    swept(chain, count=lambda action, amount: counted.append((action, amount)))()

    assert dict(counted) == dict.fromkeys(ACTIONS, 0) | {"resumed": 1}


class Dying:
    """Topics of a worker that dies when it publishes."""

    def publish(self, _: Outgoing) -> None:
        raise Killed


def test_what_a_killed_worker_owed_is_sent_once_its_own_time_is_over() -> None:
    chain = Chain()
    alive = chain.ingest
    chain.ingest = replace(alive, topics=Dying())
    with pytest.raises(Killed):
        chain.request()
    chain.ingest = alive
    sweep = swept(chain)

    at_once = sweep()
    chain.clock.wait(LIMITS.grace.total_seconds())
    later, again = sweep(), sweep()

    assert (at_once["republished"], later["republished"], again["republished"]) == (0, 1, 0)
    assert [each.processing_id for each in chain.topics.ingested_messages] == ["request-r1"]


@pytest.mark.parametrize("collection", ["uploads", "insight_requests", "feedback"])
def test_a_document_that_no_event_announced_is_named_to_ingest(collection) -> None:
    chain = Chain()
    event = unannounced(chain, collection)
    sweep = swept(chain)

    early = sweep()
    chain.clock.wait(LIMITS.stuck.total_seconds())
    late, again = sweep(), sweep()

    assert (early["named"], late["named"], again["named"]) == (0, 1, 0)
    (message,) = chain.topics.documents
    assert message == named(event.origin)


def unannounced(chain: Chain, collection: str) -> DocumentCreated:
    event = chain.create(collection, "d1", dict(WISH))
    chain.records.uploads[event.origin.path] = dict(WISH)
    chain.records.written[event.origin.path] = chain.clock()
    return event


def test_an_upload_that_was_never_announced_is_stored_and_answered() -> None:
    chain = Chain()
    person = people.generate("office-worker", last_day=chain.clock().date())
    for upload in people.uploads(person, attempt="first", batch=1000):
        chain.create("uploads", *upload)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    swept(chain)()
    run(chain)

    assert {each["status"] for each in chain.records.uploads.values()} == {"ingested"}
    assert {job["status"] for job in chain.records.jobs.values()} == {Status.COMPLETED}


def test_an_overdue_upload_is_named_until_it_is_answered() -> None:
    chain = Chain()
    event = chain.create("uploads", "u1", {})
    chain.records.uploads[event.origin.path]["status"] = "overdue"
    sweep = swept(chain)
    names = 0
    for _ in range(4):
        chain.clock.wait(LIMITS.stuck.total_seconds() / 2)
        names += sweep()["named"]

    chain.records.uploads[event.origin.path]["status"] = "ingested"
    chain.clock.wait(LIMITS.pause.total_seconds())

    assert names == 2
    assert sweep()["named"] == 0


def test_a_document_that_was_handled_and_has_no_room_for_the_answer_is_left() -> None:
    chain = Chain()
    event = chain.create("uploads", "u1", {})
    chain.clock.wait(1)
    complete(chain, "ingest", event.origin)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    assert swept(chain)()["named"] == 0


def test_a_document_under_the_id_of_one_that_was_handled_before_is_named() -> None:
    chain = Chain()
    complete(chain, "ingest", Origin("ada", "uploads", "u1"))
    chain.clock.wait(1)
    chain.create("uploads", "u1", {})
    chain.clock.wait(LIMITS.stuck.total_seconds())

    assert swept(chain)()["named"] == 1


def test_a_job_whose_message_to_preprocess_was_lost_ends_all_the_same() -> None:
    chain = Chain()
    origin = measured(chain)
    lose_messages(chain)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    counts = swept(chain)()
    run(chain)

    assert counts["resumed"] == 2  # the upload's own job, and the request
    assert chain.job(origin)["status"] == Status.COMPLETED


def test_a_job_whose_message_to_insights_was_lost_is_not_measured_again() -> None:
    chain = Chain()
    origin = measured(chain)
    while chain.topics.ingested_messages:
        chain.preprocess(chain.topics.ingested_messages.pop(0))
    calls = chain.encoder.calls
    lose_messages(chain)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    swept(chain)()
    run(chain)

    assert chain.job(origin)["status"] == Status.COMPLETED
    assert chain.encoder.calls == calls == 1


def test_the_same_message_is_not_sent_again_before_its_pause_is_over() -> None:
    chain = Chain()
    chain.request()
    sweep = swept(chain)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    found = []
    for _ in range(13):
        found.append(sweep()["resumed"])
        chain.clock.wait(300)

    assert found == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]


def test_a_message_that_could_not_be_sent_is_sent_at_the_next_tick() -> None:
    chain = Chain()
    chain.request()
    lose_messages(chain)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    class Refusing:
        def publish(self, _: Outgoing) -> None:
            raise UnavailableError("Pub/Sub did not take a message")

    with pytest.raises(UnavailableError):
        swept(chain, topics=Refusing())()
    counts = swept(chain)()

    assert counts["resumed"] == 1
    assert len(chain.topics.ingested_messages) == 1


def test_a_job_that_somebody_works_on_is_left() -> None:
    chain = Chain()
    origin = chain.request()
    chain.clock.wait(LIMITS.give_up.total_seconds())
    chain.claims.claim(claim_key("preprocess", origin.path), user_id="ada", lease=LEASE)

    counts = swept(chain)()

    assert {name: counts[name] for name in ("open", "tried", "failed", "resumed")} == {
        "open": 1,
        "tried": 1,
        "failed": 0,
        "resumed": 0,
    }
    assert chain.job(origin)["status"] == Status.QUEUED


def test_a_job_whose_worker_died_goes_on_when_its_message_does_not_come_again() -> None:
    chain = Chain()
    origin = chain.request()
    chain.claims.claim(claim_key("preprocess", origin.path), user_id="ada", lease=LEASE)
    sweep = swept(chain)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    early = sweep()
    chain.clock.wait(LEASE.total_seconds())
    late = sweep()

    assert (early["resumed"], early["lapsed"]) == (0, 0)
    assert (late["resumed"], late["lapsed"]) == (1, 1)


def test_a_job_that_waits_for_a_parked_model_is_left_for_as_long_as_it_is_tried() -> None:
    chain = Chain()
    chain.encoder.parked = True
    origin = measured(chain)
    sweep = swept(chain)
    resumed = 0
    for _ in range(12):
        for message in chain.topics.ingested_messages:
            with suppress(ParkedError):
                chain.preprocess(message)
        resumed += sweep()["resumed"]
        chain.clock.wait(600)
    lost = len(chain.topics.ingested_messages)
    lose_messages(chain)
    chain.clock.wait(LIMITS.stuck.total_seconds())

    assert chain.job(origin)["stage"] == "waiting_for_model"
    assert resumed == 0
    assert sweep()["resumed"] == lost


def test_a_stuck_job_fails_once_with_a_letter_that_can_be_replayed() -> None:
    chain = Chain()
    origin = chain.request()
    lose_messages(chain)
    chain.clock.wait(LIMITS.give_up.total_seconds())
    sweep = swept(chain)

    counts, again = sweep(), sweep()

    assert (counts["failed"], again["failed"], again["open"]) == (1, 0, 0)
    job = chain.job(origin)
    assert (job["status"], job["reason"]["code"]) == (Status.FAILED, "stuck")
    (letter,) = chain.topics.dead_letters
    said = {name: letter.attributes[name] for name in ("step", "code", "user_id", "request_id")}
    assert said == {"step": "preprocess", "code": "stuck", "user_id": "ada", "request_id": "r1"}
    assert json.loads(letter.data)["request_id"] == "r1"


def test_a_worker_that_comes_after_its_job_was_given_up_does_nothing() -> None:
    chain = Chain()
    origin = chain.request()
    late = chain.topics.ingested_messages.pop()
    chain.clock.wait(LIMITS.give_up.total_seconds())
    swept(chain)()

    chain.preprocess(late)

    assert chain.job(origin)["reason"]["code"] == "stuck"
    assert len(chain.topics.dead_letters) == 1


def test_a_job_that_ingest_never_finished_fails_on_its_document_too() -> None:
    chain = Chain()
    event = chain.create("uploads", "u1", {})
    chain.records.open_job(event.origin, AUTOMATIC, chain.clock(), chain.clock() + RETENTION)
    chain.clock.wait(LIMITS.give_up.total_seconds())

    swept(chain)()

    assert chain.job(event.origin)["reason"]["code"] == "stuck"
    assert chain.records.uploads[event.origin.path]["status"] == "rejected"
    (letter,) = chain.topics.dead_letters
    assert (letter.attributes["step"], letter.attributes["subject"]) == (
        "ingest",
        "documents/users/ada/uploads/u1",
    )

    chain.ingest(replace(event, revision="2026-06-15T09:00:00Z"))  # late, and no other document

    assert chain.records.uploads[event.origin.path]["reason"]["code"] == "stuck"
    assert len(chain.topics.dead_letters) == 1


def test_a_job_that_stays_open_although_its_last_step_was_completed_ends() -> None:
    chain = Chain()
    origin = chain.request()
    for step in STEPS:
        complete(chain, step, origin)
    chain.clock.wait(LIMITS.give_up.total_seconds())

    counts = swept(chain)()

    assert counts["failed"] == 1
    assert chain.job(origin)["reason"]["code"] == "stuck"
    (letter,) = chain.topics.dead_letters
    assert (letter.attributes["step"], letter.attributes["code"]) == ("insights", "stuck")

    chain.records.jobs["ada", origin.processing_id] |= {
        "status": Status.QUEUED,
        "updated_at": chain.clock(),
    }
    chain.clock.wait(LIMITS.give_up.total_seconds())

    assert swept(chain)()["failed"] == 1
    assert chain.job(origin)["status"] == Status.FAILED


@pytest.mark.parametrize("at", range(len(STEPS)))
def test_a_job_that_a_worker_moves_while_it_is_given_up_goes_on(at) -> None:
    chain = Chain()
    origin = chain.request()
    for step in STEPS:
        chain.claims.held.pop(claim_key(step, origin.path), None)
    for step in STEPS[:at]:
        complete(chain, step, origin)
    chain.clock.wait(LIMITS.give_up.total_seconds())

    class Late(MemorySweeps):
        def work(self, keys: Sequence[str]) -> Sequence[Work]:
            found = super().work(keys)
            complete(self.chain, STEPS[at], origin)
            return found

    counts = swept(chain, sweeps=Late(chain))()

    assert (counts["failed"], counts["tried"]) == (0, 1)
    assert chain.job(origin)["status"] == Status.QUEUED
    assert not chain.topics.dead_letters
