from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from clarity.domain.minutes.rolling import minutes_since, quantiles, rolling_max, rolling_mean
from clarity.domain.sleep.sleepwake import (
    DamagedDetectorError,
    detect,
    features,
    load_detector,
    load_manifest,
    read_detector,
)

RESTLESS, NIGHT = 90, 300


def an_evening_and_a_night(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Ninety restless minutes, then five still hours with a lower heart rate."""
    chance = np.random.default_rng(seed)
    counts = np.concatenate([chance.uniform(30, 200, RESTLESS), np.zeros(NIGHT)])
    pulse = np.concatenate([chance.normal(78, 6, RESTLESS), chance.normal(56, 1, NIGHT)])
    return counts, pulse


@pytest.mark.parametrize("causal", [False, True])
def test_a_restless_evening_is_wake_and_a_still_night_is_sleep(causal):
    found = detect(*an_evening_and_a_night(), causal=causal)

    assert found.asleep[:RESTLESS].mean() < 0.05
    assert found.asleep[RESTLESS + 30 :].mean() > 0.95
    assert found.with_heart_rate.all()
    assert "heart rate in 100% of the minutes" in found.method


def test_without_heart_rate_movement_alone_decides_and_the_method_says_so():
    counts, pulse = an_evening_and_a_night()

    found = detect(counts, np.full_like(pulse, np.nan))

    assert not found.with_heart_rate.any()
    assert "heart rate in 0% of the minutes" in found.method
    assert found.asleep[:RESTLESS].mean() < 0.05
    assert found.asleep[RESTLESS + 30 :].mean() > 0.95


def test_minutes_without_counts_are_left_open_not_called_sleep():
    counts, pulse = an_evening_and_a_night()
    counts[200:260] = np.nan

    found = detect(counts, pulse)

    assert np.flatnonzero(np.isnan(found.score)).tolist() == list(range(200, 260))
    assert not found.asleep[200:260].any()


def test_steps_only_or_nothing_is_no_input():
    nothing = np.full(120, np.nan)

    assert np.isnan(detect(nothing, nothing).score).all()


def test_the_causal_detector_does_not_look_ahead():
    counts, pulse = an_evening_and_a_night()
    changed, quicker = counts.copy(), pulse.copy()
    changed[200:] = 150.0
    quicker[200:] = 120.0

    before = detect(counts, pulse, causal=True).score[:200]

    assert detect(changed, quicker, causal=True).score[:200] == pytest.approx(before)
    assert detect(changed, quicker).score[:200] != pytest.approx(before)


def test_the_hour_does_not_matter_nor_how_long_the_record_has_run():
    # The level of the heart rate is taken every five minutes: the shift is a multiple of that.
    counts, pulse = an_evening_and_a_night()
    more_counts = np.concatenate([np.tile(counts, 3), counts])
    more_pulse = np.concatenate([np.tile(pulse, 3), pulse])

    late = features("both", more_counts, more_pulse, causal=True)
    early = features("both", more_counts[390:], more_pulse[390:], causal=True)

    # Once the widest window has filled, nothing tells the two apart.
    assert late[390 + 300 :] == pytest.approx(early[300:])


def test_the_shipped_weights_are_those_of_the_manifest():
    raw = (files("clarity.domain.sleep") / "data" / "sleepwake" / "weights.json").read_bytes()
    manifest = load_manifest()

    assert set(read_detector(raw, manifest["sha256"])) == {
        ("both", False),
        ("both", True),
        ("movement", False),
        ("movement", True),
    }
    assert len(set(manifest["people"])) == 22
    assert "ODC-By" in manifest["data_licence"]
    assert load_detector() is load_detector()


def test_one_changed_byte_is_refused():
    raw = (files("clarity.domain.sleep") / "data" / "sleepwake" / "weights.json").read_bytes()

    with pytest.raises(DamagedDetectorError, match=r"expected sha256 .*, found"):
        read_detector(raw.replace(b"1", b"2", 1), load_manifest()["sha256"])


def test_rolling_statistics_are_those_of_the_window_minute_by_minute():
    chance = np.random.default_rng(3)
    values = np.where(chance.random(80) < 0.4, np.nan, chance.normal(60, 9, 80))
    means, maxima = rolling_mean(values, 4, 2), rolling_max(values, 4, 2)
    medians = quantiles(values, 20, 7, (0.5,))[0]

    for at in range(80):
        window = values[max(at - 4, 0) : at + 3]
        seen = window[~np.isnan(window)]
        assert means[at] == pytest.approx(seen.mean() if len(seen) else np.nan, nan_ok=True)
        assert maxima[at] == pytest.approx(seen.max() if len(seen) else np.nan, nan_ok=True)
        held = at - at % 5
        assert medians[at] == pytest.approx(np.nanmedian(values[max(held - 20, 0) : held + 8]))


def test_before_the_first_movement_its_time_is_not_known():
    event = np.array([False, False, True, False, False])

    assert np.isnan(minutes_since(event, 9)[:2]).all()
    assert minutes_since(event, 9)[2:].tolist() == [0, 1, 2]
