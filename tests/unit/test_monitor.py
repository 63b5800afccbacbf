"""The monitor over ports in memory: what alarms, what does not, and what a death changes."""

from __future__ import annotations

import copy
import logging
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from clarity.domain.drift import LEAST_PEOPLE, MOST_PEOPLE
from clarity.domain.errors import InProgressError
from clarity.domain.health import line
from clarity.steps.weeks import gather
from tests.monitored import (
    BEGAN,
    DAY,
    HOUR,
    MODEL,
    PACE,
    WEEK,
    Deployment,
    MemoryWatched,
    analysis,
)

LOUD = {"daily_steps": 3.0}
ALIKE: dict[str, float] = {}


@pytest.fixture
def deployment() -> Deployment:
    made = Deployment()
    made.start()
    return made


def test_weeks_alike_are_no_drift_and_each_is_looked_at_once(deployment) -> None:
    states = deployment.weeks(*[ALIKE] * 4)

    assert states == ["none"] * 4
    assert [each["people"] for each in deployment.watched.windows.values()] == [40] * 4
    assert deployment.watched.requests == {}
    assert deployment.told == states


def test_one_noisy_week_raises_no_alarm(deployment) -> None:
    states = deployment.weeks(ALIKE, LOUD, ALIKE, LOUD, LOUD, ALIKE)

    assert states == ["none", "suspected", "none", "suspected", "suspected", "none"]
    assert deployment.watched.requests == {}


def test_sustained_drift_asks_once_for_a_new_training_and_its_end_is_noted(deployment) -> None:
    states = deployment.weeks(ALIKE, LOUD, LOUD, LOUD, LOUD, ALIKE, ALIKE, ALIKE, ALIKE)

    assert states == ["none", "suspected", "suspected", *["drift"] * 4, "none", "none"]
    ((name, request),) = deployment.watched.requests.items()
    assert name == f"{MODEL}-20260608T000000Z"
    assert request["since"] == BEGAN + WEEK
    assert (request["state"], request["model"], request["people"]) == ("open", MODEL, 40)
    assert "daily_steps" in request["what"]
    assert request["recovered_at"] == deployment.now - WEEK + 2 * HOUR


def test_a_second_drift_is_another_episode(deployment) -> None:
    deployment.weeks(*[LOUD] * 3, *[ALIKE] * 3, *[LOUD] * 3)

    first, second = deployment.watched.requests.values()
    assert first["recovered_at"] is not None
    assert second["recovered_at"] is None
    assert second["since"] - first["since"] == 6 * WEEK


def test_another_model_begins_the_watch_anew_and_only_its_readings_count(deployment) -> None:
    deployment.weeks(*[LOUD] * 3)
    deployment.model = "pat-y"
    deployment.watched.add("late", analysis(deployment.rng, deployment.now + DAY, model=MODEL))
    deployment.week(daily_steps=3.0)

    health = deployment.tick()

    assert health["drift"]["state"] == "suspected"
    assert len(deployment.watched.requests) == 1
    newest = list(deployment.watched.windows.values())[-1]
    assert (newest["people"], newest["of_other_models"]) == (40, 1)


def test_another_reference_begins_the_watch_anew(deployment) -> None:
    deployment.weeks(LOUD, LOUD)
    deployment.adopt("v2")

    assert deployment.weeks(LOUD) == ["suspected"]


def test_without_a_reference_of_its_own_nothing_is_drift(deployment) -> None:
    deployment.without_reference()

    assert deployment.weeks(*[LOUD] * 4) == ["no_reference"] * 4
    assert deployment.watched.requests == {}


def test_too_few_people_are_looked_at_together_until_they_are_enough(deployment) -> None:
    few = LEAST_PEOPLE // 2
    deployment.week(people=few)
    first = deployment.tick()
    # Others than in the week before.
    for number in range(few + 1):
        at = deployment.now + (1 + 0.1 * number) * DAY
        deployment.watched.add(f"new-{number}", analysis(deployment.rng, at))
    deployment.now += WEEK
    second = deployment.tick()

    assert (first["drift"]["state"], first["drift"]["looked"]["people"]) == ("too_few", few)
    assert second["drift"]["state"] == "none"
    (window,) = deployment.watched.windows.values()
    assert window["people"] == 2 * few + 1
    assert window["until"] - window["since"] == 2 * WEEK


def test_nobody_for_months_leaves_no_windows(deployment) -> None:
    states = [deployment.weeks(LOUD)[0]]
    for _ in range(9):
        deployment.week(people=0)
        states.append(deployment.tick()["drift"]["state"])

    assert states == ["suspected"] * 3 + ["too_few"] * 7  # what was seen once is known no more
    assert len(deployment.watched.windows) == 1


