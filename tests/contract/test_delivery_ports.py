"""Devices and held texts: the adapters on the embedded cloud, and their fakes in memory."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from clarity.adapters.firestore_devices import FirestoreDevices
from clarity.adapters.firestore_reviews import FirestoreReviews
from clarity.cli import main
from clarity.steps.ports_push import Device
from infra.local.topology import PROJECT
from tests.cloud import environment
from tests.erasing import erase
from tests.memory_services import MemoryDevices, MemoryReviews

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloud import Cloud

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
REVIEW = {
    "insight_id": "insight-1",
    "sentences": [
        {"text": "You slept 7 h.", "kind": "summary", "facts": ["F1"]},
        {"text": "You suffer from insomnia.\x1b[2J", "kind": "insight", "facts": ["F1", "F2"]},
    ],
    "facts": [{"id": "F1", "label": "average sleep", "text": "7 h"}],
    "problems": [
        {"kind": "safety", "sentence": 1, "reason": "it names a disease: 'insomnia'"},
        {"kind": "form", "sentence": -1, "reason": "there are too many sentences"},
    ],
    "kinds": ["form", "safety"],
    "model_version": "gemini-test/insight-2",
    "language": "en",
    "created_at": NOW,
    "expires_at": NOW + timedelta(days=30),
}


@pytest.fixture
def user() -> str:
    return f"user-{uuid.uuid4().hex}"


class _InFirestore:
    """A person's devices as their app writes them."""

    def __init__(self, cloud: Cloud, user: str) -> None:
        self.client, self.user = cloud.firestore(), user
        self.port = FirestoreDevices(self.client)

    def write(self, device_id: str, token: object) -> None:
        fields = {"push_token": token, "model": "iPhone"}
        self.client.document(f"users/{self.user}/devices/{device_id}").set(fields)


class _InMemory:
    def __init__(self, user: str) -> None:
        self.user, self.port = user, MemoryDevices()

    def write(self, device_id: str, token: str) -> None:
        self.port.tokens[self.user, device_id] = token


@pytest.fixture(params=["embedded cloud", "memory"])
def devices(request, cloud, user):
    return _InFirestore(cloud, user) if request.param == "embedded cloud" else _InMemory(user)


def test_a_person_without_devices_has_none(devices, user) -> None:
    assert devices.port.devices(user) == []


def test_each_device_is_found_and_each_token_once(devices, user) -> None:
    for device_id, token in (("a", "t1"), ("b", "t2"), ("c", "t1")):
        devices.write(device_id, token)

    assert devices.port.devices(user) == [Device("a", "t1"), Device("b", "t2")]
    assert devices.port.devices(f"{user}-other") == []


def test_a_dead_token_is_forgotten_and_a_newer_one_is_not(devices, user) -> None:
    devices.write("a", "old")
    devices.write("b", "dead")
    seen = {device.device_id: device for device in devices.port.devices(user)}
    devices.write("a", "new")

    for device in seen.values():
        devices.port.forget(user, device)
    devices.port.forget(user, Device("gone", "t"))

    assert devices.port.devices(user) == [Device("a", "new")]


def test_what_else_the_app_wrote_of_a_device_stays(cloud, user) -> None:
    found = _InFirestore(cloud, user)
    found.write("a", "dead")

    found.port.forget(user, Device("a", "dead"))

    kept = found.client.document(f"users/{user}/devices/a").get().to_dict()
    assert kept == {"model": "iPhone"}


def test_a_token_that_is_none_is_no_device(cloud, user) -> None:
    found = _InFirestore(cloud, user)
    for number, token in enumerate((None, "", 7, "x" * 5000, ["t"], b"t")):
        found.write(f"d{number}", token)

    assert found.port.devices(user) == []


def test_not_more_than_ten_devices_are_told_and_those_without_a_token_do_not_count(
    cloud, user
) -> None:
    found = _InFirestore(cloud, user)
    for number in range(12):
        found.client.document(f"users/{user}/devices/a{number:02}").set({"model": "old"})
    for number in range(12):
        found.write(f"d{number:02}", f"t{number}")

    assert len(found.port.devices(user)) == 10


@pytest.fixture(params=["embedded cloud", "memory"])
def reviews(request, cloud):
    in_cloud = request.param == "embedded cloud"
    return FirestoreReviews(cloud.firestore()) if in_cloud else MemoryReviews()


def test_a_held_text_is_kept_once(reviews, user) -> None:
    reviews.add(user, "request-r1", REVIEW)
    reviews.add(user, "request-r1", {**REVIEW, "language": "de"})

    if isinstance(reviews, MemoryReviews):
        kept = reviews.held[user, "request-r1"]
    else:
        kept = reviews.client.document(f"users/{user}/reviews/request-r1").get().to_dict()
    assert kept == REVIEW


@pytest.fixture
def run(cloud) -> Callable[..., Result]:
    def invoke(*arguments: str, answer: str = "") -> Result:
        with environment(cloud.variables):
            return CliRunner().invoke(
                main, ["reviews", *arguments, "--project", PROJECT], input=answer
            )

    return invoke


