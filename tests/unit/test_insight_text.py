"""insights over ports in memory: what becomes of remarks, of unsafe texts, and of dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clarity.domain.person import Person
from clarity.domain.words.facts import facts_from
from clarity.steps.insight import HELD_BACK
from clarity.steps.ports_words import Remark
from tests.chain import Chain
from tests.measured import ask, insight, measure, tell, weeks
from tests.model import Model

CRISIS = {"words": "I want to kill myself", "rating": 1}


@pytest.fixture
def chain() -> Chain:
    made = Chain(narrator=Model())
    measure(made.records)
    return made


def said(chain: Chain, *documents: dict[str, Any], age: timedelta = timedelta(hours=1)) -> None:
    """The person's answered feedback, oldest first."""
    for number, document in enumerate(documents):
        at = chain.clock() - age + timedelta(seconds=number)
        fields = {"insight_id": "i1", "status": "received", "received_at": at, **document}
        chain.records.uploads[f"users/ada/feedback/f{at:%H%M%S}{number}"] = fields


def test_new_remarks_reach_the_next_text_as_data_the_newest_first(chain) -> None:
    tell(chain, "r1")
    words = [{"words": f"say {number}", "rating": number or None} for number in range(5)]
    said(chain, *words)

    job = tell(chain, "r2")

    assert "unchanged" not in job
    assert chain.narrator.tasks[0].feedback == ()
    assert chain.narrator.tasks[1].feedback == (
        Remark(4, "say 4"),
        Remark(3, "say 3"),
        Remark(2, "say 2"),
    )


def test_a_remark_without_a_rating_and_one_with_a_rating_from_javascript(chain) -> None:
    said(chain, {"words": "shorter, please"}, {"words": "good", "rating": 4.0})

    tell(chain)

    assert chain.narrator.tasks[0].feedback == (Remark(4, "good"), Remark(None, "shorter, please"))


def test_remarks_do_not_change_the_template_s_text(chain) -> None:
    chain = Chain()
    measure(chain.records)
    first = tell(chain, "r1")
    said(chain, {"words": "shorter, please"})

    assert tell(chain, "r2")["insight_id"] == first["insight_id"]


def test_words_that_speak_of_a_crisis_reach_no_prompt_and_bring_the_help_text_policy_12(
    chain,
) -> None:
    said(chain, CRISIS, {"words": "shorter, please"})

    told = insight(chain, tell(chain))

    assert chain.narrator.tasks[0].feedback == (Remark(None, "shorter, please"),)
    assert told["support"]["text"]
    assert "kill" not in str(told["support"])


def test_the_help_text_comes_although_nothing_else_has_changed_and_goes_again(chain) -> None:
    before = tell(chain, "r1")
    assert insight(chain, before)["support"] is None
    said(chain, CRISIS)

    during = tell(chain, "r2")
    chain.clock.wait(timedelta(days=7).total_seconds())
    after = tell(chain, "r3")

    assert insight(chain, during)["support"]
    assert after["insight_id"] == before["insight_id"]


def test_a_topic_that_the_person_avoids_is_no_fact_policy_13(chain) -> None:
    chain.settings(avoid=["sleep", "heart"])

    told = insight(chain, tell(chain))

    assert not {fact["topic"] for fact in told["facts"]} & {"sleep", "heart"}
    assert not any("sleep" in name for name in told["related_metrics"])


def test_an_unsafe_text_is_held_for_review_and_the_person_reads_another_policy_14(chain) -> None:
    chain.narrator.said = "You suffer from insomnia and need zolpidem."

    job = tell(chain)

    assert (job["status"], job["message"]) == ("requires_review", HELD_BACK)
    assert job["review_id"] == "request-r1"
    told = insight(chain, job)
    assert told["source"] == "template"
    assert told["review_id"] == "request-r1"
    assert "insomnia" not in str(told["narrative"]) + str(told["sentences"])
    held = chain.reviews.held["ada", "request-r1"]
    assert held["sentences"][0]["text"] == chain.narrator.said
    assert "safety" in held["kinds"]
    assert all(problem["reason"] for problem in held["problems"])
    assert held["model_version"] == "model-test"
    assert held["insight_id"] == job["insight_id"]
    cited = {name for sentence in held["sentences"] for name in sentence["facts"]}
    assert cited <= {fact["id"] for fact in held["facts"]}
    assert held["expires_at"] > held["created_at"]


def test_who_asks_again_for_a_held_text_is_told_the_same_and_nothing_is_paid(chain) -> None:
    chain.narrator.said = "You suffer from insomnia and need zolpidem."
    first = tell(chain, "r1")
    paid = len(chain.narrator.tasks)

    second = tell(chain, "r2")

    assert len(chain.narrator.tasks) == paid
    assert (second["status"], second["review_id"]) == ("requires_review", "request-r1")
    assert second["insight_id"] == first["insight_id"]
    assert len(chain.reviews.held) == 1


def test_an_untrue_text_that_is_not_unsafe_is_not_held(chain) -> None:
    chain.narrator.said = "You walked 99,999 steps a day."

    job = tell(chain)

    assert job["status"] == "completed"
    assert insight(chain, job)["source"] == "template"
    assert not chain.reviews.held


def test_without_earlier_weeks_the_newest_week_is_told(chain) -> None:
    message = replace(ask(chain.records, chain.clock()), history_id=None)

    chain.insights(message)

    told = insight(chain, chain.job(message.origin))
    assert told["history_id"] is None
    assert told["date_range"] == {"start": "2026-06-08", "end": "2026-06-14"}
    assert not any(fact["kind"] in {"usual", "change"} for fact in told["facts"])


@pytest.mark.parametrize(
    ("timeframe", "start"),
    [("1week", "2026-06-08"), ("1month", "2026-05-18"), ("3months", "2026-05-11")],
)
def test_the_range_of_dates_is_the_timeframe_s_as_far_as_it_is_known(
    chain, timeframe, start
) -> None:
    told = insight(chain, tell(chain, data_timeframe=timeframe))

    assert told["date_range"] == {"start": start, "end": "2026-06-14"}


def test_the_document_has_whole_seconds_and_what_the_app_shows(chain) -> None:
    chain.clock.now = datetime(2026, 6, 15, 9, 0, 0, 987_654, tzinfo=UTC)
    chain.settings(language="de-AT", reading_level="plain")

    told = insight(chain, tell(chain))

    assert told["generated_at"] == datetime(2026, 6, 15, 9, tzinfo=UTC)
    assert told["expires_at"].microsecond == 0
    assert (told["language"], told["reading_level"]) == ("de", "plain")
    assert (told["category"], told["priority"]) == ("general", "medium")
    assert 0 < told["confidence_score"] <= 1
    assert told["read_at"] is told["rating"] is told["support"] is None
    facts = facts_from(
        weeks()[0],
        insight_type="general",
        person=Person.parse(chain.records.people["ada"], chain.clock().date()),
        history=weeks()[1] | {"data_timeframe": "1week"},
    )
    assert [fact["id"] for fact in told["facts"]] == [fact.id for fact in facts]
    cited = {name for sentence in told["sentences"] for name in sentence["facts"]}
    expected = [fact.metric.partition(".")[0] for fact in facts if fact.id in cited]
    assert told["related_metrics"] == list(dict.fromkeys(expected))
