"""Our metrics beside the values that pyActigraphy computed, under its own definitions.

Where its definition is not the paper's, a parameter or the input says so: sample variances
(`ddof`), bins from the first sample on whose last one is filled up with zeros, periods that hold
both their ends, runs that end where the recording does.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clarity.domain.metrics.actigraphy_variants import (
    OAKLEY_THRESHOLD,
    activity_turns,
    best_period,
    oakley,
    oakley_threshold,
)
from clarity.domain.metrics.circadian import (
    average_day,
    binned,
    extreme_hours,
    interdaily_stability,
    intradaily_variability,
    relative_amplitude,
)
from clarity.domain.metrics.cosinor import cosinor
from clarity.domain.metrics.fragmentation import leaving_rate
from clarity.domain.minutes.runs import runs
from clarity.domain.sleep.actigraphy import WAKE, cole_kripke, roenneberg, sadeh, scripps
from clarity.domain.sleep.regularity import circular_mean, sleep_regularity_index

SAMPLES = Path(__file__).parents[3] / "shared/data/pyactigraphy-samples"
FILES = [f"example_0{n}.AWD{part}" for n in (1, 2, 3) for part in ("", "#7d")]
WIDTHS = {"1H": 60, "30min": 30, "5min": 5}
# The divisors of a day up to an hour, Goncalves 2014.
ALL_WIDTHS = [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 30, 32, 36, 40, 45, 48, 60]
THRESHOLD = 4.0

pytestmark = pytest.mark.skipif(
    not SAMPLES.exists(), reason="needs ../shared/data/pyactigraphy-samples, which is not here"
)


@pytest.fixture(scope="module")
def reference() -> list[dict[str, Any]]:
    return json.loads((SAMPLES / "pyactigraphy_reference.json").read_text("utf-8"))["values"]


def theirs(reference: list[dict[str, Any]], file: str, metric: str, **params: Any) -> Any:
    """The one value of these parameters."""
    found = [
        entry["value"]
        for entry in reference
        if (entry["file"], entry["metric"]) == (file, metric)
        and all(entry["params"].get(key) == value for key, value in params.items())
    ]
    assert len(found) == 1, (file, metric, params, found)
    return found[0]


def recording(file: str) -> tuple[np.ndarray, int]:
    """Counts per minute, and the minute of the day of the first; seven whole days with #7d."""
    name, _, part = file.partition("#")
    lines = (SAMPLES / name).read_text("latin-1").splitlines()
    hour, minute = (int(field) for field in lines[2].strip().split(":"))
    counts = np.array([float(line.split()[0]) for line in lines[7:] if line.strip()])
    begin = 60 * hour + minute
    return (counts[1440 - begin :][:10_080], 0) if part else (counts, begin)


def activity(file: str, binarize: bool) -> tuple[np.ndarray, int]:
    counts, begin = recording(file)
    return (counts > THRESHOLD).astype(float) if binarize else counts, begin


def by_day(values: np.ndarray, begin: int) -> np.ndarray:
    """The values from the midnight before on, to a midnight; NaN where there are none."""
    after = -(begin + len(values)) % 1440
    return np.concatenate([np.full(begin, np.nan), values, np.full(after, np.nan)])


def digest(asleep: np.ndarray) -> str:
    return hashlib.sha256(asleep.astype(np.uint8).tobytes()).hexdigest()


def filled_bins(values: np.ndarray, width: int) -> np.ndarray:
    return binned(np.concatenate([values, np.zeros(-len(values) % width)]), width)


