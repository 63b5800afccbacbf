"""The main job over loopback: the real processes, a phone that writes and listens."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime

import httpx
import pytest

from clarity.sources.generated import people
from infra.local.phone import Phone
from infra.local.supervisor import PROCESSES
from infra.local.topology import HOST
from tests.cloud import Cloud, until, whole_cloud

EVERY_STATUS = ["queued", "preprocessing", "processing", "analyzing", "completed"]
TIMEOUT_S = 120


def week(name: str = "office-worker", seed: int = 1) -> people.Person:
    return people.generate(name, last_day=people.last_full_day(name, datetime.now(UTC)), seed=seed)


def send(phone: Phone, person: people.Person, attempt: str) -> None:
    phone.settings(**people.CONSENT)
    for upload_id, document in people.uploads(person, attempt=attempt):
        phone.create(upload_id, document)


def ask(phone: Phone, request_id: str, *, explanation: bool = False) -> dict:
    origin = phone.request(request_id, insight_type="general", explanation=explanation)
    return dict(list(phone.follow(origin, TIMEOUT_S))[-1])


def documents(cloud: Cloud, user: str, collection: str) -> dict[str, dict]:
    stored = cloud.firestore().collection(f"users/{user}/{collection}").stream()
    return {snapshot.id: snapshot.to_dict() or {} for snapshot in stored}


def gemini_calls(cloud: Cloud) -> int:
    return httpx.get(f"http://{HOST}:{cloud.ports.http}/_local/gemini").json()["calls"]


def all_jobs_final(cloud: Cloud, user: str) -> bool:
    final = {"completed", "insufficient_data", "failed", "requires_review"}
    return all(job["status"] in final for job in documents(cloud, user, "jobs").values())


def test_a_week_becomes_an_insight_and_the_phone_sees_every_step(running) -> None:
    phone = Phone(running.firestore(), "first")
    send(phone, week(), "a")

    job = ask(phone, "r1")

    heard = [step["status"] for step in job["history"]]
    assert heard == [status for status in EVERY_STATUS if status in heard]
    # The uploads' own job may have read the week already: then the request needs no model.
    assert set(EVERY_STATUS) - set(heard) <= {"processing"}
    insight = documents(running, "first", "insights")[job["insight_id"]]
    assert insight["source"] == "gemini"
    assert insight["narrative"]
    analysis = documents(running, "first", "analyses")[job["analysis_id"]]
    assert len(analysis["embedding"]) == 96
    assert len(analysis["provenance"]["weights_sha256"]) == 64


def test_the_same_week_again_costs_nothing(running) -> None:
    phone = Phone(running.firestore(), "sender-twice")
    send(phone, week(), "a")
    first = ask(phone, "r1")
    until(lambda: all_jobs_final(running, "sender-twice"))
    before = gemini_calls(running)

    for upload_id, document in people.resend(week(), attempt="b"):
        phone.create(upload_id, document)
    second = ask(phone, "r2")
    until(lambda: all_jobs_final(running, "sender-twice"))

    assert second["insight_id"] == first["insight_id"]
    assert len(documents(running, "sender-twice", "analyses")) == 1
    assert len(documents(running, "sender-twice", "insights")) == 1
    assert gemini_calls(running) == before


def test_an_explanation_that_was_asked_for_is_beside_its_analysis_and_made_once(running) -> None:
    phone = Phone(running.firestore(), "curious")
    send(phone, week(), "a")
    plain = ask(phone, "r1")
    assert "explanation_id" not in plain

    first, second = (ask(phone, name, explanation=True) for name in ("r2", "r3"))

    assert first["status"] == second["status"] == "completed"
    explanations = documents(running, "curious", "explanations")
    found = explanations[first["explanation_id"]]
    assert set(explanations) == {second["explanation_id"]} == {plain["analysis_id"]}
    assert sum(found["attention"]) == pytest.approx(1)
    missed = abs(sum(found["attribution"]) - found["departure"])
    assert missed == pytest.approx(found["completeness_error"] * found["departure"], abs=1e-6)
    assert len(found["attention"]) * found["patch_minutes"] == 10_080
    analysis = documents(running, "curious", "analyses")[plain["analysis_id"]]
    assert found["provenance"] == analysis["provenance"]
    assert found["window"]["first_day"] == analysis["window"]["first_day"]
    assert "correlational" in found["words"]["notice"]
    actions = [each["action"] for each in documents(running, "curious", "audit").values()]
    assert (actions.count("explain"), actions.count("predict")) == (1, 1)


@pytest.mark.parametrize(
    "name",
    [
        "office-worker",
        "night-shift",
        "traveller",
        "two-devices",
        "non-wear",
        "newborn-parent",
        "no-stages",
    ],
)
def test_each_person_comes_to_an_honest_end(running, name) -> None:
    phone = Phone(running.firestore(), f"person-{name}")
    send(phone, week(name), "a")

    job = ask(phone, "r1")

    if name == "non-wear":
        assert job["status"] == "insufficient_data"
        assert any(day["date"] in job["message"] for day in job["reason"]["days"])
    else:
        assert job["status"] == "completed", job


@pytest.mark.parametrize("victim", ["cloud", "pat", "ingest", "preprocess", "insights"])
def test_kill_9_in_mid_run_ends_in_the_same_documents(running, victim) -> None:
    person = week(seed=7)
    undisturbed = Phone(running.firestore(), f"calm-{victim}")
    send(undisturbed, person, "a")
    expected = ask(undisturbed, "r1")

    phone = Phone(running.firestore(), f"killed-{victim}")
    phone.settings(**people.CONSENT)
    uploads = list(people.uploads(person, attempt="a"))
    for number, (upload_id, document) in enumerate(uploads):
        if number == len(uploads) // 2:
            kill(running, victim)
        phone.create(upload_id, document)
    origin = phone.request("r1", insight_type="general")
    kill(running, victim)
    job = dict(list(phone.follow(origin, TIMEOUT_S))[-1])
    until(lambda: all_jobs_final(running, phone.user_id), TIMEOUT_S)

    assert job["status"] == "completed"
    assert job["analysis_id"] == expected["analysis_id"]
    uploads_of = documents(running, phone.user_id, "uploads")
    assert {fields["status"] for fields in uploads_of.values()} == {"ingested"}
    # Others may have asked on the way, with fewer uploads in; this week's analysis is there once.
    calm = documents(running, undisturbed.user_id, "analyses")[expected["analysis_id"]]
    mine = documents(running, phone.user_id, "analyses")[expected["analysis_id"]]
    assert mine["metrics"] == calm["metrics"]
    assert list(mine["embedding"]) == pytest.approx(list(calm["embedding"]), abs=1e-5)


def kill(cloud: Cloud, name: str) -> None:
    pids = json.loads((cloud.state / PROCESSES).read_text())
    os.kill(pids[name], signal.SIGKILL)
    until(
        lambda: json.loads((cloud.state / PROCESSES).read_text())[name] not in {None, pids[name]},
        what=f"the restart of {name}",
    )


def test_after_kill_9_of_the_whole_cloud_a_restart_completes_the_job(tmp_path) -> None:
    with whole_cloud(tmp_path, "--gemini", "template") as cloud:
        phone = Phone(cloud.firestore(), "kept")
        send(phone, week(), "a")
        origin = phone.request("r1", insight_type="general")
        assert cloud.process is not None
        pids = json.loads((cloud.state / PROCESSES).read_text()).values()
        cloud.process.kill()
        until(lambda: not any(alive(pid) for pid in pids), what="the end of every process")

    with whole_cloud(tmp_path, "--gemini", "template") as cloud:
        phone = Phone(cloud.firestore(), "kept")
        first = dict(list(phone.follow(origin, TIMEOUT_S))[-1])
        second = ask(phone, "r2")

    assert first["status"] == "completed"
    assert second["insight_id"] == first["insight_id"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
