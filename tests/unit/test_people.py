"""Generated people: what the phone sends, and the truth beside it."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from clarity.domain.intake.samples import Samples, parse_upload
from clarity.domain.metrics.activity_class import IN_BED, SEDENTARY, UNKNOWN, VIGOROUS
from clarity.domain.minutes.grid import build_grid
from clarity.domain.minutes.quality import assess
from clarity.sources import healthkit
from clarity.sources.generated.people import (
    PEOPLE,
    STRANGERS,
    Person,
    generate,
    last_full_day,
    resend,
    uploads,
)

if TYPE_CHECKING:
    from clarity.sources.generated.truth import Truth

LAST_DAY = date(2026, 3, 21)
NOW = datetime(2026, 3, 23, tzinfo=UTC)
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
WEAR_TOLERANCE = 0.07  # a watch on its charger for an hour looks worn in the minutes around
REFUSED = {"non-wear", "phone-only"}
FIRST = {  # digest of the upload ids of two weeks: what was made of them stays
    "office-worker": "52bf058bf1cd",
    "night-shift": "c1b1b4c872b0",
    "traveller": "e5c94a5d763b",
    "two-devices": "3ebd5ecaa823",
    "non-wear": "e0440f83bf13",
    "newborn-parent": "7da4d5eb8e25",
}
LATER = sorted(set(PEOPLE) - set(FIRST))


@functools.cache
def person(name: str, days: int = 7) -> Person:
    return generate(name, days=days, last_day=LAST_DAY)


def truth_of(somebody: Person) -> Truth:
    assert somebody.truth is not None
    return somebody.truth


def parsed(documents) -> Samples:
    parts = [parse_upload(document, received_at=NOW).samples for _, document in documents]
    return Samples.concat(parts)


@pytest.mark.parametrize("name", [*PEOPLE, *STRANGERS])
def test_the_backend_takes_every_sample_of_a_person(name):
    somebody = person(name)

    results = [parse_upload(document, received_at=NOW) for _, document in uploads(somebody)]

    assert [result.rejected for result in results] == [()] * len(results)
    assert sum(len(result.samples) for result in results) == len(somebody.samples)


@pytest.mark.parametrize("name", PEOPLE)
def test_samples_are_encoded_as_the_ios_client_does(name):
    allowed = {"sample_type", "value", "category_value", "unit", "start_date", "end_date"}

    for sample in person(name).samples:
        assert set(sample) - {"metadata", "source_revision"} <= allowed
        assert DATE.fullmatch(sample["start_date"])
        assert DATE.fullmatch(sample["end_date"])
        assert sample["start_date"] <= sample["end_date"]
        assert ("category_value" in sample) == (sample["sample_type"] == "sleepAnalysis")
        assert ("value" in sample) != ("category_value" in sample)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones():
    first, again = (generate("traveller", days=3, last_day=LAST_DAY) for _ in range(2))
    other = generate("traveller", days=3, last_day=LAST_DAY, seed=2)

    assert json.dumps(first.samples) == json.dumps(again.samples)
    assert json.dumps(first.samples) != json.dumps(other.samples)


@pytest.mark.parametrize("name", PEOPLE)
def test_samples_lie_within_the_days_asked_for_in_order_of_time(name):
    somebody = person(name)
    last_zone = ZoneInfo(somebody.zones[-1][1])
    first_zone = ZoneInfo(somebody.zones[0][1])
    begin = datetime(2026, 3, 15, tzinfo=first_zone).timestamp()
    end = datetime(2026, 3, 22, tzinfo=last_zone).timestamp()

    starts = [healthkit.epoch(sample["start_date"]) for sample in somebody.samples]

    assert starts == sorted(starts)
    assert starts[0] >= begin
    assert healthkit.epoch(healthkit.latest_end(somebody.samples)) <= end


def test_a_typical_week_holds_thousands_of_samples_of_every_kind():
    counts = Counter(sample["sample_type"] for sample in person("office-worker").samples)

    assert set(counts) == set(healthkit.UNITS) | {"sleepAnalysis"}
    assert 4000 < counts.total() < 8000
    assert counts["restingHeartRate"] == 7


@pytest.mark.parametrize("name", FIRST)
def test_the_truth_covers_every_minute_and_agrees_with_what_was_recorded(name):
    truth, worn, asleep = recorded(name)

    assert truth.steps.shape == truth.worn.shape == truth.asleep.shape == (7, 1440)
    assert np.mean(worn == truth.worn) > 1 - WEAR_TOLERANCE
    assert np.mean((asleep == truth.asleep)[truth.worn]) > 0.98


@pytest.mark.parametrize("name", sorted(set(LATER) - {"phone-only", "no-stages"}))
def test_the_later_peoples_watch_sees_all_sleep_and_not_all_waking(name):
    truth, worn, asleep = recorded(name)
    awake_in_bed = (truth.activity == IN_BED) & ~truth.asleep & truth.worn

    assert np.mean(worn == truth.worn) > 1 - WEAR_TOLERANCE
    assert np.mean(asleep[truth.asleep & truth.worn]) > 0.99
    assert 0.3 < np.mean(asleep[awake_in_bed]) < 0.8
    assert not asleep[truth.worn & (truth.activity > IN_BED)].any()


def recorded(name: str) -> tuple[Truth, np.ndarray, np.ndarray]:
    """Somebody's truth, and (days, 1440) which minutes look worn and asleep in the grid."""
    truth = truth_of(person(name))
    grid = build_grid(parsed(uploads(person(name))), truth.first_day, truth.days)
    asleep = np.isin(grid.stage, (1, 3, 4, 5))
    return truth, grid.worn.reshape(truth.days, -1), asleep.reshape(truth.days, -1)