@pytest.mark.parametrize("binarize", [True, False])
@pytest.mark.parametrize("file", FILES)
def test_stability_and_variability_agree_at_every_width(reference, file, binarize):
    values, _ = activity(file, binarize)
    bins = {width: filled_bins(values, width) for width in ALL_WIDTHS}
    stability = {w: interdaily_stability(x, 1440 // w, ddof=1) for w, x in bins.items()}
    variability = {w: intradaily_variability(x, ddof=1) for w, x in bins.items()}

    for freq, width in WIDTHS.items():
        params = {"binarize": binarize, "freq": freq}
        assert stability[width] == pytest.approx(theirs(reference, file, "IS", **params), rel=1e-9)
        assert variability[width] == pytest.approx(
            theirs(reference, file, "IV", **params), rel=1e-9
        )
    for name, ours in (("ISm", stability), ("IVm", variability)):
        mean = np.mean(list(ours.values()))
        assert mean == pytest.approx(theirs(reference, file, name, binarize=binarize), rel=1e-9)


@pytest.mark.parametrize("binarize", [True, False])
@pytest.mark.parametrize("file", FILES)
def test_rest_and_activity_levels_and_their_contrast_agree(reference, file, binarize):
    profile = average_day(by_day(*activity(file, binarize)), least_days=1)
    rest, active = (extreme_hours(profile, n, most=n == 10) for n in (5, 10))

    ours = {"L5": rest[0], "M10": active[0], "RA": relative_amplitude(rest[0], active[0])}

    for name, value in ours.items():
        expected = theirs(reference, file, name, binarize=binarize)
        assert value == pytest.approx(expected, rel=1e-9), name


@pytest.mark.parametrize("binarize", [True, False])
@pytest.mark.parametrize("file", FILES)
def test_onsets_agree_or_are_as_good(reference, file, binarize):
    """Of equal stretches it takes one that rounding favours, and we the middle one."""
    profile = average_day(by_day(*activity(file, binarize)), least_days=1)
    for name, hours in (("L5_onset", 5), ("M10_onset", 10)):
        clock = theirs(reference, file, name, binarize=binarize).split()[-1].split(":")
        minute = 60 * int(clock[0]) + int(clock[1])

        level, onset = extreme_hours(profile, hours, most=hours == 10)

        assert np.roll(profile, -minute)[: hours * 60].mean() == pytest.approx(level, rel=1e-9)
        assert (onset - minute + 720) % 1440 - 720 == pytest.approx(0, abs=3)


@pytest.mark.parametrize("binarize", [True, False])
@pytest.mark.parametrize("file", [file for file in FILES if "#" not in file])
def test_periods_of_seven_days_agree(reference, file, binarize):
    """Both the first and the last hour, or minute, of a period count."""
    values, begin = activity(file, binarize)
    hours = filled_bins(values, 60)
    expected = {
        name: theirs(reference, file, f"{name}p", binarize=binarize)
        for name in ("IS", "IV", "L5", "M10", "RA")
    }
    for index in range(len(expected["IS"])):
        week = hours[168 * index :][:169]
        days = by_day(values[10_080 * index :][:10_081], begin)
        rest, active = (
            extreme_hours(average_day(days, least_days=1), n, most=n == 10)[0] for n in (5, 10)
        )

        ours = {
            "IS": interdaily_stability(week, ddof=1),
            "IV": intradaily_variability(week, ddof=1),
            "L5": rest,
            "M10": active,
            "RA": relative_amplitude(rest, active),
        }

        assert ours == pytest.approx({k: v[index] for k, v in expected.items()}, rel=1e-9)


@pytest.mark.parametrize("binarize", [True, False])
@pytest.mark.parametrize("file", FILES)
def test_the_mean_daily_total_agrees(reference, file, binarize):
    """Days that lack minutes are scaled up, and each weighs the same."""
    days = by_day(*activity(file, binarize)).reshape(-1, 1440)

    total = float((np.nanmean(days, axis=1) * 1440).mean())

    assert total == pytest.approx(theirs(reference, file, "ADAT", binarize=binarize), rel=1e-9)


@pytest.mark.parametrize("name", ["kRA", "kAR"])
@pytest.mark.parametrize("file", FILES)
def test_the_rates_of_leaving_rest_and_activity_agree(reference, file, name):
    counts, begin = recording(file)
    state = ((counts > THRESHOLD) == (name == "kAR")).astype(np.float64)
    night = (np.arange(len(state)) + begin) % 1440 <= 300

    whole = theirs(reference, file, name, start=None)
    by_night = theirs(reference, file, name, start="00:00:00")

    assert leaving_rate(state, cut_runs_end=True) == pytest.approx(whole, rel=1e-9)
    assert leaving_rate(state[night], cut_runs_end=True) == pytest.approx(by_night, rel=1e-9)


def scored(counts: np.ndarray, algorithm: str) -> np.ndarray:
    """1 asleep; awake, as pyActigraphy has it, where minutes at the ends are left open."""
    if algorithm == "Oakley":
        return (oakley(counts) < OAKLEY_THRESHOLD).astype(np.float64)
    if algorithm == "CK":
        asleep = (cole_kripke(counts) < WAKE).astype(np.float64)
        asleep[-4:] = 0.0
        return asleep
    if algorithm == "Roenneberg":
        return roenneberg(counts).astype(np.float64)
    if algorithm == "Sadeh":
        return (sadeh(counts, next_log=True) > 0).astype(np.float64)
    asleep = (scripps(counts) < WAKE).astype(np.float64)
    asleep[-10:] = 0.0
    return asleep


@pytest.mark.parametrize("algorithm", ["Roenneberg", "Sadeh", "Scripps", "Oakley"])
@pytest.mark.parametrize("file", FILES)
def test_the_regularity_of_sleep_agrees(reference, file, algorithm):
    asleep = scored(recording(file)[0], algorithm)

    assert sleep_regularity_index(asleep) == pytest.approx(
        theirs(reference, file, "SleepRegularityIndex", algo=algorithm), rel=1e-9
    )


@pytest.mark.parametrize("algorithm", ["CK", "Roenneberg", "Sadeh", "Scripps", "Oakley"])
@pytest.mark.parametrize("file", FILES)
def test_every_minute_is_scored_the_same(reference, file, algorithm):
    """Oakley at the threshold of 40, Cole-Kripke without rescoring."""
    asked: dict[str, dict[str, Any]] = {"CK": {"rescoring": False}, "Oakley": {"threshold": 40}}
    params = asked.get(algorithm, {})

    ours = digest(scored(recording(file)[0], algorithm))

    assert ours == theirs(reference, file, algorithm, **params)["sha256"]


@pytest.mark.parametrize("file", FILES)
def test_every_minute_is_scored_the_same_at_the_threshold_of_the_record(reference, file):
    counts, _ = recording(file)

    asleep = oakley(counts) < oakley_threshold(counts)

    assert digest(asleep) == theirs(reference, file, "Oakley", threshold="automatic")["sha256"]


@pytest.mark.parametrize("file", FILES)
def test_rest_begins_and_ends_in_the_same_minutes(reference, file):
    """It names the minutes in which the state changes; one in the first minute is no change."""
    counts, begin = recording(file)
    found = theirs(reference, file, "Roenneberg_AoT")
    first = datetime.fromisoformat(f"1918-01-{24 if '#' in file else 23}")
    first += timedelta(minutes=begin)

    stretches = runs(roenneberg(counts))

    for name, ours in (
        ("offsets", [low for low, _ in stretches if low]),
        ("onsets", [high for _, high in stretches if high < len(counts)]),
    ):
        moments = [datetime.fromisoformat(moment) for moment in found[name]]
        assert ours == [(moment - first) // timedelta(minutes=1) for moment in moments], name


@pytest.mark.parametrize("file", FILES)
def test_the_turns_of_the_average_day_agree(reference, file):
    """Of bins from the first one after midnight on, and not over midnight."""
    active, begin = activity(file, binarize=True)
    bins = 5 * filled_bins(active, 5)
    bins[-1] = active[5 * (len(bins) - 1) :].sum()
    clock = (begin + 5 * np.arange(len(bins))) % 1440
    profile = np.array([bins[clock == minute].mean() for minute in np.unique(clock)])

    ours = activity_turns(profile, over_midnight=False)

    for name, turn in zip(("AonT", "AoffT"), ours, strict=True):
        hour, minute, _ = theirs(reference, file, name).split()[-1].split(":")
        assert 5 * turn == 60 * int(hour) + int(minute)


@pytest.mark.parametrize("file", FILES)
def test_the_midpoint_of_sleep_agrees(reference, file):
    counts, begin = recording(file)
    hours, minutes, seconds = theirs(reference, file, "SleepMidPoint").split()[-1].split(":")

    midpoint = circular_mean(
        (np.flatnonzero(scored(counts, "Roenneberg")) + begin).astype(np.float64)
    )

    assert midpoint == pytest.approx(60 * int(hours) + int(minutes) + float(seconds) / 60, rel=1e-9)


@pytest.mark.parametrize("file", FILES)
def test_the_period_of_the_wave_agrees_where_theirs_converged(reference, file):
    """Its search ends at a misfit within 1e-8 of the least, or at no wave; ours is never worse."""
    counts, _ = recording(file)
    their = theirs(reference, file, "Cosinor", period_free=True)

    ours = best_period(counts, 1)

    assert residual(counts, ours) <= their["chisqr"] * (1 + 1e-9)
    if their["Amplitude"] > 1e-6:
        assert residual(counts, ours) == pytest.approx(their["chisqr"], rel=1e-8)
        assert ours == pytest.approx(their["Period"], rel=1e-5)


def residual(counts: np.ndarray, period: float) -> float:
    angle = 2 * np.pi * np.arange(len(counts)) / period
    design = np.column_stack([np.ones(len(counts)), np.cos(angle), np.sin(angle)])
    return float(np.linalg.lstsq(design, counts, rcond=None)[1][0])


@pytest.mark.parametrize("file", FILES)
def test_the_cosinor_agrees_where_theirs_converged(reference, file):
    """Its search for amplitude and phase can end at an amplitude of 0; it is then no minimum."""
    counts, _ = recording(file)
    their = theirs(reference, file, "Cosinor", period_free=False)

    ours = cosinor(counts, width=1)

    residual = (1 - ours.share) * float(((counts - counts.mean()) ** 2).sum())
    if their["Amplitude"] < 1e-6:
        assert residual < 0.99 * their["chisqr"]
        return
    assert residual == pytest.approx(their["chisqr"], rel=1e-9)
    assert ours.mesor == pytest.approx(their["Mesor"], rel=1e-9)
    assert ours.amplitude == pytest.approx(their["Amplitude"], rel=1e-9)
    # Its time is the beginning of a minute, ours the middle; its phase converged to 1e-8.
    phase = -2 * np.pi * (ours.acrophase - 0.5) / 1440 % (2 * np.pi)
    assert phase == pytest.approx(their["Acrophase"], rel=1e-8)
