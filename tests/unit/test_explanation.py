"""What an explanation says of itself: checks with stated limits, and words that claim no cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from clarity.domain.explanation import (
    COMPLETENESS_LIMIT,
    SHUFFLED_LIMIT,
    Explanation,
    attention_shades,
    attribution_shades,
)


def explanation(**changes: float) -> Explanation:
    values: dict[str, float] = {
        "departure": 2.0,
        "completeness_error": COMPLETENESS_LIMIT,
        "shuffled_rank": SHUFFLED_LIMIT,
        "shuffled_attention_rank": SHUFFLED_LIMIT,
        "input_rank": -0.9,
    }
    return Explanation(
        patch_minutes=18,
        attention=(0.25,) * 4,
        attribution=(0.5,) * 4,
        points=16,
        **values | changes,
    )


def test_maps_at_the_limits_are_trusted_and_the_document_says_which_limits() -> None:
    document: dict[str, Any] = explanation().to_document()

    assert document["trusted"] == {"attention": True, "attribution": True}
    assert document["limits"] == {"shuffled_rank": 0.3, "completeness_error": 0.01}
    assert "Checks passed by attention and attribution" in document["words"]["trust"]


@pytest.mark.parametrize(
    ("name", "value", "doubtful", "reason"),
    [
        ("shuffled_rank", 0.31, "attribution", "a rank correlation of 0.31, above 0.3"),
        ("shuffled_attention_rank", 0.8, "attention", "a rank correlation of 0.80, above 0.3"),
        ("completeness_error", 0.05, "attribution", "its parts miss 5.0% of the whole"),
        ("shuffled_rank", float("nan"), "attribution", "rank correlation of nan"),
    ],
)
def test_a_check_that_failed_makes_its_map_untrusted_and_not_the_other(
    name, value, doubtful, reason
) -> None:
    document: dict[str, Any] = explanation(**{name: value}).to_document()

    other = ({"attention", "attribution"} - {doubtful}).pop()
    assert document["trusted"] == {doubtful: False, other: True}
    assert f"The {doubtful} map cannot be trusted" in document["words"]["trust"]
    assert f"Checks passed by {other}:" in document["words"]["trust"]
    assert reason in document["words"]["trust"]


def test_the_words_claim_no_cause_and_name_no_condition() -> None:
    document: dict[str, Any] = explanation().to_document()
    words = document["words"]

    assert set(words) == {"notice", "attention", "attribution", "trust", "movement"}
    assert "Attention is correlational" in words["notice"]
    assert "not why" in words["notice"]
    assert "nothing here is a risk, a symptom or a diagnosis" in words["notice"]
    assert not any(word in " ".join(words.values()).lower() for word in ("because", "cause"))


def test_the_document_holds_plain_values_only() -> None:
    document = explanation().to_document()

    assert document["attention"] == [0.25] * 4
    assert document["attribution"] == [0.5] * 4
    assert {type(value) for value in document.values()} <= {int, float, bool, list, dict}


def test_shades_begin_above_even_and_keep_the_sign() -> None:
    assert attention_shades(np.array([0.1, 0.1, 0.1, 0.7])).tolist() == [0, 0, 0, 5]
    assert attention_shades(np.full(4, 0.25)).tolist() == [0, 0, 0, 0]
    assert attribution_shades(np.array([0.0, 1.0, -1.0, 0.16])).tolist() == [0, 5, -5, 2]
    assert attribution_shades(np.zeros(3)).tolist() == [0, 0, 0]
