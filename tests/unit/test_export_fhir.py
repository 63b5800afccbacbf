"""Observations for other health programs: what the standard takes, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.observation import Observation

from clarity.domain.analysis import analyse, best_week
from clarity.domain.intake.samples import KINDS
from clarity.domain.minutes.quality import assess
from clarity.sources.generated import people
from clarity.steps.export_fhir import of_analysis, of_day, patient
from clarity.steps.preprocess import combine
from tests.unit.test_export import chunks_of

LAST = date(2026, 6, 14)
WINDOW = {"first_day": "2026-06-01", "last_day": "2026-06-07"}


def test_every_kind_of_sample_has_its_place_in_the_bundle() -> None:
    found: list[Any] = [
        Observation.model_validate(of_day("ada", LAST, kind, 1.0)) for kind in KINDS
    ]

    assert all(each.valueQuantity.code for each in found)


@pytest.mark.parametrize("name", ["office-worker", "traveller", "night-shift"])
def test_every_unit_of_an_analysis_is_one_of_ucum_s(name) -> None:
    week = best_week(combine([c for _, c in chunks_of(people.generate(name, last_day=LAST))]))
    analysis = analyse(week, assess(week)).to_document()

    found: list[Any] = [
        Observation.model_validate(each) for each in of_analysis("ada", "users/ada/a", analysis)
    ]

    assert len(found) > 10
    assert all(each.valueQuantity.code for each in found)
    assert len({each.id for each in found}) == len(found)


ODD_ANALYSES = [
    {},
    {"window": 7, "metrics": []},
    {"window": {"first_day": "x"}, "metrics": [{"name": "a", "value": 1.0}]},
    {"window": WINDOW, "metrics": "none"},
    {"window": WINDOW, "metrics": [None, 7, {"name": "a"}, {"value": 1.0}]},
    {"window": WINDOW, "metrics": [{"name": " ", "value": 1.0}, {"name": "a", "value": True}]},
    {"window": WINDOW, "metrics": [{"name": "a", "value": float("nan"), "unit": "min"}]},
    {"window": WINDOW, "details": [{"name": "a", "value": float("inf"), "unit": 7}]},
]


@pytest.mark.parametrize("document", ODD_ANALYSES, ids=range(len(ODD_ANALYSES)))
def test_an_odd_analysis_makes_no_observation_and_no_error(document) -> None:
    assert list(of_analysis("ada", "users/ada/a", document)) == []


def test_a_metric_of_an_unknown_unit_keeps_it_as_a_word() -> None:
    document = {
        "window": WINDOW,
        "metrics": [{"name": "odd  name", "value": 7, "unit": " furlong"}],
    }

    (found,) = of_analysis("ada", "users/ada/a", document)

    Observation.model_validate(found)
    assert found["valueQuantity"] == {"value": 7.0, "unit": "furlong"}
    assert found["code"]["coding"][0]["code"] == "odd name"


@pytest.mark.parametrize("born", ["1980-02-31", "", 7, None, "1980", "gestern"])
def test_a_birth_date_that_is_none_is_left_out(born) -> None:
    assert "birthDate" not in patient("ada", {"birth_date": born})


def test_the_same_thing_has_the_same_id_in_every_export() -> None:
    first, again, other = (
        of_day(who, LAST, "stepCount", value)["id"]
        for who, value in (("ada", 1.0), ("ada", 2.0), ("bob", 1.0))
    )

    assert first == again != other
