"""insights over ports in memory: one text for the same facts, and what the job says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from clarity.domain.errors import (
    InProgressError,
    RefusedError,
    UnavailableError,
    UnknownReferenceError,
)
from clarity.sources.generated import people
from clarity.steps.insight import READY, UNCHANGED
from clarity.steps.once import claim_key
from tests.chain import LEASE, LETTER, PATIENCE, Chain
from tests.measured import ANALYSIS, HISTORY, ask, insight, measure, tell, weeks
from tests.memory_services import MemoryBudgets
from tests.model import Model

if TYPE_CHECKING:
    from clarity.steps.ports_words import Answer, Task


@pytest.fixture
def chain() -> Chain:
    made = Chain(narrator=Model())
    measure(made.records)
    return made


def test_a_request_becomes_an_insight_and_its_job_says_so(chain) -> None:
    job = tell(chain)

    assert (job["status"], job["message"]) == ("completed", READY)
    assert "unchanged" not in job
    assert "review_id" not in job
    told = insight(chain, job)
    assert told["id"] == job["insight_id"]
    assert (told["source"], told["model_version"]) == ("gemini", "model-test")
    assert (told["user_id"], told["processing_id"]) == ("ada", "request-r1")
    assert (told["analysis_id"], told["history_id"]) == (ANALYSIS, HISTORY)


def test_the_same_wish_on_the_same_facts_costs_nothing_and_the_job_says_why(chain) -> None:
    first = tell(chain, "r1")

    second = tell(chain, "r2")

    assert len(chain.narrator.tasks) == 1
    assert len(chain.records.insights) == 1
    assert second["insight_id"] == first["insight_id"]
    assert (second["status"], second["unchanged"], second["message"]) == (
        "completed",
        True,
        UNCHANGED,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"language": "de"},
        {"language": "es"},
        {"reading_level": "plain"},
        {"avoid": ["sleep"]},
        {"birth_date": "2012-01-01"},
        {"birth_date": "1950-01-01"},
    ],
    ids=str,
)
def test_another_way_to_be_told_is_another_insight(chain, change) -> None:
    first = tell(chain, "r1")
    chain.settings(**change)

    second = tell(chain, "r2")

    assert second["insight_id"] != first["insight_id"]
    assert "unchanged" not in second
    assert len(chain.narrator.tasks) == 2


@pytest.mark.parametrize(
    "wish", [{"insight_type": "sleep"}, {"insight_type": "activity"}, {"data_timeframe": "1month"}]
)
def test_another_wish_is_another_insight(chain, wish) -> None:
    first = tell(chain, "r1")

    assert tell(chain, "r2", **wish)["insight_id"] != first["insight_id"]


def test_settings_that_change_no_word_are_no_reason_to_write_anew(chain) -> None:
    first = tell(chain, "r1")
    chain.settings(push=True, insights="on_request", region="AT")

    assert tell(chain, "r2")["insight_id"] == first["insight_id"]


def test_another_week_with_the_same_numbers_is_another_insight(chain) -> None:
    first = tell(chain, "r1")
    analysis, _ = weeks()
    window = {"first_day": "2026-06-15", "last_day": "2026-06-21", "days": 7}
    chain.records.analyses["ada", "analysis-2"] = {**analysis, "window": window}
    message = replace(
        ask(chain.records, chain.clock(), "r2"), analysis_id="analysis-2", history_id=None
    )

    chain.insights(message)

    assert chain.job(message.origin)["insight_id"] != first["insight_id"]


def test_another_writer_writes_anew(chain) -> None:
    first = tell(chain, "r1")
    chain.narrator.version = "model-test-2"

    assert tell(chain, "r2")["insight_id"] != first["insight_id"]


def test_two_people_with_the_same_facts_have_an_insight_each(chain) -> None:
    chain.settings("bob", **people.CONSENT)
    measure(chain.records, "bob")
    tell(chain, "r1")

    chain.insights(ask(chain.records, chain.clock(), "r1", "bob"))

    assert {user for user, _ in chain.records.insights} == {"ada", "bob"}
    assert len({insight_id for _, insight_id in chain.records.insights}) == 2
    assert len(chain.narrator.tasks) == 2


def test_a_provisional_text_is_told_anew_once_the_model_answers(chain) -> None:
    chain.narrator.errors = [UnavailableError("503")]
    message = ask(chain.records, chain.clock(), "r1")
    chain.clock.wait(PATIENCE.total_seconds())
    chain.insights(message)
    first = chain.job(message.origin)
    assert insight(chain, first)["provisional"]

    second, third = tell(chain, "r2"), tell(chain, "r3")

    assert insight(chain, second)["source"] == "gemini"
    assert third["insight_id"] == second["insight_id"] != first["insight_id"]
    assert ("unchanged" in second, third["unchanged"]) == (False, True)
    assert len(chain.narrator.tasks) == 2


def test_while_the_budget_is_spent_many_requests_share_one_provisional_text() -> None:
    chain = Chain(narrator=Model(), budgets=MemoryBudgets(person_calls=0))
    measure(chain.records)

    jobs = [tell(chain, f"r{number}") for number in range(20)]

    assert len({job["insight_id"] for job in jobs}) == len(chain.records.insights) == 1
    assert [job.get("unchanged") for job in jobs] == [None] + [True] * 19
    assert all(job["status"] == "completed" for job in jobs)


def test_a_model_that_is_down_is_waited_for_and_nothing_is_written(chain) -> None:
    chain.narrator.errors = [UnavailableError("503")]
    message = ask(chain.records, chain.clock())

    with pytest.raises(UnavailableError):
        chain.insights(message)
    assert not chain.records.insights
    chain.insights(message)

    assert insight(chain, chain.job(message.origin))["source"] == "gemini"


def test_an_insight_that_an_earlier_delivery_wrote_is_not_paid_for_again(chain) -> None:
    message = ask(chain.records, chain.clock())
    chain.insights(message)
    (key,) = (key for key in chain.claims.held if key.startswith("narrate:"))
    for lost in (key, claim_key("insights", message.origin.path)):
        del chain.claims.held[lost]["result"]  # the worker died before it could say so
    chain.clock.wait(LEASE.total_seconds() + 1)

    chain.insights(message)

    assert len(chain.narrator.tasks) == 1
    assert "unchanged" not in chain.job(message.origin)


def test_an_insight_that_the_person_deleted_is_written_anew(chain) -> None:
    first = tell(chain, "r1")
    del chain.records.insights["ada", first["insight_id"]]

    second = tell(chain, "r2")

    assert second["insight_id"] != first["insight_id"]
    assert insight(chain, second)["narrative"]


def test_a_request_on_what_is_being_told_waits_for_it(chain) -> None:
    first, second = (ask(chain.records, chain.clock(), name) for name in ("r1", "r2"))

    class Interrupted(Model):
        def narrate(self, task: Task) -> Answer:
            with pytest.raises(InProgressError):
                chain.insights(second)
            return super().narrate(task)

    object.__setattr__(chain.insights.tell, "narrator", model := Interrupted())
    chain.insights(first)
    chain.insights(second)

    assert len(model.tasks) == 1
    assert chain.job(second.origin)["unchanged"]


@pytest.mark.parametrize("missing", ["job", "analysis", "history"])
def test_a_message_about_what_is_not_there_is_permanent(chain, missing) -> None:
    message = ask(chain.records, chain.clock())
    if missing == "job":
        chain.records.jobs.clear()
    elif missing == "analysis":
        message = replace(message, analysis_id="other")
    else:
        message = replace(message, history_id="other")

    with pytest.raises(UnknownReferenceError, match=f"expected the {missing}"):
        chain.insights(message)


def test_a_job_that_cannot_be_told_fails_with_the_reason(chain) -> None:
    message = ask(chain.records, chain.clock())

    chain.insights.reject(message, RefusedError("expected a week, found none"), LETTER)

    job = chain.job(message.origin)
    assert job["status"] == "failed"
    assert job["reason"] == {"code": "refused", "message": "expected a week, found none"}


def test_the_explanation_that_was_asked_for_is_named(chain) -> None:
    assert tell(chain, "r1", explanation=True)["explanation_id"] == ANALYSIS
    assert "explanation_id" not in tell(chain, "r2")