@pytest.fixture
def held(cloud, user) -> str:
    FirestoreReviews(cloud.firestore()).add(user, "request-r1", REVIEW)
    return user


def audit(cloud: Cloud, user: str) -> list[dict]:
    return [
        each.to_dict() or {} for each in cloud.firestore().collection(f"users/{user}/audit").get()
    ]


def test_a_list_names_what_waits_oldest_first_and_tells_no_text(cloud, run, held) -> None:
    earlier = {**REVIEW, "created_at": NOW - timedelta(days=1)}
    FirestoreReviews(cloud.firestore()).add(held, "upload-u0", earlier)

    said = run("list")

    assert said.exit_code == 0
    mine = [line for line in said.stdout.splitlines() if line.startswith(f"{held}  ")]
    assert [line.split("  ")[1] for line in mine] == ["upload-u0", "request-r1"]
    assert "form, safety" in mine[1]
    assert "gemini-test/insight-2" in mine[1]
    assert "2026-07-15" in mine[1]
    assert "insomnia" not in said.output
    assert not audit(cloud, held)


def test_who_reads_a_held_text_is_written_down_each_time(cloud, run, held) -> None:
    said = [run("show", held, "request-r1", "--by", "grace") for _ in range(2)]

    assert [each.exit_code for each in said] == [0, 0]
    for wanted in (
        "F1 average sleep: 7 h",
        "You suffer from insomnia.",
        "safety: it names a disease",
        "too many sentences",
    ):
        assert wanted in said[0].stdout
    assert "\x1b" not in said[0].stdout
    records = audit(cloud, held)
    assert [(each["action"], each["by"]) for each in records] == [("read_review", "grace")] * 2
    assert all(each["processing_id"] == "request-r1" for each in records)
    assert "insomnia" not in str(records)
    assert all(each["expires_at"] > each["at"] for each in records)


def test_who_has_no_login_must_say_who_they_are(run, held, monkeypatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)

    assert "--by: expected who looks" in run("show", held, "request-r1").output
    assert run("show", held, "request-r1", "--by", "grace").exit_code == 0


def test_a_dismissed_text_is_gone_and_that_is_written_down(cloud, run, held) -> None:
    refused = run("dismiss", held, "request-r1", answer="n\n")
    assert refused.exit_code == 1
    assert not audit(cloud, held)

    assert run("dismiss", held, "request-r1", "--by", "grace", "--yes").exit_code == 0

    assert [each["action"] for each in audit(cloud, held)] == ["dismiss_review"]
    again = run("dismiss", held, "request-r1", "--yes")
    assert again.exit_code == 1
    assert "found none" in again.output


def test_an_insight_names_no_review_that_is_over(cloud, run, held) -> None:
    insight = cloud.firestore().document(f"users/{held}/insights/{REVIEW['insight_id']}")
    insight.create({"narrative": "told", "review_id": "request-r1"})

    run("dismiss", held, "request-r1", "--yes")

    assert insight.get().to_dict() == {"narrative": "told", "review_id": None}


def test_a_text_that_is_not_held_is_named_and_leaves_no_record(cloud, run, user) -> None:
    said = run("show", user, "request-r9")

    assert said.exit_code == 1
    assert "request-r9" in said.output
    assert not audit(cloud, user)


def test_an_id_that_cannot_be_one_is_an_error_in_words(run) -> None:
    said = run("show", "ada", "x" * 2000)

    assert said.exit_code == 1
    assert said.output.startswith("Error: Firestore: ")


@pytest.mark.parametrize("wrong", [("a/b", "r1"), ("ada", "a/b"), ("", "r1")])
def test_an_id_with_a_slash_is_refused_before_anything_is_asked(run, wrong) -> None:
    said = run("show", *wrong)

    assert said.exit_code == 2
    assert "expected an id without a slash" in said.output


@pytest.mark.parametrize("wrong", ["", ".", "..", "a/b", "__ada__", "\udcff"])
def test_nobody_is_erased_under_what_is_no_id(wrong) -> None:
    said = CliRunner().invoke(main, ["person", "erase", wrong, "--project", "p", "--keep-exports"])

    assert said.exit_code == 2
    assert "Invalid value for 'USER_ID': expected an id without a slash" in said.output


def test_an_erasure_that_firestore_refuses_is_answered_in_words(cloud) -> None:
    with environment(cloud.variables):
        command = ["person", "erase", "x" * 2000, "--project", PROJECT, "--keep-exports", "--yes"]
        said = CliRunner().invoke(main, command)

    assert said.exit_code == 1
    assert said.output.startswith("Error: Firestore: ")


def test_the_help_says_what_waits_there_and_what_to_do() -> None:
    said = CliRunner().invoke(main, ["reviews", "--help"]).output

    for wanted in ("requires_review", "clarity reviews show ada request-r1", "list", "dismiss"):
        assert wanted in said


def test_erasure_takes_held_texts_devices_and_their_audit(cloud, run, held) -> None:
    client = cloud.firestore()
    _InFirestore(cloud, held).write("a", "t1")
    run("show", held, "request-r1", "--by", "grace")

    erase(client, held)

    assert list(client.document(f"users/{held}").collections()) == []
    assert held not in run("list").output
