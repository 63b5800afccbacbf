"""Work that waits while its person is erased: it ends, and brings nothing of them back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from clarity.domain.errors import ForgottenError, ParkedError, UnknownReferenceError
from clarity.domain.events import DocumentNamed
from clarity.sources.generated import people
from clarity.steps.leftovers import named
from tests.chain import QUIET, Chain
from tests.memory_sweep import LIMITS, swept


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


def erase(chain: Chain) -> None:
    """What `clarity person erase` does, and the note that it leaves."""
    records = chain.records
    records.erasures["ada"] = chain.clock()
    for held in (records.jobs, records.chunks, records.analyses, records.uploads, records.queues):
        held.clear()
    chain.claims.held.clear()


def nothing_of_them(chain: Chain) -> bool:
    records = chain.records
    return not any(
        (records.jobs, records.analyses, records.insights, records.audits, chain.claims.held)
    )


def test_a_job_that_waited_for_the_model_is_dropped_without_a_trace(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.request()
    chain.clock.wait(QUIET.total_seconds())
    chain.encoder.parked = True
    waiting = list(chain.topics.ingested_messages)
    for message in waiting:
        with pytest.raises(ParkedError):
            chain.preprocess(message)
    erase(chain)
    chain.clock.wait(60)

    for message in waiting:
        with pytest.raises(ForgottenError):
            chain.preprocess(message)

    assert len(waiting) > 1
    assert nothing_of_them(chain)


def test_an_analysis_that_waited_for_its_words_is_dropped_without_a_trace(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.clock.wait(QUIET.total_seconds())
    chain.preprocess(chain.topics.ingested_messages.pop())
    chain.records.audits.clear()
    erase(chain)

    with pytest.raises(ForgottenError):
        chain.insights(chain.topics.analysed_messages.pop())

    assert nothing_of_them(chain)


def test_half_an_erasure_is_one(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.clock.wait(QUIET.total_seconds())
    chain.preprocess(chain.topics.ingested_messages.pop())
    chain.records.erasures["ada"] = chain.clock()
    chain.records.analyses.clear()  # the job is still there

    with pytest.raises(ForgottenError):
        chain.insights(chain.topics.analysed_messages.pop())


def test_who_comes_back_once_the_tombstone_is_gone_is_served(worker) -> None:
    chain = Chain()
    erase(chain)
    chain.records.erasures.clear()

    chain.send(worker)
    origin = chain.request()
    chain.run()

    assert chain.job(origin)["status"] == "completed"


def test_who_finds_nothing_and_was_not_erased_is_told_so_and_holds_no_claim(worker) -> None:
    chain = Chain()
    chain.send(worker)
    message = chain.topics.ingested_messages.pop()
    chain.records.jobs.clear()
    chain.claims.held.clear()

    for step in (chain.preprocess, chain.insights):
        with pytest.raises(UnknownReferenceError, match="expected the job"):
            step(message)

    assert not chain.claims.held


def test_nobody_is_asked_about_erasures_as_long_as_everything_is_there(worker, monkeypatch) -> None:
    chain = Chain()
    chain.send(worker)
    chain.request()

    def costs(_: str) -> None:
        raise AssertionError("a read that each delivery would pay for")

    monkeypatch.setattr(chain.records, "erased_at", costs)
    chain.clock.wait(timedelta(minutes=2).total_seconds())
    chain.run()

    assert {job["status"] for job in chain.records.jobs.values()} == {"completed"}


def test_a_slow_worker_whose_person_is_erased_leaves_nothing(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.clock.wait(QUIET.total_seconds())
    reading = chain.encoder.encode

    def slowly(steps: Any) -> Any:
        erase(chain)
        return reading(steps)

    chain.preprocess.infer.encoder.encode = slowly  # type: ignore[method-assign]

    with pytest.raises(ForgottenError):
        chain.preprocess(chain.topics.ingested_messages.pop())

    assert nothing_of_them(chain)
    assert not chain.topics.analysed_messages


def test_what_an_erased_person_s_phone_wrote_is_named_until_ingest_deletes_it() -> None:
    chain = Chain()
    late = chain.create("uploads", "late", {"samples": []})
    erase(chain)
    chain.records.uploads[late.origin.path] = {}
    chain.clock.wait(LIMITS.stuck.total_seconds())
    sweep = swept(chain)

    counts = sweep()
    with pytest.raises(ForgottenError):
        chain.ingest(DocumentNamed(late.origin))
    chain.clock.wait(LIMITS.stuck.total_seconds())

    assert (counts["named"], sweep()["named"]) == (1, 0)
    assert chain.topics.documents == [named(late.origin)]
    assert {each["user_id"] for each in chain.claims.held.values()} <= {""}
