"""The monitor over the real clients: its port on the databases, and the function's process."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.vector import Vector

from clarity.adapters import firestore_reference_rows, firestore_references
from clarity.adapters.firestore_candidates import FirestoreCandidates
from clarity.adapters.firestore_monitor import FirestoreMonitor, health_in
from clarity.adapters.predictions import Predictions
from clarity.cli import main
from clarity.domain.analysis import analyse
from clarity.domain.drift import FEATURES
from clarity.domain.errors import InProgressError
from clarity.domain.health import Watch, health_of
from clarity.domain.minutes.quality import assess
from clarity.sources.generated import people
from clarity.steps.audit import subject_of
from clarity.steps.infer import Prediction
from clarity.steps.monitor import Outcome
from clarity.steps.weeks import gather
from clarity.studies.drift_cohorts import (
    CHANGES,
    UNCHANGED,
    an_hour_off,
    generated_weeks,
    scaled,
    without_heart_rate,
)
from infra.local.topology import PROJECT
from tests import events
from tests.cloud import Cloud, cloud_process, environment
from tests.contract.doors import door
from tests.monitored import DAY, HOUR, MODEL, WEEK, analysis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from click.testing import Result
    from google.cloud.firestore import Client

RETENTION = timedelta(days=30)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud of its own: everybody's analyses are those of the test."""
    with cloud_process(tmp_path_factory.mktemp("monitor")) as cloud:
        yield cloud


@pytest.fixture(params=["ours", "google's emulator"])
def client(request, own) -> Client:
    ours = request.param == "ours"
    return own.firestore() if ours else request.getfixturevalue("google_s_emulator")


@pytest.fixture
def began() -> datetime:
    """A time at which nobody else has an analysis."""
    hours = uuid.uuid4().int % 5_000_000
    return datetime(2100, 1, 1, tzinfo=UTC) + hours * HOUR


def add(client: Client, user_id: str, document: dict[str, Any]) -> str:
    path = f"users/{user_id}/analyses/{uuid.uuid4().hex}"
    vector = {"embedding": Vector(document["embedding"])}
    client.document(path).set(document | vector)
    client.document(f"users/{user_id}").set(dict(people.CONSENT))
    return path


def test_weeks_of_who_has_taken_consent_back_are_not_read(client, began) -> None:
    rng, source = np.random.default_rng(1), FirestoreMonitor(client, RETENTION)
    users = [f"user-{uuid.uuid4().hex}" for _ in range(4)]
    paths = [add(client, user, analysis(rng, began)) for user in users]
    client.document(f"users/{users[0]}").update({"consent.analysis": False})
    client.document(f"users/{users[1]}").update({"consent": "all of it"})
    client.document(f"users/{users[2]}").delete()

    assert [each["path"] for each in source.read(paths)] == [paths[3]]
    assert source.read(paths[:3]) == []


def test_analyses_are_counted_seen_and_read_by_when_they_were_made(client, began) -> None:
    rng, source = np.random.default_rng(1), FirestoreMonitor(client, RETENTION)
    paths = [add(client, f"p{n}", analysis(rng, began + n * HOUR)) for n in range(5)]
    client.document(paths[3]).delete()

    seen = source.seen(began + HOUR, began + 5 * HOUR, 2)
    read = source.read([paths[4], paths[3], paths[0]])

    assert source.count(began + HOUR, began + 5 * HOUR) == 3
    assert [each.path for each in seen] == paths[1:3]
    assert [each.person for each in seen] == [subject_of("p1"), subject_of("p2")]
    assert {each.model_id for each in seen} == {MODEL}
    assert [each["path"] for each in read] == [paths[4], paths[0]]
    assert len(gather(source, began, began + DAY, MODEL, **ALL).people) == 4


ALL: dict[str, Any] = {"documents": 100, "in_time": lambda: True}


