"""A small seeded run holds; and each invariant breaks where what it guards is broken."""

from __future__ import annotations

import itertools
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.chaos.invariants import COLUMNS
from tests.chaos.people import crowd, last_request
from tests.chaos.reader import Letter
from tests.chaos.run import INVARIANTS, Chaos, Run, dwindled
from tests.chaos.weather import RPC, Weather

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.invariants import End
    from tests.chaos.reader import Found, Json

SEED, UPLOADS, PEOPLE, SECONDS = 5, 15, 3, 3.0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    state = tmp_path_factory.mktemp("chaos") / "state"
    return Chaos(state, SEED, UPLOADS, PEOPLE, SECONDS, cover=False)()


def test_nothing_is_lost_twice_or_stuck_under_faults(run) -> None:
    assert {name: broken for name, broken in run.broken.items() if broken} == {}
    assert run.sent["uploads"] >= UPLOADS


def test_faults_of_every_kind_struck(run) -> None:
    struck = {kind for kind, _ in run.weather.counts}
    assert struck >= {"gRPC", "push", "kill -9 at random", "disk", "Gemini told"}


def test_the_same_seed_has_the_same_people_and_faults() -> None:
    one, other = (Weather(3, on=True) for _ in range(2))
    drawn = [[each.draw("gRPC", "x", RPC) for _ in range(500)] for each in (one, other)]

    assert crowd(3, 5, 40, 10.0) == crowd(3, 5, 40, 10.0) != crowd(4, 5, 40, 10.0)
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) > {None}


def test_what_becomes_less_is_waited_for_and_what_does_not_is_told() -> None:
    seen: list[int] = []
    slow, stuck = iter([9, 9, 7, 7, 4, 4, 1, 1, 0]), itertools.chain([9, 4], itertools.repeat(4))

    left = dwindled(lambda: next(slow), seen.append, patience_s=1.0, poll_s=0.15)
    in_vain = dwindled(lambda: next(stuck), seen.append, patience_s=1.0, poll_s=0.15)

    assert (left, in_vain) == (0, 4)
    assert seen[:8] == [9, 9, 7, 7, 4, 4, 1, 1]


def first(found: Found, form: str) -> tuple[str, Json]:
    """A document of this form."""
    return next((match[0], fields) for match, fields in found.below(form))


CHUNK = r"users/[^/]+/days/[^/]+/chunks/[^/]+"
JOB, AUDIT, ANALYSIS = (rf"users/[^/]+/{name}/[^/]+" for name in ("jobs", "audit", "analyses"))


def without_a_sample(found: Found) -> None:
    _, chunk = first(found, CHUNK)
    chunk["count"] -= 1
    for name, kind in COLUMNS.items():
        chunk[name] = chunk[name][np.dtype(kind).itemsize :]


def with_a_sample_twice(found: Found) -> None:
    _, chunk = first(found, CHUNK)
    chunk["count"] += 1
    for name, kind in COLUMNS.items():
        chunk[name] += chunk[name][: np.dtype(kind).itemsize]


def with_another_identity(found: Found) -> None:
    with_a_sample_twice(found)
    _, chunk = first(found, CHUNK)
    chunk["identity"] = chunk["identity"][:-8] + b"12345678"


def with_a_deletion(found: Found) -> None:
    _, chunk = first(found, CHUNK)
    chunk["deleted"] += chunk["identity"][:8]


def with_other_steps(found: Found) -> None:
    for _, analysis in found.below(ANALYSIS):
        for each in analysis["metrics"]:
            each["value"] = 1.0


def with_a_wrong_answer(found: Found) -> None:
    _, answer = first(found, r"users/[^/]+/uploads/[^/]+-u00")
    answer["accepted"] += 1


def without_an_answer(found: Found) -> None:
    _, answer = first(found, r"users/[^/]+/insight_requests/[^/]+")
    del answer["status"]


def with_a_job_under_way(found: Found) -> None:
    _, job = first(found, JOB)
    job |= {"status": "processing", "progress": 0.5}


def with_a_message_that_waits(found: Found) -> None:
    found.waiting["preprocess"] = 1


def with_a_failed_job(found: Found) -> None:
    _, job = first(found, rf"users/[^/]+/jobs/request-{last_request('walker0000')}")
    job |= {"status": "failed", "reason": {"code": "refused", "message": "x"}}


