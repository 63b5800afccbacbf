"""The examples in the domain's docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from clarity import domain

MODULES = [
    module.name for module in pkgutil.walk_packages(domain.__path__, prefix="clarity.domain.")
]
METRICS = (
    "metrics.activity",
    "metrics.activity_class",
    "metrics.cardio",
    "metrics.circadian",
    "metrics.cosinor",
    "metrics.fragmentation",
    "metrics.intensity",
    "metrics.trends",
    "sleep.nights",
    "sleep.regularity",
)


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_metrics_have_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in METRICS:
        module = importlib.import_module(f"clarity.domain.{name}")
        assert any(test.examples for test in finder.find(module)), name