def test_what_a_tick_writes_the_next_one_finds_and_another_one_may_not_overwrite(
    client, began
) -> None:
    client.document("monitor/state").delete()
    monitor, model = FirestoreMonitor(client, RETENTION), uuid.uuid4().hex
    watch = Watch(model, "v1", began - WEEK, began, looked={"people": 3})
    request = {"state": "open", "model": model, "recovered_at": None}
    name = f"{model}-1"
    first = Outcome(replace(watch, request=name), {"a": 1}, (name, {"x": 1}), (name, request))

    monitor.keep(first, monitor.memory(model).version, began)
    memory = monitor.memory(model)
    with pytest.raises(InProgressError):
        monitor.keep(first, None, began)
    assert memory.watch is not None
    judged = memory.watch.judged(differs=True).next(WEEK)
    monitor.keep(Outcome(judged, {"a": 2}, recovered=name), memory.version, began)
    with pytest.raises(InProgressError):
        monitor.keep(first, memory.version, began)

    assert memory.watch == first.watch
    assert monitor.memory(model).watch == judged
    assert health_in(client) == {"a": 2}
    kept = client.document(f"retraining_requests/{name}").get().to_dict()
    assert kept == {**request, "recovered_at": began}  # it stays until somebody closes it
    assert client.document(f"drift/{name}").get().to_dict()["x"] == 1
    ledger = client.collection("ledger").where(filter=FieldFilter("request", "==", name)).stream()
    assert {each.get("action") for each in ledger} == {"find_drift", "end_drift"}


def test_a_request_that_is_there_stays_as_it_is_and_one_that_is_gone_stays_away(
    client, began
) -> None:
    client.document("monitor/state").delete()
    monitor, name = FirestoreMonitor(client, RETENTION), uuid.uuid4().hex
    place = client.document(f"retraining_requests/{name}")
    place.set({"state": "closed"})
    watch = Watch(MODEL, "v1", began - WEEK, began)

    monitor.keep(Outcome(watch, {}, request=(name, {"state": "open"})), None, began)
    assert place.get().to_dict() == {"state": "closed"}
    place.delete()
    monitor.keep(Outcome(watch, {}, recovered=name), monitor.memory(MODEL).version, began)

    assert not place.get().exists


def test_failed_calls_ratings_and_latencies_of_a_day_are_found(client, began) -> None:
    began = began.replace(year=9000, day=1)  # after it is nobody
    rng, monitor = np.random.default_rng(2), FirestoreMonitor(client, RETENTION)
    for hours in (1, 30):
        add(client, f"p{hours}", analysis(rng, began - hours * HOUR, seconds=hours))
        told = Predictions(client, partial(began.__sub__, hours * HOUR))
        for code in ("unavailable", "refused", ""):
            told(Prediction(MODEL, 1.0, code, 0.5, 3.0, None))
    for days, rating in ((1, 5), (20, 2), (40, 1)):
        insight = {"rating": rating, "rated_at": began - days * DAY}
        client.document(f"users/ada/insights/{uuid.uuid4().hex}").set(insight)

    lately = monitor.lately(began)

    assert (lately.predictions, lately.failed) == (1, 2)
    assert [each.seconds for each in lately.readings] == [1]
    assert (lately.ratings, lately.rating) == (2, 3.5)


@pytest.mark.parametrize(
    "odd",
    [
        {"call": {"seconds": "0.3"}},
        {"call": {"seconds": float("nan")}},
        {"call": {"seconds": True}},
        {"call": "x"},
        {"provenance": "x"},
        {"provenance": {"model_id": ["x"]}, "call": None},
    ],
    ids=["a text", "nan", "a truth", "no map", "no provenance", "no name"],
)
def test_an_odd_analysis_stops_no_tick(client, began, odd) -> None:
    began = began.replace(year=8000)
    rng, monitor = np.random.default_rng(5), FirestoreMonitor(client, RETENTION)
    name = uuid.uuid4().hex
    add(client, name, analysis(rng, began) | odd)
    add(client, f"{name}-like", analysis(rng, began, seconds=0.5))

    lately = monitor.lately(began + HOUR)
    weeks = gather(monitor, began, began + HOUR, MODEL, **ALL)

    took = {each.person: each.seconds for each in lately.readings}
    assert took[subject_of(f"{name}-like")] == 0.5
    if "call" in odd:
        assert took[subject_of(name)] is None
    assert health_of(Watch(MODEL, "v1", began, began), lately, began)["day"]["measured"] >= 1
    assert subject_of(f"{name}-like") in weeks.persons


