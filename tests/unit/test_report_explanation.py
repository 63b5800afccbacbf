"""An explanation of the model, laid over the week's picture."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from clarity.domain.explanation import Explanation
from tests.unit.report_page import page, texts, tree, week


@cache
def explanation(**changes: Any) -> dict[str, Any]:
    """What PAT said of the office worker's week: it looked at one patch, another one moved it."""
    attention = np.full(560, 0.5 / 559)
    attention[100] = 0.5
    attribution = np.zeros(560)
    attribution[[80, 81]] = 2.0, -2.0
    values: dict[str, Any] = {
        "patch_minutes": 18,
        "attention": tuple(attention.tolist()),
        "attribution": tuple(attribution.tolist()),
        "departure": 4.7,
        "completeness_error": 0.001,
        "points": 16,
        "shuffled_rank": 0.1,
        "shuffled_attention_rank": 0.2,
        "input_rank": -0.9,
    }
    grid = week("office-worker")
    window = {"first_day": grid.first_day.isoformat(), "days": grid.days}
    return {**Explanation(**values | changes).to_document(), "window": window}


def test_an_explanation_is_laid_over_its_minutes_and_told_in_words() -> None:
    text = page(week("office-worker"), explanation=explanation())
    root = tree(text)

    day = next(symbol for symbol in root.iter("symbol") if symbol.get("id") == "day1")
    strips = {path.get("class"): path.get("d") for path in day.iter("path")}
    assert strips["look"] == "M360 104H378V117H360z"  # patch 100 is 06:00 of the second day
    assert strips["up"] == "M0 120H18V133H0z"
    assert strips["down"] == "M18 120H36V133H18z"
    others = [symbol for symbol in root.iter("symbol") if symbol.get("id") != "day1"]
    kinds = {path.get("class") for symbol in others for path in symbol.iter("path")}
    assert not {"look", "up", "down"} & kinds
    words = texts(root)
    assert "Attention is correlational" in words
    assert "not why" in words
    assert "rank correlation with the movement itself is -0.90" in words
    assert "Checks passed by attention and attribution" in words
    assert "where it looked, not why" in words


def test_maps_that_failed_their_check_say_so_on_the_page() -> None:
    text = page(week("office-worker"), explanation=explanation(shuffled_attention_rank=0.5))

    assert "The attention map cannot be trusted" in texts(tree(text))
    assert 'class="doubtful"' in text
    assert 'class="doubtful"' not in page(week("office-worker"), explanation=explanation())


def test_maps_of_another_model_than_the_reading_s_say_so_on_the_page() -> None:
    other = explanation()
    other["words"] = {**other["words"], "model": "These maps are of the model pat-<new>."}

    text = page(week("office-worker"), explanation=other)

    assert '<p class="doubtful">These maps are of the model pat-&lt;new&gt;.</p>' in text


def test_without_an_explanation_there_are_no_strips() -> None:
    text = page(week("office-worker"))

    assert "Where the model looked" not in text
    assert 'class="look"' not in text
    assert 'viewBox="0 0 2880 100"' in text


def test_an_explanation_of_another_week_is_refused() -> None:
    with pytest.raises(ValueError, match="found one of"):
        page(week("traveller"), explanation=explanation() | {"window": {"days": 7}})
