"""The weeks beside the analysed one: how far back they go, and where they are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clarity.domain.errors import NotSettledError
from clarity.sources.generated import people
from clarity.steps.ingest import MOST_ROWS
from clarity.steps.preprocess import LOOKBACK_DAYS, latest
from tests.chain import RETENTION, Chain

LAST_DAY = date(2026, 6, 14)


@pytest.fixture(scope="module")
def quarter() -> people.Person:
    return people.generate("office-worker", days=105, last_day=LAST_DAY)


@pytest.fixture(scope="module")
def week() -> people.Person:
    return people.generate("office-worker", last_day=LAST_DAY)


@pytest.fixture(scope="module")
def known(quarter) -> Chain:
    chain = Chain()
    chain.send(quarter, batch=MOST_ROWS)
    chain.run()
    return chain


def history_of(chain, **wish):
    origin = chain.request(f"r{len(chain.records.jobs)}", **wish)
    chain.clock.wait(60)
    while chain.topics.ingested_messages:
        chain.preprocess(chain.topics.ingested_messages.pop(0))
    message = chain.topics.analysed_messages[-1]
    chain.run()
    return origin, chain.records.history("ada", message.history_id)


@pytest.mark.parametrize(("timeframe", "weeks"), [("1week", 5), ("1month", 8), ("3months", 14)])
def test_a_timeframe_says_how_far_back_it_looks(known, timeframe, weeks):
    origin, history = history_of(known, data_timeframe=timeframe)

    analysis = known.records.analysis("ada", known.job(origin)["analysis_id"])
    assert history["data_timeframe"] == timeframe
    assert len(history["first_days"]) == weeks
    assert history["first_days"][-1] == analysis["window"]["first_day"]
    assert history["expires_at"] - history["created_at"] == RETENTION


def test_the_week_is_the_same_whatever_the_timeframe(known):
    ids = {
        known.job(history_of(known, data_timeframe=timeframe)[0])["analysis_id"]
        for timeframe in LOOKBACK_DAYS
    }

    assert len(ids) == 1
    assert known.encoder.calls == 1


def test_the_same_weeks_are_kept_once(known):
    history_of(known, data_timeframe="1month", insight_type="sleep")
    before = len(known.records.histories)

    history_of(known, data_timeframe="1month", insight_type="activity")

    assert len(known.records.histories) == before


def test_a_first_week_that_began_late_counts_as_a_week():
    chain = Chain()
    chain.send(people.generate("office-worker", days=20, last_day=LAST_DAY))

    _, history = history_of(chain, data_timeframe="1month")

    assert history["first_days"] == ["2026-05-25", "2026-06-01", "2026-06-08"]
    assert history["sufficient"] == [True, True, True]


def test_a_week_alone_has_none_beside_it(week):
    chain = Chain()
    chain.send(week)
    chain.request()
    chain.clock.wait(60)
    while chain.topics.ingested_messages:
        chain.preprocess(chain.topics.ingested_messages.pop(0))

    assert {message.history_id for message in chain.topics.analysed_messages} == {None}


def test_whoever_asks_for_months_and_has_a_week_is_told_how_little_that_is(week):
    chain = Chain()
    chain.send(week)

    origin, history = history_of(chain, data_timeframe="3months")

    assert len(history["first_days"]) == 1
    insight = chain.records.insights["ada", chain.job(origin)["insight_id"]]
    analysis = chain.records.analyses["ada", insight["analysis_id"]]
    assert insight["confidence_score"] == pytest.approx(analysis["confidence"] / 13, abs=1e-4)
    assert "1 of 13" in insight["narrative"]


def test_nobody_who_wants_no_words_has_their_weeks_read(quarter):
    chain = Chain()
    chain.settings(insights="on_request")

    chain.send(quarter, batch=MOST_ROWS)
    chain.run()

    assert chain.records.analyses
    assert not chain.records.histories


def test_who_asks_with_high_priority_does_not_wait_for_the_end_of_a_burst(week):
    chain = Chain()
    chain.send(week)
    chain.request("calm")
    chain.request("high", priority="high")
    _, calm, high = chain.topics.ingested_messages

    with pytest.raises(NotSettledError):
        chain.preprocess(calm)
    chain.preprocess(high)

    assert [message.processing_id for message in chain.topics.analysed_messages] == ["request-high"]


def test_the_latest_days_are_those_that_have_data(known):
    chunks = known.records.recent("ada", 98)

    found = latest(chunks, 14)

    assert {chunk.day for chunk in found} == {LAST_DAY - timedelta(days=n) for n in range(14)}
