from __future__ import annotations

import numpy as np

from clarity.domain.minutes.nonwear import not_worn

STILL, JOLT, MOVING = 0, 7, 900


def record(*parts: tuple[int, int]) -> np.ndarray:
    """Counts of stretches given as (value, minutes)."""
    values, minutes = zip(*parts, strict=True)
    return np.repeat(np.array(values, np.uint16), minutes)


def test_ninety_still_minutes_are_non_wear_and_eighty_nine_are_not():
    assert not_worn(record((MOVING, 5), (STILL, 90), (MOVING, 5))).sum() == 90
    assert not not_worn(record((MOVING, 5), (STILL, 89), (MOVING, 5))).any()


def test_a_jolt_of_two_minutes_amid_stillness_is_not_wear():
    flags = not_worn(record((MOVING, 5), (STILL, 50), (JOLT, 2), (STILL, 50), (MOVING, 5)))

    assert flags.tolist() == [False] * 5 + [True] * 102 + [False] * 5


def test_three_minutes_of_counts_are_wear():
    assert not not_worn(record((STILL, 50), (JOLT, 3), (STILL, 50))).any()


def test_a_jolt_too_close_to_movement_is_wear():
    flags = not_worn(record((MOVING, 5), (STILL, 29), (JOLT, 1), (STILL, 95), (MOVING, 5)))

    assert not flags[:35].any()
    assert flags[35:130].all()


def test_the_ends_of_the_record_need_no_stillness_beyond_them():
    assert not_worn(record((JOLT, 1), (STILL, 95))).all()
    assert not_worn(record((STILL, 200))).all()


def test_a_record_of_movement_is_worn():
    assert not not_worn(record((MOVING, 300))).any()


def test_a_missing_minute_is_not_still():
    gap = np.concatenate([np.zeros(60), [np.nan], np.zeros(60)])

    assert not not_worn(gap).any()
    assert not_worn(np.concatenate([gap, np.zeros(30)])).tolist() == [False] * 61 + [True] * 90


def test_counts_with_a_fraction_are_movement():
    assert not not_worn(np.full(200, 0.4)).any()