def with_an_insight_twice(found: Found) -> None:
    path, insight = first(found, r"users/[^/]+/insights/[^/]+")
    found.documents |= {f"{path}{number}": insight for number in range(3)}


def with_a_notice_twice(found: Found) -> None:
    notice = {"token": "token", "data": {"insight_id": "i", "processing_id": "p"}}
    found.notices.extend([notice, notice])


def with_a_job_of_nobody(found: Found) -> None:
    path, job = first(found, JOB)
    found.documents[f"{path}-ghost"] = job


def with_an_unfinished_claim(found: Found) -> None:
    _, claim = first(found, r"claims/ingest:.+")
    del claim["result"]


def with_an_unpublished_message(found: Found) -> None:
    _, claim = first(found, r"claims/ingest:.+")
    claim["unpublished"] = True


def with_a_chunk_of_no_upload(found: Found) -> None:
    path, chunk = first(found, CHUNK)
    found.documents[f"{path}-ghost"] = chunk


def with_a_record_of_nothing(found: Found) -> None:
    _, record = first(found, rf"{AUDIT}")
    record |= {"action": "predict", "processing_id": "ghost"}


def without_a_record(found: Found) -> None:
    del found.documents[first(found, AUDIT)[0]]


def without_an_audit(found: Found) -> None:
    for kind in ("audit", "audit_heads"):
        for match, _ in list(found.below(rf"users/[^/]+/{kind}/[^/]+")):
            del found.documents[match[0]]


def with_a_review_of_nothing(found: Found) -> None:
    found.documents["users/walker0000/reviews/ghost"] = {}


def with_another_persons_name(found: Found) -> None:
    found.documents["users/walker0000/queues/uploads"]["message"] = "of walker0001"


def with_health_data_in_a_message(found: Found) -> None:
    found.messages.append(("health-data-ingested", b'{"heart_rate": 60}', {}))


def with_a_device_in_the_log(found: Found) -> None:
    found.logs.append("ingest.log: Watch of walker0001")


def with_too_many_calls(found: Found) -> None:
    found.documents["users/walker0000/budgets/2026-01-01"] = {"calls": 11}


def without_a_letter(found: Found) -> None:
    gone = next(each for each in found.letters if each.code == "unknown_reference" and each.data)
    found.letters[:] = [each for each in found.letters if each.data != gone.data]


def with_a_letter_more(found: Found) -> None:
    fields = {"user_id": "walker0000", "processing_id": "upload-walker0000-u00"}
    found.letters.append(Letter("ingest", "exhausted", b"", fields))


CASES: dict[str, list[Callable[[Found], None]]] = {
    "samples lost, or not deleted": [without_a_sample, with_a_deletion],
    "samples twice": [with_a_sample_twice, with_another_identity],
    "steps of the last analysis wrong": [with_other_steps],
    "uploads answered wrongly": [with_a_wrong_answer, without_a_sample],
    "requests and feedback answered wrongly": [without_an_answer],
    "stuck": [with_a_job_under_way, with_a_message_that_waits],
    "failed without poison": [with_a_failed_job],
    "told twice": [with_an_insight_twice],
    "announced twice": [with_a_notice_twice],
    "orphans": [
        with_a_job_of_nobody,
        with_an_unfinished_claim,
        with_an_unpublished_message,
        with_a_chunk_of_no_upload,
        with_a_record_of_nothing,
        with_a_review_of_nothing,
    ],
    "another person's": [with_another_persons_name],
    "health data in messages or logs": [with_health_data_in_a_message, with_a_device_in_the_log],
    "paid calls above the caps": [with_too_many_calls],
    "audits with gaps": [without_a_record, with_a_record_of_nothing, without_an_audit],
    "dead letters that are no poison, or poison without": [without_a_letter, with_a_letter_more],
}


def test_every_invariant_has_a_case_that_breaks_it() -> None:
    assert set(CASES) == set(INVARIANTS)


@pytest.mark.parametrize(
    ("name", "damage"), [(name, each) for name, cases in CASES.items() for each in cases]
)
def test_an_invariant_names_what_breaks_it(run, name, damage) -> None:
    found = deepcopy(run.end.found)
    damaged: End = replace(run.end, found=found)
    damage(found)

    broken: list[Any] = list(INVARIANTS[name](damaged))

    assert broken
    assert all(each.where and each.what for each in broken)