def test_an_analysis_without_a_time_does_not_hide_the_first_one(client, began) -> None:
    paths = [add(client, "odd", {"created_at": odd, "embedding": [1.0]}) for odd in (None, 3)]
    add(client, "even", analysis(np.random.default_rng(6), began))

    source = FirestoreMonitor(client, RETENTION)
    first, undated = source.first(), source.undated()

    for path in paths:
        client.document(path).delete()
    assert first is not None
    assert first <= began
    assert undated - source.undated() == 2


LATER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "odd",
    [
        {"expire_at": ["2099-01-01", None, 3] * 20},
        {"expire_at": [LATER] * 30},
        {"expire_at": [LATER] * 30, "recorded_by": [{}] * 20},
        {"expire_at": [LATER] * 30, "recorded_by": [{}] * 30, "persons": [], "features": b"123"},
        {"names": None},
    ],
    ids=["no times", "no recorders", "too few recorders", "no tables", "no names"],
)
def test_a_reference_that_is_not_as_it_was_written_is_none(client, odd) -> None:
    model = uuid.uuid4().hex
    client.document(f"references/{model}").set({"names": list(FEATURES), **odd})

    assert FirestoreMonitor(client, RETENTION).memory(model).reference is None


def test_health_names_when_the_request_for_a_new_training_was_closed(client, began) -> None:
    name = uuid.uuid4().hex
    place = client.document(f"retraining_requests/{name}")
    place.set({"state": "open"})
    client.document("health/model").set({"drift": {"request": name}})

    before = health_in(client)
    FirestoreCandidates(client).close(name, "a new watch", "grace", began)

    assert before == {"drift": {"request": name, "request_closed_at": None}}
    assert health_in(client) == {"drift": {"request": name, "request_closed_at": began}}


def test_an_own_reference_forgets_who_is_erased_and_ends_with_its_analyses(client, began) -> None:
    rng, source = np.random.default_rng(3), FirestoreMonitor(client, RETENTION)
    model = uuid.uuid4().hex
    for number in range(30):
        add(client, f"{model}-{number}", analysis(rng, began + number * HOUR, model=model))
    weeks = gather(source, began, began + 30 * HOUR, model, **ALL)
    late = f"{model}-3"
    client.document(f"erasures/{subject_of(late)}").set({"state": "erasing"})

    version = firestore_references.adopt(client, model, weeks, began, "ops")
    forgotten = firestore_reference_rows.forget(client, f"{model}-7")
    again = firestore_reference_rows.forget(client, f"{model}-7")

    reference = source.memory(model).reference
    assert reference is not None
    assert (len(reference.people), reference.version, reference.own) == (28, version, True)
    assert (forgotten, again) == (1, 0)
    kept = [row for row, who in enumerate(weeks.persons) if who not in gone(model, 3, 7)]
    assert np.array_equal(reference.people.features, weeks.people.features[kept])
    assert reference.recorded_by[0]["device"] == "Watch7,1"
    place = client.document(f"references/{model}")
    past = [datetime(2020, 1, 1, tzinfo=UTC)] * 4
    place.update({"expire_at": [*past, *place.get().get("expire_at")[4:]]})
    assert source.memory(model).reference is None  # 24 are too few


def gone(model: str, *numbers: int) -> set[str]:
    return {subject_of(f"{model}-{number}") for number in numbers}


LIKE = (CHANGES[UNCHANGED], scaled, an_hour_off)