@pytest.mark.parametrize("name", FIRST)
def test_the_first_people_are_as_they_always_were(name):
    sha = hashlib.sha256()
    for seed in (1, 7):
        somebody = generate(name, last_day=LAST_DAY, seed=seed)
        sha.update(" ".join(upload_id for upload_id, _ in uploads(somebody)).encode())

    assert sha.hexdigest()[:12] == FIRST[name]


def test_a_body_clock_stays_at_its_hour_and_follows_a_journey_by_an_hour_a_day():
    assert truth_of(person("office-worker")).phase == pytest.approx(np.full(7, 16.5 * 60))

    phase = truth_of(person("traveller")).phase

    assert phase[:4] == pytest.approx(np.full(4, 16.5 * 60))
    assert phase[5] == pytest.approx(16.5 * 60 + 5 * 60 - 60, abs=30)  # New York to Paris: 5 h
    assert phase[6] - phase[5] == pytest.approx(-60, abs=1)


def test_the_later_people_have_hours_of_their_own():
    phases = [
        truth_of(generate("napper", days=1, last_day=LAST_DAY, seed=seed)).phase[0]
        for seed in range(8)
    ]

    assert np.std(phases) > 30


def test_every_minute_that_took_place_has_a_class():
    truth = truth_of(person("traveller"))

    assert ((truth.activity == UNKNOWN) == np.isnan(truth.steps)).all()
    assert (truth.activity[truth.asleep] == IN_BED).all()


def test_a_training_without_steps_is_effort():
    truth = truth_of(person("athlete"))
    still = truth.steps == 0

    assert (still & (truth.activity == VIGOROUS)).sum() > 5 * 60
    assert (still & (truth.activity == SEDENTARY)).sum() > 5 * 60


def test_devices_record_what_they_can():
    phone, silent = (
        Counter(sample["sample_type"] for sample in person(name).samples)
        for name in ("phone-only", "no-stages")
    )

    assert set(phone) == {"stepCount"}
    assert silent["heartRate"] > 1000
    assert silent["sleepAnalysis"] == 0


def test_a_siesta_and_a_second_sleep_are_sleep():
    napper, split = (truth_of(person(name)).sleep_periods for name in ("napper", "split-sleeper"))

    assert len(napper) == pytest.approx(14, abs=1)
    assert len(split) == pytest.approx(14, abs=2)
    assert max(period.asleep_minutes for period in split) < 300


def test_a_fever_quickens_the_heart_at_rest():
    beats = [s for s in person("ill-week").samples if s["sample_type"] == "heartRate"]
    ill = [s["value"] for s in beats if "2026-03-17T12" < s["start_date"] < "2026-03-20T12"]
    well = [s["value"] for s in beats if s["start_date"] < "2026-03-16T12"]

    assert np.percentile(ill, 10) > np.percentile(well, 10) + 10


def test_a_beta_blocker_flattens_the_heart():
    spread = {
        name: np.std([s["value"] for s in person(name).samples if s["sample_type"] == "heartRate"])
        for name in ("beta-blocker", "athlete")
    }

    assert spread["beta-blocker"] < 0.5 * spread["athlete"]


def test_an_old_person_walks_less_and_shifts_move_the_nights():
    steps = {name: np.nansum(truth_of(person(name)).steps) for name in PEOPLE}
    rotating = truth_of(person("rotating-shifts")).asleep.reshape(7, 24, 60).any(axis=2)

    assert steps["older-adult"] < 0.7 * steps["office-worker"]
    assert rotating.any(axis=0).sum() > 14  # hours of the day in which there was sleep


def test_the_shown_total_counts_a_walk_with_two_devices_once():
    somebody = person("two-devices")
    truth = truth_of(somebody)

    summed = sum(
        sample["value"] for sample in somebody.samples if sample["sample_type"] == "stepCount"
    )

    assert summed > 1.2 * truth.shown_steps.sum()
    assert truth.shown_steps.sum() == pytest.approx(np.nansum(truth.steps), rel=0.05)


