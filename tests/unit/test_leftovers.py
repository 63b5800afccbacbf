"""When a job is stuck, where it stands, and what moves it on."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from clarity.domain.job import Origin
from clarity.steps.leftovers import OpenJob, Verdict, Work, judge, resuming, standing
from clarity.steps.ports import Completed, Outgoing
from tests.chain import Clock
from tests.memory_sweep import LIMITS

ORIGIN = Origin("ada", "uploads", "u1")


@pytest.mark.parametrize(
    ("minutes", "tried", "verdict"),  # since the job moved, and since somebody was at it
    [
        (0, None, Verdict.LEAVE),
        (29, None, Verdict.LEAVE),
        (30, None, Verdict.RESUME),
        (30, -1, Verdict.LEAVE),
        (300, 29, Verdict.LEAVE),
        (300, 30, Verdict.RESUME),
        (539, 539, Verdict.RESUME),
        (540, None, Verdict.GIVE_UP),
        (540, 30, Verdict.GIVE_UP),
        (540, 29, Verdict.LEAVE),
    ],
)
def test_a_job_is_stuck_when_it_has_not_moved_and_nobody_tries(minutes, tried, verdict) -> None:
    clock = Clock()
    job = OpenJob(ORIGIN, "normal", clock())
    clock.wait(60 * minutes)
    until = None if tried is None else clock() - timedelta(minutes=tried)

    assert judge(job, Work(until=until), clock(), LIMITS) is verdict


HANDED_ON = Outgoing("analysed", b"{}", {})
DONE, OWING = Work(Completed("r")), Work(Completed("r", (HANDED_ON,)))


@pytest.mark.parametrize(
    ("work", "at", "topics"),
    [
        ((Work(), Work(), Work()), 0, ["documents"]),
        ((Work(until=Clock().now), Work(), Work()), 0, ["documents"]),
        ((DONE, Work(), Work()), 1, ["ingested"]),
        ((OWING, Work(), Work()), 1, ["analysed"]),
        ((DONE, OWING, Work(until=Clock().now)), 2, ["analysed"]),
        ((DONE, DONE, Work()), 2, []),
    ],
)
def test_a_job_goes_on_by_the_messages_of_the_step_before(work, at, topics) -> None:
    job = OpenJob(ORIGIN, "low", Clock().now)

    assert standing(work) == at
    assert [each.topic for each in resuming(job, work)] == topics


def test_a_message_that_nobody_kept_is_made_anew_from_the_job() -> None:
    job = OpenJob(ORIGIN, "low", Clock().now)

    (message,) = resuming(job, (DONE, Work(), Work()))

    body = json.loads(message.data)
    assert (body["user_id"], body["upload_id"], body["priority"]) == ("ada", "u1", "low")
