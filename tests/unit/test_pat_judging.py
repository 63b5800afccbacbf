"""The rule that a candidate is judged by, and the score that it rests on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clarity.pat import masked
from clarity.pat.judging import Compared, compare_areas, compare_errors, decide, doubt

WON = Compared(
    name="weeks",
    version="v1",
    people=100,
    unit="masked error",
    current=0.4,
    candidate=0.38,
    difference=-0.05,
    low=-0.07,
    high=-0.03,
    may_win=True,
    judged=True,
)


def errors(seed: int, people: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).gamma(4, 0.1, people)


def compared(current: np.ndarray, candidate: np.ndarray, **how) -> Compared:
    how = {"attempt": 1, "may_win": True} | how
    return compare_errors("weeks", "v1", current, candidate, **how)


def test_a_candidate_that_is_better_beyond_doubt_is_better() -> None:
    found = compared(errors(1), 0.9 * errors(1))

    assert decide([found])[0] == "better"
    assert found.difference == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"difference": -0.006, "low": -0.02, "high": 0.001}, "not better by as much as matters"),
        ({"difference": -0.003, "low": -0.004, "high": -0.002}, "not better by as much as matters"),
        ({"judged": False, "people": 24}, "no set has enough people"),
        ({"may_win": False}, "no set has enough people"),
    ],
    ids=["uncertain", "by-too-little", "too-few", "generated"],
)
def test_what_does_not_show_that_it_is_better_is_not(change, said) -> None:
    decided, why = decide([replace(WON, **change)])

    assert decided == "not_better"
    assert said in why


@pytest.mark.parametrize(
    "worse",
    [
        replace(WON, difference=0.01, low=0.004, high=0.02),
        replace(WON, difference=0.0011, low=0.0001, high=0.002),
        replace(WON, unit="AUC", may_win=False, difference=-0.02, low=-0.03, high=-0.01),
        replace(WON, may_win=False, difference=0.01, low=0.001, high=0.02),
    ],
    ids=["error", "by-very-little", "label", "generated"],
)
def test_what_is_behind_beyond_doubt_anywhere_is_worse_whatever_it_wins(worse) -> None:
    decided, why = decide([WON, worse])

    assert decided == "worse"
    assert why.startswith("worse beyond doubt on weeks")


@pytest.mark.parametrize(
    "behind",
    [
        replace(WON, difference=0.03, low=-0.01, high=0.07),
        replace(WON, unit="AUC", may_win=False, difference=-0.06, low=-0.1, high=0.01),
        replace(WON, may_win=False, difference=0.2, low=-0.1, high=0.5),
    ],
    ids=["error", "label", "generated"],
)
def test_what_may_be_far_behind_is_not_better_and_not_called_worse(behind) -> None:
    decided, why = decide([WON, behind])

    assert decided == "not_better"
    assert why.startswith("it may be worse, too far behind on weeks")


def test_what_has_too_few_people_is_neither_worse_nor_behind() -> None:
    few = replace(WON, difference=0.5, low=0.4, high=0.6, judged=False)

    assert decide([WON, few])[0] == "better"


def test_a_candidate_with_a_small_damage_to_everybody_is_worse() -> None:
    noise = np.random.default_rng(1).normal(1.01, 0.01, 60)

    found = compared(errors(1), errors(1) * noise)

    assert 0 < found.difference < 0.02
    assert decide([found])[0] == "worse"


def test_a_candidate_that_only_differs_by_chance_is_seldom_better_or_worse() -> None:
    passed = damned = 0
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(1, 0.2, 60)
        decided, _ = decide([compared(errors(seed), errors(seed) * noise)])
        passed += decided == "better"
        damned += decided == "worse"

    assert passed <= 1
    assert damned <= 1


def test_the_more_were_tried_the_surer_one_has_to_be() -> None:
    first = compared(errors(1), 0.98 * errors(2, 60))
    fifth = compared(errors(1), 0.98 * errors(2, 60), attempt=5)

    assert fifth.high > first.high
    assert sum(2 * doubt(n) for n in range(1, 10_000)) <= 0.05


def test_people_without_a_score_are_left_out_of_both_models() -> None:
    current, candidate = errors(1), 0.9 * errors(1)
    candidate[0] = np.nan

    assert compared(current, candidate).people == 59
    assert compared(np.empty(0), np.empty(0)).people == 0


def test_a_label_with_few_people_on_a_side_is_not_judged() -> None:
    truth, score = np.repeat([0.0, 1.0], [80, 20]), np.arange(100.0)

    found = compare_areas("label", "v1", truth, score, score[::-1], attempt=1)

    assert (found.current, found.candidate, found.judged) == (1.0, 0.0, False)


def test_a_fifth_of_a_week_is_hidden_the_same_each_time() -> None:
    away = masked.hidden(50, 10_080)

    assert (away.sum(axis=1) == 22).all()
    assert (away == masked.hidden(50, 10_080)).all()
    assert len({tuple(row) for row in away}) == 50