def test_few_people_for_months_end_a_window_without_a_verdict(deployment) -> None:
    states = []
    for _ in range(9):
        deployment.week(3, daily_steps=3.0)
        states.append(deployment.tick()["drift"]["state"])

    assert states == ["too_few"] * 9
    (window,) = deployment.watched.windows.values()
    assert (window["people"], window["compared"]) == (3, False)
    assert window["until"] - window["since"] == 8 * WEEK


def test_a_window_is_looked_at_a_while_after_its_end_with_what_was_stored_late(deployment) -> None:
    deployment.pace = replace(PACE, grace=3 * HOUR)
    deployment.week()
    early = deployment.tick()
    late = deployment.now - timedelta(minutes=30)
    deployment.watched.add("late", analysis(deployment.rng, late))
    deployment.now += HOUR
    after = deployment.tick()

    assert early["drift"]["looked"]["analyses"] == 0
    assert after["drift"]["looked"]["analyses"] == 41


def test_a_person_counts_once_with_the_newest_week(deployment) -> None:
    deployment.week()
    for hours in range(50):
        at = deployment.now - WEEK + hours * HOUR
        deployment.watched.add("person-1", analysis(deployment.rng, at, daily_steps=99.0))

    looked = deployment.tick()["drift"]["looked"]

    assert (looked["people"], looked["analyses"], looked["what"]) == (40, 90, [])


def test_a_tick_that_is_killed_anywhere_is_made_up_for_by_the_next(deployment) -> None:
    deployment.weeks(LOUD, LOUD)
    deployment.week(daily_steps=3.0)
    whole = copy.deepcopy(deployment)
    before = whole.watched.calls
    whole.tick()
    calls = whole.watched.calls - before

    for dies in range(1, calls + 1):
        killed = copy.deepcopy(deployment)
        killed.watched.dies = before + dies
        with pytest.raises(KeyboardInterrupt):
            killed.tick()
        killed.tick()

        assert killed.watched.windows == whole.watched.windows
        assert killed.watched.requests == whole.watched.requests != {}


def test_of_two_ticks_at_once_one_writes(deployment) -> None:
    deployment.week()
    keep = deployment.watched.keep

    def overtaken(*args) -> None:
        deployment.watched.keep = keep
        deployment.tick()
        keep(*args)

    deployment.watched.keep = overtaken
    with pytest.raises(InProgressError):
        deployment.tick()

    assert len(deployment.watched.windows) == 1


def test_a_new_device_that_differs_is_named_with_its_slice(deployment) -> None:
    for _ in range(3):
        deployment.week()
        for number in range(30):
            at = deployment.now - DAY
            document = analysis(deployment.rng, at, device="Watch9,9", heart_rate_hours=-4.0)
            deployment.watched.add(f"nine-{number}", document)
        health = deployment.tick()

    looked = health["drift"]["looked"]
    assert health["drift"]["state"] == "drift"
    assert looked["what"] == ["heart_rate_hours"]
    assert looked["slices_too_small"] == ["device Watch9,9"]  # the reference has none like it


def test_what_cannot_be_read_or_is_gone_is_left_out(deployment) -> None:
    deployment.week()
    paths = list(deployment.watched.analyses)
    deployment.watched.analyses[paths[0]]["quality"] = None
    deployment.watched.analyses[paths[1]]["embedding"] = [1.0]
    deployment.watched.analyses[paths[2]]["embedding"][0] = float("nan")
    deployment.watched.analyses[paths[4]]["embedding"][0] = 1e200
    deployment.watched.analyses[paths[5]]["expires_at"] = "2027-01-01"
    deployment.watched.analyses[paths[6]]["expires_at"] = None
    read = deployment.watched.read
    deployment.watched.read = lambda wanted: [e for e in read(wanted) if e["path"] != paths[3]]

    looked = deployment.tick()["drift"]["looked"]

    assert (looked["people"], looked["unlike"], looked["people_found"]) == (33, 6, 40)


def test_more_weeks_of_another_width_than_good_ones_silence_nobody(deployment) -> None:
    deployment.week(people=70)
    for path in list(deployment.watched.analyses)[:40]:
        deployment.watched.analyses[path]["embedding"] = [0.5] * 3

    health = deployment.tick()

    looked = health["drift"]["looked"]
    assert (looked["people"], looked["unlike"], looked["compared"]) == (30, 40, True)
    assert health["drift"]["state"] == "none"


