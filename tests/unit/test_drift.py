"""What has changed is found and named; what has not is left alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clarity.domain import drift
from clarity.domain.analysis import analyse
from clarity.domain.drift import (
    EMBEDDING,
    FEATURES,
    People,
    Reference,
    compare,
    compare_slices,
    slices_of,
    state_of,
)
from clarity.domain.minutes.quality import assess
from clarity.studies.people_scoring import week_of


def people(rng: np.random.Generator, many: int, **shift: float) -> People:
    """Some people, whose features and embedding are shifted by so many standard deviations."""
    features = rng.normal(size=(many, len(FEATURES)))
    for name in drift._CLOCK:
        at = FEATURES.index(name)
        features[:, at] = (1430 + 60 * features[:, at]) % 1440  # around midnight
    for name, by in shift.items():
        if name in FEATURES:
            features[:, FEATURES.index(name)] += by
    return People(features, rng.normal(size=(many, 8)) + shift.get(EMBEDDING, 0.0))


def named(comparison: drift.Comparison) -> list[str]:
    return [shift.name for shift in comparison.shifts if shift.differs]


def test_of_people_alike_at_most_five_in_a_hundred_windows_differ() -> None:
    rng = np.random.default_rng(1)

    found = [compare(people(rng, 80), people(rng, 40), seed=seed).differs for seed in range(100)]

    assert sum(found) <= 10  # 11 or more of 100 would come by chance in one run of a hundred
    assert any(found)  # the error that is allowed is also used


@pytest.mark.parametrize("name", ["daily_steps", "coverage", EMBEDDING])
def test_what_has_changed_is_named_and_nothing_else(name: str) -> None:
    rng = np.random.default_rng(2)

    found = compare(people(rng, 300), people(rng, 100, **{name: 1.0}))

    assert named(found) == [name]


def test_a_channel_that_is_no_longer_known_differs() -> None:
    rng = np.random.default_rng(3)
    window = people(rng, 50)
    window.features[:, FEATURES.index("total_sleep_time")] = np.nan

    assert named(compare(people(rng, 300), window)) == ["total_sleep_time"]


def test_a_channel_that_was_never_known_does_not_differ() -> None:
    rng = np.random.default_rng(4)
    reference, window = people(rng, 300), people(rng, 50)
    for each in (reference, window):
        each.features[:, FEATURES.index("total_sleep_time")] = np.nan

    assert named(compare(reference, window)) == []


def test_a_clock_that_goes_wrong_across_midnight_differs() -> None:
    rng = np.random.default_rng(5)
    reference, window = people(rng, 300), people(rng, 100)
    at = FEATURES.index("l5_onset")
    window.features[:, at] = (window.features[:, at] + 60) % 1440

    assert named(compare(reference, window)) == ["l5_onset"]


def test_too_few_people_tell_nothing() -> None:
    rng = np.random.default_rng(6)

    found = compare(people(rng, 300), people(rng, drift.LEAST_PEOPLE - 1, daily_steps=9.0))

    assert found == drift.Comparison(drift.LEAST_PEOPLE - 1, ())
    assert not found.differs


def test_the_same_comparison_says_the_same() -> None:
    rng = np.random.default_rng(7)
    reference, window = people(rng, 100), people(rng, 30)

    assert compare(reference, window) == compare(reference, window)


def test_slices_share_the_error() -> None:
    rng = np.random.default_rng(8)
    reference = people(rng, 300)
    # Beyond the error of one slice alone, and not beyond its share of forty.
    p = 0.0
    while not drift.ERROR / 2 / 40 < p * len(FEATURES) < 0.5 * drift.ERROR / 2:
        window = people(rng, 60, daily_steps=0.55)
        p = min(shift.p for shift in compare(reference, window).shifts[:-1])
    others = {f"device {number}": people(rng, 25) for number in range(40)}

    pairs = {name: (reference, each) for name, each in others.items()}

    alone = compare_slices({"new": (reference, window), "rare": (reference, people(rng, 3))})
    among = compare_slices({"new": (reference, window), **pairs})

    assert "daily_steps" in named(alone["new"])
    assert named(among["new"]) == []
    assert alone["rare"].shifts == ()


def recorded(**kinds: int) -> tuple[dict[str, str], ...]:
    """So many people of each device; all have one app, and each an OS of their own."""
    devices = [name for name, many in kinds.items() for _ in range(many)]
    return tuple({"device": d, "os": f"iOS {n}", "app": "1"} for n, d in enumerate(devices))


def test_slices_have_their_like_beside_them_and_the_few_are_pooled() -> None:
    rng = np.random.default_rng(10)
    before = recorded(Watch=60, iPhone=40)
    after = recorded(Watch=30, iPhone=26, Fitbit=3, Garmin=2)
    reference = Reference(people(rng, 100), before, "v", own=True)
    window = people(rng, 61)

    found = slices_of(reference, window, after)

    sizes = {name: (len(like), len(mine)) for name, (like, mine) in found.items()}
    assert sizes == {"device Watch": (60, 30), "device iPhone": (40, 26), "device others": (0, 5)}
    assert np.array_equal(found["device iPhone"][1].features, window.features[30:56])
    assert compare_slices(found)["device others"].shifts == ()


def test_a_new_version_is_compared_with_everybody_and_a_new_device_with_nobody() -> None:
    rng = np.random.default_rng(11)
    old = tuple({"device": "Watch", "os": "iOS 18"} for _ in range(50))
    new = tuple(
        {"device": "Ring" if n < 30 else "Watch", "os": f"iOS {18 + n % 2}"} for n in range(60)
    )

    found = slices_of(Reference(people(rng, 50), old, "v", own=True), people(rng, 60), new)

    assert [len(found[name][0]) for name in ("os iOS 18", "os iOS 19")] == [50, 50]
    assert [len(found[name][0]) for name in ("device Ring", "device Watch")] == [0, 50]


def test_of_many_slices_the_largest_are_compared() -> None:
    rng = np.random.default_rng(12)
    sizes = {f"Watch{number}": 25 + number for number in range(15)}
    reference = Reference(people(rng, 30), (), "v", own=True)

    found = slices_of(reference, people(rng, sum(sizes.values())), recorded(**sizes))

    assert len(found) == drift.MOST_SLICES
    assert "device Watch14" in found
    assert "device Watch0" not in found


@pytest.mark.parametrize(
    ("differed", "state"),
    [
        ([], "none"),
        ([True], "suspected"),
        ([True, True], "suspected"),
        ([True, True, False], "none"),
        ([True, True, True], "drift"),
        ([True, True, True, False, False], "drift"),
        ([True, True, True, False, False, False], "none"),
        ([True, True, True, False, True, False, False, False, True], "suspected"),
    ],
)
def test_only_several_windows_in_a_row_begin_or_end_drift(differed, state) -> None:
    assert state_of(differed) == state


def test_the_stability_index_is_the_one_of_the_books() -> None:
    reference = np.arange(100.0)
    # A tenth of the reference lies in each bin; of the window, half lies in the first, none in the
    # last, and the rest as in the reference.
    window = np.concatenate([np.full(50, 3.0), np.repeat(np.arange(15.0, 90, 10), 6), [95.0] * 2])
    shares = np.array([0.5, *[0.06] * 8, 0.02])

    found = drift.stability_index(reference, window)

    assert found == pytest.approx(np.sum((shares - 0.1) * np.log(shares / 0.1)), rel=1e-3)


def test_features_are_read_from_the_analysis_document() -> None:
    grid = week_of("office-worker", seed=1).grid
    document: dict[str, Any] = analyse(grid, assess(grid)).to_document()

    found = dict(zip(FEATURES, drift.features_of(document), strict=True))

    assert found["daily_steps"] == pytest.approx(np.nansum(grid.steps) / 7, rel=0.1)
    assert found["worn_hours"] == pytest.approx(grid.worn.sum() / 60 / 7, abs=0.2)
    assert found["coverage"] == document["quality"]["coverage"]
    assert not np.isnan(list(found.values())).any()


def test_features_that_are_not_as_many_as_people_are_refused() -> None:
    with pytest.raises(ValueError, match="expected features"):
        People(np.zeros((3, 2)), np.zeros((3, 4)))


def test_a_reference_has_the_version_of_its_content() -> None:
    rng = np.random.default_rng(9)
    reference = people(rng, 30)

    assert reference.digest == reference.take(range(30)).digest
    assert reference.digest != reference.take([1, 0, *range(2, 30)]).digest


def test_embeddings_without_spread_are_no_drift() -> None:
    rng = np.random.default_rng(7)
    reference, window = people(rng, 60), people(rng, 40)
    same = [People(each.features, np.full((len(each), 8), 0.1)) for each in (reference, window)]

    found = compare(*same)

    assert found.shifts[-1].distance == pytest.approx(0.0)
    assert found.shifts[-1].p == 1.0
    assert not found.differs


@pytest.mark.parametrize("huge", [1e200, 1e9, np.inf, np.nan])
def test_one_huge_number_in_a_reference_is_no_drift(huge: float) -> None:
    rng = np.random.default_rng(8)
    reference, window = people(rng, 100), people(rng, 40)
    reference.embeddings[3, 2] = huge

    assert named(compare(reference, window)) == []


@pytest.mark.parametrize("huge", [1e200, 1e9, np.inf, np.nan])
def test_one_huge_number_in_a_window_hides_no_drift(huge: float) -> None:
    rng = np.random.default_rng(9)
    reference, window = people(rng, 300), people(rng, 100, embedding=1.0)
    window.embeddings[3, 2] = huge

    assert named(compare(reference, window)) == [EMBEDDING]


def test_embeddings_of_which_none_can_be_compared_are_no_drift() -> None:
    rng = np.random.default_rng(10)
    window = people(rng, 40)
    window.embeddings[:] = 1e200

    assert named(compare(people(rng, 100), window)) == []