@pytest.fixture(scope="module")
def weeks() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The weeks of 27 people, and the same after their heart rate was lost.

    Nine are generated; the others walk more, or live an hour later, and are else like them.
    """
    before: list[dict[str, Any]] = []
    after: list[dict[str, Any]] = []
    rng = np.random.default_rng(4)
    for grid in (like(each, rng) for each in generated_weeks(9) for like in LIKE):
        for each, found in ((grid, before), (without_heart_rate(grid, rng), after)):
            hours = np.nan_to_num(each.steps).reshape(-1, 60 * 24).mean(axis=1)
            found.append(analyse(each, assess(each)).to_document() | {"embedding": hours.tolist()})
    return before, after


def live(client: Client, began: datetime, weeks: Sequence[Sequence[dict[str, Any]]]) -> None:
    """The same people have these analyses, week after week."""
    for week, documents in enumerate(weeks):
        batch = client.batch()
        for number, document in enumerate(documents):
            at = began + week * WEEK + timedelta(hours=1 + number)
            more = {
                "provenance": {"model_id": "pat-test", "weights_sha256": "cd" * 32},
                "recorded_by": {"device": "Watch7,1", "os": "iOS 19.1", "app": "1.0.0"},
                "created_at": at,
                "expires_at": at + 365 * DAY,
            }
            place = client.document(f"users/person-{number}/analyses/w{week}")
            batch.set(place, {**document, **more, "embedding": Vector(document["embedding"])})
            batch.set(client.document(f"users/person-{number}"), dict(people.CONSENT))
        batch.commit()


def clear(client: Client) -> None:
    """What other tests' monitors have left goes."""
    for collection in ("monitor", "drift", "retraining_requests", "health"):
        client.recursive_delete(client.collection(collection))


def stand_at(client: Client, since: datetime) -> None:
    """As a monitor left it that adopted the reference and then died."""
    version = client.document("references/pat-test").get().get("version")
    watch = Watch("pat-test", version, since, since + WEEK)
    FirestoreMonitor(client, RETENTION).keep(Outcome(watch, {}), None, since)


def clarity(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--project", PROJECT])


def test_the_function_watches_a_deployment_from_its_first_week_through_drift_and_back(
    own, weeks, tmp_path
) -> None:
    client, now = own.firestore(), datetime.now(UTC)
    clear(client)
    first, (before, after) = now - 9 * WEEK, weeks
    live(client, first, [before, before, after, after, after, before, before, before])
    options = ["pat", "reference", "--model", "pat-test", "--days", "7"]

    with environment(own.variables):
        unknown = clarity("health")
        shown, adopted = clarity(*options), clarity(*options, "--adopt", "--by", "ops")
        # The monitor was down for two months: it looks at what has passed, a window a tick.
        stand_at(client, first + WEEK)
        told = []
        with door(own, tmp_path / "monitor.log", "monitor") as monitor:
            for _ in range(7):
                assert monitor.post(events.push(b"tick")).status_code == 200
                told.append(clarity("health"))
        document = json.loads(clarity("health", "--json").output)

    outputs = [each.output for each in (unknown, shown, adopted)]
    says = (
        f"nothing is known of {PROJECT}: the monitor has not run",
        "nothing was kept",
        "27 people's weeks",
    )
    assert [said in output for said, output in zip(says, outputs, strict=True)] == [True] * 3
    lines = [each.output.splitlines()[0] for each in told]
    assert [each.exit_code for each in told] == [0, 0, 0, 1, 1, 1, 0], lines
    assert ["DRIFT since" in each for each in lines] == [False] * 3 + [True] * 3 + [False]
    assert "heart_rate_hours" in lines[3]
    assert (document["drift"]["state"], document["drift"]["request"]) == ("none", None)
    (request,) = client.collection("retraining_requests").stream()
    assert (request.get("state"), request.get("since")) == ("open", first + 2 * WEEK)
    assert request.get("what")[0] == "heart_rate_hours"
    assert request.get("recovered_at") is not None
    said = [each for each in monitor.lines() if each["message"] == "monitored"]
    assert [each["requested"] for each in said] == [0, 0, 0, 1, 0, 0, 0]
    assert "person-" not in monitor.log.read_text()
