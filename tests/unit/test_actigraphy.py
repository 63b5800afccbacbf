from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clarity.domain.minutes.runs import runs
from clarity.domain.sleep.actigraphy import WAKE, cole_kripke, rescored, roenneberg, sadeh, scripps

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "pyactigraphy-samples"
FILES = ["example_01.AWD", "example_02.AWD", "example_03.AWD"]


def test_cole_kripke_weighs_the_seven_minutes_around_as_the_paper_does():
    counts = np.array([30.0, 60, 90, 120, 150, 180, 210])

    # Means of 2-second epochs are 1 to 7.
    by_hand = 0.001 * (106 + 2 * 54 + 3 * 58 + 4 * 76 + 5 * 230 + 6 * 74 + 7 * 67)
    assert cole_kripke(counts)[4] == pytest.approx(by_hand)
    assert np.isnan(np.delete(cole_kripke(counts), 4)).all()


def test_sadeh_takes_mean_variation_and_the_minutes_between_50_and_100():
    counts = np.array([0.0, 0, 0, 60, 70, 10, 0, 50, 100, 0, 0])

    before = np.array([0.0, 0, 0, 60, 70, 10])
    sd = np.sqrt(((before - before.mean()) ** 2).sum() / 5)
    by_hand = 7.601 - 0.065 * 290 / 11 - 1.08 * 2 - 0.056 * sd - 0.703 * np.log(11)
    assert sadeh(counts)[5] == pytest.approx(by_hand)


def test_scripps_looks_ten_minutes_back_and_two_ahead():
    counts = np.zeros(30)
    counts[12] = 100.0

    found = scripps(counts)

    assert found[10] == pytest.approx(0.204 * 100 * 0.0100)
    assert found[22] == pytest.approx(0.204 * 100 * 0.0064)
    assert found[23] == 0


@pytest.mark.parametrize("score", [cole_kripke, sadeh, scripps])
def test_a_minute_that_was_not_observed_leaves_those_that_need_it_open(score):
    counts = np.zeros(60)
    counts[30] = np.nan

    unknown = np.flatnonzero(np.isnan(score(counts)[12:48])) + 12

    assert 30 in unknown
    assert unknown.min() >= 25
    assert unknown.max() <= 40


@pytest.mark.parametrize(
    ("awake", "asleep", "then", "left"),
    [
        (3, 9, 3, 9),
        (4, 9, 3, 8),
        (10, 9, 3, 6),
        (15, 9, 3, 5),
        (10, 6, 10, 0),
        (10, 7, 10, 4),
        (10, 6, 9, 3),
        (20, 10, 20, 0),
        (20, 11, 20, 7),
        (20, 10, 19, 6),
    ],
)
def test_webster_makes_short_sleep_after_and_between_wake_wake(awake, asleep, then, left):
    minutes = np.repeat([True, False, True, False, True], [30, awake, asleep, then, 30])

    found = rescored(minutes)

    assert found[30 + awake : 30 + awake + asleep].sum() == left
    assert found[:30].all()
    assert not (found & ~minutes).any()


def test_wake_that_the_record_cuts_is_not_on_both_sides():
    assert rescored(np.repeat([False, True, False], [9, 6, 20])).sum() == 5  # 9, not 10, awake
    assert rescored(np.repeat([False, True, False], [20, 6, 9])).sum() == 2  # 4 after 20 awake


@pytest.mark.parametrize("name", FILES)
def test_rescoring_differs_from_pyactigraphy_in_a_few_minutes_of_a_thousand(name):
    counts, _ = sample(name)
    reference = json.loads((SAMPLES / "pyactigraphy_reference.json").read_text(encoding="utf-8"))
    theirs = next(
        each["value"]["n_sleep"]
        for each in reference["values"]
        if each["file"] == name and each["params"].get("rescoring") and each["metric"] == "CK"
    )
    asleep = cole_kripke(counts) < WAKE
    asleep[-4:] = False

    assert abs(rescored(asleep).sum() - theirs) < 0.001 * len(counts)
    assert abs(asleep.sum() - theirs) > 0.01 * len(counts)


def test_rest_by_roenneberg_lies_where_it_lies_and_swallows_a_short_waking():
    day = np.full(2880, 80.0)
    day[600:1080] = 0.0  # by day
    day[800:806] = 80.0

    assert runs(roenneberg(day)) == [(600, 1080)]


def test_half_an_hour_of_rest_has_no_seed_below_thirty_minutes():
    day = np.full(2880, 80.0)
    day[600:629] = 0.0

    assert not roenneberg(day).any()


def test_a_record_of_one_night_has_no_trend_and_no_rest():
    assert not roenneberg(np.repeat([50.0, 0.0], [60, 480])).any()


@pytest.mark.parametrize("name", FILES)
def test_the_classics_score_every_minute_as_pyactigraphy_does(name):
    # It leaves four minutes at the ends open in Cole-Kripke and ten in Scripps, the same at both.
    counts, expected = sample(name)
    cole = cole_kripke(counts) < WAKE
    cole[-4:] = False
    kripke = scripps(counts) < WAKE
    kripke[-10:] = False

    assert digest(cole) == expected["CK"]["sha256"]
    assert digest(kripke) == expected["Scripps"]["sha256"]
    assert digest(sadeh(counts, next_log=True) > 0) == expected["Sadeh"]["sha256"]
    assert digest(roenneberg(counts)) == expected["Roenneberg"]["sha256"]


def sample(name: str) -> tuple[np.ndarray, dict[str, Any]]:
    """An Actiwatch file's counts, and what pyActigraphy 1.2.2 said of it by algorithm."""
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("needs ../shared/data/pyactigraphy-samples, which is not here")
    lines = path.read_text(encoding="latin-1").splitlines()[7:]
    counts = np.array([float(line.split()[0]) for line in lines if line.strip()])
    reference = json.loads((SAMPLES / "pyactigraphy_reference.json").read_text(encoding="utf-8"))
    found = {
        each["metric"]: each["value"]
        for each in reference["values"]
        if each["file"] == name and not each["params"].get("rescoring")
    }
    return counts, found


def digest(asleep: np.ndarray) -> str:
    return hashlib.sha256(asleep.astype(np.uint8).tobytes()).hexdigest()
