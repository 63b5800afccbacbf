"""The explanation that a request may ask for: beside its analysis, once, with its checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from clarity.domain.analysis import best_week
from clarity.domain.errors import InProgressError, MalformedEventError, UnavailableError
from clarity.domain.minutes.imputation import model_input
from clarity.sources.generated import people
from clarity.steps.preprocess import combine
from tests.audits import CHAINED
from tests.chain import QUIET, RETENTION, Chain
from tests.memory_services import MemoryEncoder


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


def statuses(job: dict) -> list[str]:
    return [step["status"] for step in job["history"]]


def test_a_request_may_ask_for_an_explanation_and_its_job_says_where_it_is(worker) -> None:
    chain = Chain()
    chain.send(worker)
    origin = chain.request(explanation=True)
    chain.run()

    job = chain.job(origin)
    assert job["status"] == "completed"
    assert job["explanation_id"] == job["analysis_id"]
    found = chain.records.explanations["ada", job["explanation_id"]]
    assert len(found["attention"]) == len(found["attribution"]) == 560
    assert found["window"] == {"first_day": "2026-06-08", "days": 7}
    assert found["provenance"]["model_id"] == "pat-test"
    assert found["expires_at"] - found["created_at"] == RETENTION
    assert found["trusted"] == {"attention": True, "attribution": True}
    assert "correlational" in found["words"]["notice"]
    assert "not why" in found["words"]["notice"]
    record = chain.records.audits["ada", f"explain-{job['analysis_id']}"]
    names = {"action", "step", "processing_id", "subject", "model", "at", "expires_at"}
    assert set(record) == names | CHAINED


def test_without_being_asked_nothing_is_explained(worker) -> None:
    chain = Chain()
    chain.send(worker)
    origin = chain.request(explanation=False)
    chain.run()

    assert "explanation_id" not in chain.job(origin)
    assert chain.encoder.explained == len(chain.records.explanations) == 0


def test_an_analysis_from_before_is_explained_and_then_never_again(worker) -> None:
    chain = Chain()
    chain.send(worker)
    before = chain.request("r1")
    chain.run()
    first, second = chain.request("r2", explanation=True), chain.request("r3", explanation=True)
    chain.run()

    ids = {chain.job(origin)["analysis_id"] for origin in (before, first, second)}
    assert {chain.job(first)["explanation_id"], chain.job(second)["explanation_id"]} == ids
    assert (chain.encoder.calls, chain.encoder.explained) == (1, 1)
    assert len(chain.records.insights) == 1
    assert statuses(chain.job(first))[-3:] == ["processing", "analyzing", "completed"]


def test_two_requests_at_once_are_explained_once(worker) -> None:
    class Busy(MemoryEncoder):
        def explain(self, steps):
            with pytest.raises(InProgressError, match="explain is running elsewhere"):
                chain.preprocess(messages[1])
            return super().explain(steps)

    chain = Chain(encoder=Busy())
    chain.send(worker)
    chain.run()
    for name in ("r1", "r2"):
        chain.request(name, explanation=True)
    messages = list(chain.topics.ingested_messages)
    chain.run()

    assert chain.encoder.explained == len(chain.records.explanations) == 1
    assert {job["status"] for job in chain.records.jobs.values()} == {"completed"}


def test_what_is_explained_stays_so_after_its_claim_has_expired(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.request("r1", explanation=True)
    chain.run()

    chain.claims.held.clear()
    origin = chain.request("r2", explanation=True)
    chain.run()

    assert chain.job(origin)["explanation_id"]
    assert chain.encoder.explained == 1


def test_the_explanation_is_of_the_week_that_pat_read_with_its_gaps_filled(worker) -> None:
    chain = Chain()
    kept = [  # two hours of one day are gone
        sample
        for sample in worker.samples
        if not "2026-06-11T10:00" <= sample["start_date"] < "2026-06-11T12:00"
    ]
    chain.send(replace(worker, samples=kept))
    origin = chain.request(explanation=True)
    chain.run()

    found = chain.records.explanations["ada", chain.job(origin)["explanation_id"]]
    analysis = chain.records.analyses["ada", chain.job(origin)["analysis_id"]]
    read, share = model_input(best_week(combine(chain.records.recent("ada", 14))))
    assert share > 0
    assert found["provenance"]["imputed_share"] == share
    assert analysis["provenance"]["imputed_share"] == share
    assert found["attribution"] == pytest.approx(np.nan_to_num(read).reshape(560, 18).sum(1))


def test_maps_that_shuffled_weights_draw_as_well_are_marked_as_not_to_be_trusted(worker) -> None:
    chain = Chain(encoder=MemoryEncoder(shuffled_rank=0.45))
    chain.send(worker)
    origin = chain.request(explanation=True)
    chain.run()

    found = chain.records.explanations["ada", chain.job(origin)["explanation_id"]]
    assert found["trusted"] == {"attention": True, "attribution": False}
    assert "cannot be trusted" in found["words"]["trust"]
    assert "0.45, above 0.3" in found["words"]["trust"]


def test_the_endpoint_may_fail_at_the_explanation_and_the_redelivery_completes(worker) -> None:
    chain = Chain()
    chain.send(worker)
    chain.run()
    origin = chain.request(explanation=True)
    chain.clock.wait(QUIET.total_seconds())
    chain.encoder.failures = 1
    message = chain.topics.ingested_messages[0]

    with pytest.raises(UnavailableError):
        chain.preprocess(message)
    assert not chain.records.explanations
    chain.run()

    assert chain.job(origin)["status"] == "completed"
    assert chain.encoder.explained == 2


@pytest.mark.parametrize("wish", ["true", 1, None, {}])
def test_a_wish_for_an_explanation_is_true_or_false_and_nothing_else(wish) -> None:
    chain = Chain()

    with pytest.raises(MalformedEventError, match="explanation: expected true or false, found"):
        chain.request(explanation=wish)