def test_a_night_shift_worker_sleeps_in_the_daytime():
    truth = truth_of(person("night-shift"))

    by_hour = truth.asleep.reshape(7, 24, 60).mean(axis=(0, 2))

    assert by_hour[9:14].mean() > 0.5
    assert by_hour[18:24].max() == 0


def test_a_newborns_parent_sleeps_in_short_pieces():
    periods = truth_of(person("newborn-parent")).sleep_periods

    assert len(periods) > 20
    assert max(period.asleep_minutes for period in periods) < 150


def test_sleep_periods_say_when_sleep_began_and_ended():
    truth = truth_of(person("office-worker"))

    for period in truth.sleep_periods:
        length = (period.offset - period.onset) / timedelta(minutes=1)
        assert length == pytest.approx(period.asleep_minutes + period.awake_minutes)
    minutes = sum(period.asleep_minutes for period in truth.sleep_periods)
    assert truth.asleep.sum() == pytest.approx(minutes, rel=0.02)


def test_a_travellers_phone_changes_its_zone_in_mid_week_and_a_clock_jumps():
    somebody = person("traveller")
    truth = truth_of(somebody)

    zones = [document["device_info"]["time_zone"] for _, document in uploads(somebody)]

    assert list(dict.fromkeys(zones)) == ["America/New_York", "Europe/Paris"]
    assert np.isnan(truth.steps).sum() == 5 * 60  # New York has daylight saving time, Paris not yet


def test_a_week_in_which_clocks_change_lacks_an_hour():
    somebody = generate("office-worker", last_day=date(2026, 3, 30))

    assert np.isnan(truth_of(somebody).steps).sum(axis=1).tolist() == [0, 0, 0, 0, 0, 60, 0]


def test_a_week_with_the_watch_in_a_drawer_does_not_pass_the_gate():
    somebody = person("non-wear")
    truth = truth_of(somebody)

    quality = assess(build_grid(parsed(uploads(somebody)), truth.first_day, truth.days))

    assert not quality.sufficient
    assert not truth.worn[2:6].any()


def test_a_phone_alone_does_not_pass_the_gate():
    somebody = person("phone-only")
    truth = truth_of(somebody)

    quality = assess(build_grid(parsed(uploads(somebody)), truth.first_day, truth.days))

    assert not quality.sufficient


@pytest.mark.parametrize("name", sorted(set(PEOPLE) - REFUSED))
def test_every_other_week_passes_the_gate(name):
    somebody = person(name)
    truth = truth_of(somebody)

    assert assess(build_grid(parsed(uploads(somebody)), truth.first_day, truth.days)).sufficient


def test_uploads_are_batches_of_a_hundred_with_stable_ids():
    somebody = person("office-worker")

    documents = dict(uploads(somebody))
    sizes = [len(document["samples"]) for document in documents.values()]

    assert list(documents) == [upload_id for upload_id, _ in uploads(somebody)]
    assert set(sizes[:-1]) == {100}
    assert sum(sizes) == len(somebody.samples)
    assert set(documents).isdisjoint(dict(uploads(somebody, attempt="again")))
    json.dumps(documents, allow_nan=False)


def test_resending_brings_the_same_samples_in_other_batches():
    somebody = person("traveller", days=9)
    recent = person("traveller", days=9).samples

    again = list(resend(somebody))
    sizes = [len(document["samples"]) for _, document in again]

    assert sizes[0] == 37
    assert set(dict(again)).isdisjoint(dict(uploads(somebody)))
    sent = [sample for _, document in again for sample in document["samples"]]
    assert sent == list(recent[-len(sent) :])
    assert len(sent) < len(recent)
    assert {document["device_info"]["time_zone"] for _, document in again} == {"Europe/Paris"}


def test_resent_samples_are_the_same_samples():
    somebody = person("traveller")

    first = parsed(uploads(somebody)).identity
    again = parsed(resend(somebody)).identity

    assert set(again.tolist()) <= set(first.tolist())


def test_the_last_full_day_is_over_wherever_the_person_is():
    now = datetime(2026, 3, 22, 3, tzinfo=UTC)  # still the evening of the 21st in Los Angeles

    assert last_full_day("non-wear", now) == date(2026, 3, 20)
    assert last_full_day("office-worker", now) == date(2026, 3, 21)


def test_an_unknown_person_is_refused_with_the_names_that_exist():
    with pytest.raises(ValueError, match=r"'nobody'.*office-worker"):
        generate("nobody", last_day=LAST_DAY)


def test_fewer_than_one_day_is_refused():
    with pytest.raises(ValueError, match="at least 1 day, found 0"):
        generate("traveller", days=0, last_day=LAST_DAY)


def test_a_single_day_has_no_journey():
    assert len(person("traveller", days=1).zones) == 1


def test_a_moment_before_the_first_zone_has_that_zone():
    assert person("traveller").zone_at(0) == "America/New_York"


def test_no_samples_make_no_batches():
    assert list(healthkit.batches([], 100)) == []