def test_weeks_of_another_width_than_the_reference_s_are_too_few_and_never_many(deployment) -> None:
    deployment.week()
    for each in deployment.watched.analyses.values():
        each["embedding"] = [0.5] * 3

    health = deployment.tick()

    assert health["drift"]["state"] == "too_few"
    assert "0 of 25 (and 40 weeks unreadable, or of another width" in line(health, deployment.now)


def test_of_many_analyses_so_many_are_read_and_of_many_people_the_same_are_taken() -> None:
    rng, watched = np.random.default_rng(1), MemoryWatched()
    document = analysis(rng, BEGAN)
    for number in range(6000):
        at = BEGAN + number * timedelta(minutes=1)
        watched.add(f"person-{number}", document | {"created_at": at})

    def found(documents: int, in_time=lambda: True):
        until = BEGAN + 6000 * timedelta(minutes=1)
        return gather(watched, BEGAN, until, MODEL, documents=documents, in_time=in_time)

    whole, part = found(6000), found(640)
    left = iter([True, True, True, False])
    hasty = found(640, in_time=lambda: next(left))

    assert len(whole.people) == MOST_PEOPLE
    assert (whole.found, whole.sampled) == (6000, True)
    assert found(6000).persons == whole.persons
    assert (part.found, part.analyses, part.sampled) == (640, 6000, True)
    assert hasty.found == 40


def test_health_says_what_happened_in_a_day(deployment) -> None:
    deployment.week()
    for number in range(100):
        at = deployment.now - number * timedelta(minutes=1)
        deployment.watched.add(f"p{number}", analysis(deployment.rng, at, seconds=number / 100))
    deployment.watched.failed = 25
    lately = len(deployment.watched._between(deployment.now - DAY + 2 * HOUR, deployment.now + DAY))

    health = deployment.tick()

    day = health["day"]
    assert day["predictions"] == lately >= 100
    assert day["failed_share"] == pytest.approx(25 / (lately + 25))
    assert day["latency_p50_seconds"] == pytest.approx(0.5, abs=0.05)
    assert day["latency_p95_seconds"] == pytest.approx(0.94, abs=0.02)
    assert health["weights_sha256"] == "ab" * 32


def test_the_log_line_holds_counts_and_no_names(deployment, caplog) -> None:
    caplog.set_level(logging.INFO)
    deployment.weeks(*[LOUD] * 3)

    (record,) = (each for each in caplog.records[-1:] if each.getMessage() == "monitored")
    assert record.fields | {"differed": 1, "seconds": 0} == {
        "state": "drift",
        "people": 40,
        "analyses": 40,
        "differed": 1,
        "looked": 1,
        "requested": 1,
        "recovered": 0,
        "predictions": record.fields["predictions"],
        "failed": 0,
        "seconds": 0,
    }
    assert "person-" not in caplog.text


@pytest.mark.parametrize("day", [0.5, 4.0])
def test_a_noisy_day_is_in_the_weeks_of_seven_days_and_no_drift(deployment, day) -> None:
    noisy = deployment.now + WEEK + day * DAY
    states = []
    for _ in range(5):
        for number in range(60):
            at = deployment.now + deployment.rng.random() * WEEK
            shift = 3.0 * (noisy <= at < noisy + 7 * DAY)
            document = analysis(deployment.rng, at, daily_steps=shift)
            deployment.watched.add(f"person-{number}", document)
        deployment.now += WEEK
        states.append(deployment.tick()["drift"]["state"])

    assert "suspected" in states
    assert "drift" not in states


def found_in(runs: int, **shift: float) -> tuple[int, int]:
    """Of so many deployments, each watched for three weeks: weeks that differ, and drifts."""
    differ = drift = 0
    for seed in range(runs):
        each = Deployment(seed=100 + seed, people=30)
        each.start()
        states = each.weeks(*[shift] * 3)
        windows = each.watched.windows.values()
        differ += sum(window["differs"] for window in windows)
        drift += "drift" in states
    return differ, drift


def test_deployments_without_drift_are_left_alone_and_those_with_it_are_found() -> None:
    differ, drift = found_in(8)

    assert differ <= 5  # of 24 windows; 6 or more would come once in 700 times
    assert drift == 0
    assert found_in(2, daily_steps=2.0) == (6, 2)


def test_a_new_reference_in_the_middle_of_drift_ends_its_request(deployment) -> None:
    assert deployment.weeks(LOUD, LOUD, LOUD)[-1] == "drift"
    (request,) = deployment.watched.requests.values()

    deployment.adopt("v2")
    health = deployment.tick()

    assert health["drift"]["request"] is None
    assert request["recovered_at"] is not None
