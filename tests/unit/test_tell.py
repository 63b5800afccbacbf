"""tell over ports in memory: who writes the text, what it costs, and what is shown instead."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from clarity.domain.errors import CutOffError, OpenError, RefusedError, UnavailableError
from clarity.domain.words.grounding import check
from clarity.steps.ports_words import Remark
from clarity.steps.tell import (
    BUDGET_SPENT,
    HELD_BACK,
    NO_ANSWER,
    NOT_CONFIGURED,
    REFUSED,
    TEMPLATE_VERSION,
    UNUSABLE,
    Asked,
)
from tests.audits import CHAINED
from tests.chain import LEASE, PATIENCE
from tests.telling import ADA, COST, FACTS, MESSAGE, PAUSE, World, dishonest, honest, unsafe


def assert_template(told, reason, *, provisional) -> None:
    assert told.narrative.source == told.source == "template"
    assert told.version == TEMPLATE_VERSION
    assert told.fallback_reason == reason
    assert told.provisional is provisional
    assert check(told.narrative, FACTS) == ()


def test_a_text_that_passes_the_check_is_used() -> None:
    world = World([honest])

    told = world()

    assert told.source == told.narrative.source == "gemini"
    assert told.version == world.narrator.version
    assert (told.fallback_reason, told.provisional, told.held) == (None, False, None)
    assert told.usage == COST
    assert world.used() == {"calls": 1, "prompt_tokens": 100, "output_tokens": 50}


def test_the_model_is_told_who_reads_and_how_long_it_may_take() -> None:
    world = World([honest])
    remarks = (Remark(5, "More about my walks, please"),)

    world(replace(ADA, language="es", level="plain", age=15), feedback=remarks)

    task = world.narrator.tasks[0]
    assert (task.language, task.level, task.minor) == ("es", "plain", True)
    assert (task.insight_type, task.data_timeframe) == ("general", "1week")
    assert (task.feedback, task.problems) == (remarks, ())
    assert {fact.metric for fact in task.facts} >= {"total_sleep_time", "daily_steps"}
    assert task.within == LEASE * 0.8


def test_a_held_text_is_repaired_with_the_reasons_in_the_time_that_is_left() -> None:
    world = World([dishonest, honest])

    told = world()

    first, second = world.narrator.tasks
    assert told.source == "gemini"
    assert told.usage == COST + COST
    assert second.problems == check(dishonest(first), FACTS)
    assert second.within == first.within - timedelta(seconds=3)
    assert world.used() == {"calls": 2, "prompt_tokens": 200, "output_tokens": 100}


def test_an_invented_number_is_held_back_twice_and_then_replaced() -> None:
    world = World([dishonest])

    told = world()

    assert len(world.narrator.tasks) == 2
    assert told.fallback_reason.startswith(HELD_BACK)
    assert "number" in told.fallback_reason
    assert_template(told, told.fallback_reason, provisional=False)
    assert "99,999" not in told.narrative.narrative
    assert told.held is None
    assert told.usage == COST + COST


def test_policy_14_a_text_that_is_still_unsafe_is_kept_for_a_human() -> None:
    world = World([dishonest, unsafe])

    told = world()

    assert told.held
    assert told.held.sentences == unsafe(world.narrator.tasks[1]).sentences
    assert "safety" in {problem.kind for problem in told.held.problems}
    assert_template(told, told.fallback_reason, provisional=False)
    assert "insomnia" not in told.narrative.narrative + told.fallback_reason


def test_policy_14_an_unsafe_text_whose_repair_is_safe_is_not_held() -> None:
    told = World([unsafe, honest])()

    assert (told.source, told.held) == ("gemini", None)


@pytest.mark.parametrize("second", ["cut short", UnavailableError("503"), RefusedError("403")])
def test_an_unsafe_text_without_a_repair_is_replaced_and_not_held(second) -> None:
    told = World([unsafe, second])()

    assert (told.source, told.held) == ("template", None)


def test_an_answer_that_cannot_be_used_is_paid_for_and_not_asked_for_again() -> None:
    world = World(["broken JSON"])

    told = world()

    assert_template(told, f"{UNUSABLE}broken JSON", provisional=False)
    assert told.usage == COST
    assert world.used() == {"calls": 1, "prompt_tokens": 100, "output_tokens": 50}


def test_a_model_that_is_down_is_tried_again_later_and_costs_nothing() -> None:
    world = World([UnavailableError("503"), honest])

    with pytest.raises(UnavailableError):
        world()

    assert world.calls == 0
    assert world().source == "gemini"


def test_policy_15_a_model_that_stays_down_is_replaced_for_now() -> None:
    world = World([UnavailableError("503")])
    world.clock.wait(PATIENCE.total_seconds())

    assert_template(world(), NO_ANSWER, provisional=True)
    assert world.calls == 0


def test_an_outage_does_not_eat_the_budget() -> None:
    world = World([UnavailableError("503")] * 5 + [honest], person_calls=1, takes_s=1)

    for _ in range(5):
        with pytest.raises(UnavailableError):
            world()

    assert world().source == "gemini"


def test_a_repair_that_meets_an_outage_is_not_waited_for() -> None:
    world = World([dishonest, UnavailableError("503")])

    told = world()

    assert_template(told, NO_ANSWER, provisional=True)
    assert told.usage == COST
    assert world.calls == 1


def test_calls_that_hang_may_be_billed_and_end_with_the_budget() -> None:
    world = World([CutOffError("no answer in time")], person_calls=3, takes_s=5)

    for _ in range(3):
        with pytest.raises(CutOffError):
            world()

    assert_template(world(), BUDGET_SPENT, provisional=True)
    assert len(world.narrator.tasks) == world.calls == 3


def test_a_refused_call_is_given_back_and_the_next_request_asks_again() -> None:
    world = World([RefusedError("403")])

    assert_template(world(), REFUSED, provisional=True)
    assert world.calls == 0


@pytest.mark.parametrize("limits", [{"person_calls": 0}, {"project_calls": 0}])
def test_when_a_budget_is_spent_the_template_writes(limits) -> None:
    world = World([honest], **limits)

    assert_template(world(), BUDGET_SPENT, provisional=True)
    assert not world.narrator.tasks


def test_a_budget_that_ends_before_the_repair_leaves_the_template() -> None:
    world = World([dishonest], person_calls=1)

    told = world()

    assert_template(told, BUDGET_SPENT, provisional=True)
    assert told.usage == COST


def test_what_came_by_itself_leaves_half_of_the_day_to_requests() -> None:
    world = World([honest], person_calls=4, takes_s=0)

    sources = [world(priority="low").source for _ in range(3)]

    assert sources == ["gemini", "gemini", "template"]
    assert world(priority="high").source == "gemini"


def test_a_model_that_keeps_failing_is_left_alone_and_then_probed() -> None:
    world = World([UnavailableError("503")] * 3 + [honest], failures=3, takes_s=0)
    for _ in range(5):
        with pytest.raises((UnavailableError, OpenError)):
            world()
    assert len(world.narrator.tasks) == len(world.records.audits) == 3

    world.clock.wait(PAUSE.total_seconds())

    assert world().source == "gemini"


def test_a_job_does_not_wait_for_a_breaker_beyond_its_patience() -> None:
    world = World([UnavailableError("503")], failures=1)
    with pytest.raises(UnavailableError):
        world()
    world.asked_at -= PATIENCE

    assert_template(world(), NO_ANSWER, provisional=True)
    assert len(world.narrator.tasks) == 1


def test_a_repair_is_not_begun_without_the_time_for_it() -> None:
    world = World([dishonest], takes_s=LEASE.total_seconds() * 0.8 - 1)

    assert_template(world(), NO_ANSWER, provisional=True)
    assert len(world.narrator.tasks) == 1


def test_without_a_model_the_template_is_the_version() -> None:
    world = World([honest])
    tell = replace(world.tell, narrator=None)

    told = tell(Asked(MESSAGE, FACTS, "general", "1week", ADA, (), world.asked_at))

    assert_template(told, NOT_CONFIGURED, provisional=False)
    assert tell.version_for(ADA) == TEMPLATE_VERSION
    assert world.tell.version_for(ADA) == world.narrator.version


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("level", ["plain", "detailed"])
def test_policy_15_the_template_is_in_the_person_s_language_and_level(language, level) -> None:
    told = World(["empty"])(replace(ADA, language=language, level=level))

    assert (told.narrative.language, told.narrative.level) == (language, level)
    assert told.narrative.narrative


def test_every_paid_call_leaves_a_record_of_its_own_without_a_health_value() -> None:
    world = World([dishonest, CutOffError("hung"), UnavailableError("503"), honest])
    world()
    with pytest.raises(UnavailableError):
        world()
    world()

    records: list[Any] = list(world.records.audits.values())
    assert len(records) == len(world.narrator.tasks) == 4
    assert {frozenset(record) for record in records} == {
        frozenset({"action", "step", "processing_id", "model", "at", "expires_at"} | CHAINED)
    }
    assert all(a["at"] <= b["at"] for a, b in pairwise(records))


@pytest.mark.parametrize("does", [dishonest, unsafe, "broken JSON", RefusedError("403")])
def test_policy_13_no_log_and_no_reason_holds_a_health_value(does, caplog) -> None:
    caplog.set_level(logging.DEBUG)

    told = World([does])()

    for secret in ("7 h 12 min", "9,850", "99,999", "insomnia", "432"):
        assert secret not in caplog.text + str(told.fallback_reason)
