"""Work that waits while its person is erased: it ends, and brings nothing of them back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clarity.domain.errors import ForgottenError, ParkedError, UnknownReferenceError
from clarity.sources.generated import people
from tests.chain import QUIET, Chain


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


def erase(chain: Chain) -> None:
    """What `clarity erase` does, and the note that it leaves."""
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


def test_who_comes_back_after_an_erasure_is_served(worker) -> None:
    chain = Chain()
    erase(chain)
    chain.clock.wait(1)

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
