"""A parked endpoint: the work waits and says so, nothing is lost, nothing is done twice."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest

from clarity.domain.errors import ParkedError
from clarity.sources.generated import people
from tests.chain import QUIET, Chain

MINUTE = 60


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


@pytest.fixture(scope="module")
def drawer() -> people.Person:
    return people.generate("non-wear", last_day=date(2026, 6, 14))


def waits(chain: Chain) -> None:
    """Deliver what preprocess has, once each; all of it waits."""
    for message in chain.topics.ingested_messages:
        with pytest.raises(ParkedError):
            chain.preprocess(message)


def test_a_job_says_that_its_work_waits_for_the_model_and_then_completes(worker) -> None:
    chain = Chain()
    chain.send(worker)
    origin = chain.request()
    chain.clock.wait(QUIET.total_seconds())
    chain.encoder.parked = True
    before = chain.clock()

    chain.clock.wait(1)
    waits(chain)

    job = chain.job(origin)
    assert (job["status"], job["stage"], job["progress"]) == (
        "processing",
        "waiting_for_model",
        0.5,
    )
    assert "not running now" in job["message"]
    assert job["updated_at"] > before
    chain.encoder.parked = False
    chain.run()
    job = chain.job(origin)
    assert (job["status"], job["stage"]) == ("completed", "completed")
    assert "not running" not in job["message"]
    assert len(chain.records.analyses) == len(chain.records.insights) == 1


def test_what_comes_again_while_it_waits_writes_nothing_and_leaves_no_claim(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.request()
    chain.clock.wait(QUIET.total_seconds())
    chain.encoder.parked = True
    waits(chain)
    jobs = deepcopy(chain.records.jobs)

    for _ in range(9):  # the retries of a start that takes longer than 20 minutes, with no lease
        waits(chain)  # left: the next delivery may come at once
    chain.clock.wait(25 * MINUTE)
    waits(chain)

    assert chain.records.jobs == jobs
    assert not chain.records.analyses
    assert not chain.topics.dead_letters
    chain.encoder.parked = False
    chain.run()
    assert {job["status"] for job in chain.records.jobs.values()} == {"completed"}


def test_an_explanation_waits_beside_its_analysis_that_is_there(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.run()
    origin = chain.request(explanation=True)
    chain.clock.wait(QUIET.total_seconds())
    chain.encoder.parked = True

    waits(chain)

    assert chain.job(origin)["stage"] == "waiting_for_model"
    chain.encoder.parked = False
    chain.run()
    explained = chain.job(origin)["explanation_id"]
    assert ("ada", explained) in chain.records.analyses
    assert (chain.encoder.calls, chain.encoder.explained) == (1, 2)


def test_what_needs_no_model_does_not_wait_for_it(worker, drawer) -> None:
    chain = Chain()
    chain.send(worker)
    chain.run()
    chain.encoder.parked = True

    again = chain.request("again")
    chain.run()
    assert chain.job(again)["status"] == "completed"

    lacking = Chain()
    lacking.encoder.parked = True
    lacking.send(drawer)
    origin = lacking.request()
    lacking.run()
    assert lacking.job(origin)["status"] == "insufficient_data"
    assert lacking.encoder.calls == 0
