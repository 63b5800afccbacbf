"""A canary beside the model: whose answer it was stays known, and nothing is read twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clarity.domain.errors import WrongModelError
from clarity.sources.generated import people
from tests.chain import QUIET, Chain
from tests.memory_services import MemoryEncoder

LIVE, CANARY = "pat-test", "pat-canary"


@pytest.fixture(scope="module")
def worker() -> people.Person:
    return people.generate("office-worker", last_day=date(2026, 6, 14))


def chain_with(*answering: str, canary: bool = True) -> Chain:
    """A chain whose endpoint answers with these models, one after the other."""
    ids = (LIVE, CANARY) if canary else (LIVE,)
    return Chain(encoder=MemoryEncoder(model_ids=ids, answering=list(answering)))


def only(found: dict[Any, Any]) -> Any:
    [one] = found.values()
    return one


def test_the_canarys_answer_is_stored_as_its_own(worker) -> None:
    chain = chain_with(CANARY)
    chain.send(worker)
    origin = chain.request()
    chain.run()

    analysis_id = chain.job(origin)["analysis_id"]
    assert only(chain.records.analyses)["provenance"]["model_id"] == CANARY
    assert ("ada", analysis_id) in chain.records.analyses
    assert chain.records.audits["ada", f"predict-{analysis_id}"]["model"] == CANARY
    assert [each.model_id for each in chain.predictions] == [CANARY]


def test_an_analysis_has_the_id_that_its_model_alone_gives_it(worker) -> None:
    """So that a promoted canary's readings are found, and those of one that went are not used."""
    ids = {}
    for model_id in (LIVE, CANARY):
        beside, alone = chain_with(model_id), Chain(encoder=MemoryEncoder((model_id,)))
        for chain in (beside, alone):
            chain.send(worker)
            chain.run()
        assert beside.records.analyses.keys() == alone.records.analyses.keys()
        [ids[model_id]] = alone.records.analyses
    assert ids[LIVE] != ids[CANARY]


@pytest.mark.parametrize("first", [LIVE, CANARY])
def test_what_either_has_read_is_not_read_again(worker, first) -> None:
    chain = chain_with(first, CANARY, LIVE)
    chain.send(worker)
    before = chain.request("r1")
    chain.run()
    chain.claims.held.clear()

    after = chain.request("r2")
    chain.run()

    assert chain.encoder.calls == 1
    assert chain.job(after)["analysis_id"] == chain.job(before)["analysis_id"]
    assert chain.job(after)["insight_id"] == chain.job(before)["insight_id"]


def test_a_promoted_canarys_reading_stays_and_a_withdrawn_ones_is_read_anew(worker) -> None:
    for then, calls in ((CANARY, 1), (LIVE, 2)):
        chain = chain_with(CANARY)
        chain.send(worker)
        chain.request("r1")
        chain.run()

        chain.encoder.model_ids = (then,)
        origin = chain.request("r2")
        chain.run()

        assert chain.encoder.calls == calls
        found = chain.records.analyses["ada", chain.job(origin)["analysis_id"]]
        assert found["provenance"]["model_id"] == then


def test_after_a_refusal_the_next_answer_is_taken_whoever_gives_it(worker) -> None:
    chain = chain_with("pat-of-nobody", CANARY)
    chain.send(worker)
    origin = chain.request()
    chain.clock.wait(QUIET.total_seconds())
    message = chain.topics.ingested_messages[-1]

    with pytest.raises(WrongModelError):
        chain.preprocess(message)
    assert not chain.records.analyses
    chain.run()

    assert chain.job(origin)["status"] == "completed"
    assert only(chain.records.analyses)["provenance"]["model_id"] == CANARY
    assert [(each.model_id, each.code) for each in chain.predictions] == [
        (LIVE, "wrong_model"),
        (CANARY, ""),
    ]


@pytest.mark.parametrize(
    ("read", "explained"), [(LIVE, CANARY), (CANARY, LIVE), (LIVE, LIVE), (CANARY, CANARY)]
)
def test_an_explanation_says_whose_it_is_and_whether_it_is_the_analysis_models(
    worker, read, explained
) -> None:
    chain = chain_with(read, explained)
    chain.send(worker)
    origin = chain.request(explanation=True)
    chain.run()

    analysis_id = chain.job(origin)["analysis_id"]
    found = chain.records.explanations["ada", analysis_id]
    assert chain.records.analyses["ada", analysis_id]["provenance"]["model_id"] == read
    assert found["provenance"]["model_id"] == explained
    assert chain.records.audits["ada", f"explain-{analysis_id}"]["model"] == explained
    assert found["same_model"] is (read == explained)
    said = found["words"].get("model", "")
    assert bool(said) is (read != explained)
    if said:
        assert f"maps are of the model {explained}" in said
        assert f"another model, {read}" in said


def test_the_words_of_an_insight_do_not_depend_on_who_has_read_the_week(worker) -> None:
    told = []
    for model_id in (LIVE, CANARY):
        chain = chain_with(model_id, CANARY)
        chain.send(worker)
        chain.request(explanation=True)
        chain.run()
        insight = only(chain.records.insights)
        told.append((insight["narrative"], insight["key_insights"], insight["recommendations"]))

    assert told[0] == told[1]
