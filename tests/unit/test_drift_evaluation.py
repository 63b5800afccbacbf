"""The changes do what they say, and the evaluation counts what was found."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from clarity.cli import main
from clarity.domain.drift import FEATURES, People
from clarity.studies import drift_cohorts, drift_page
from clarity.studies.drift_cohorts import CHANGES, UNCHANGED, Cohort, generated_weeks
from clarity.studies.drift_evaluation import (
    INDEX_ALONE,
    OURS,
    SUSTAINED,
    Evaluation,
    comparisons_of,
    evaluate_drift,
)


@pytest.fixture(scope="module")
def week():
    return next(generated_weeks(1))


def changed(week, name):
    return CHANGES[name](week, np.random.default_rng(0))


def test_another_device_counts_more_steps(week) -> None:
    assert np.nansum(changed(week, "steps x1.3").steps) == pytest.approx(
        1.3 * np.nansum(week.steps), rel=0.01
    )


def test_a_wrist_moves_while_the_body_is_still_and_less_while_it_walks(week) -> None:
    steps = changed(week, "hip to wrist").steps
    still, walking = week.steps == 0, week.steps > 60

    assert 0.1 < np.mean(steps[still] > 0) < 0.2
    assert np.nanmean(steps[walking] / week.steps[walking]) == pytest.approx(0.92, abs=0.01)
    assert np.array_equal(np.isnan(steps), np.isnan(week.steps))


def test_an_hour_off_moves_every_channel(week) -> None:
    late = changed(week, "an hour off")

    for name in ("steps", "heart_rate", "worn", "stage"):
        before, after = getattr(week, name), getattr(late, name)
        assert np.array_equal(after[60:], before[:-60], equal_nan=before.dtype.kind == "f")


def test_a_tenth_is_worn_less_and_nothing_is_known_there(week) -> None:
    less = changed(week, "10 % more non-wear")
    taken_off = week.worn & ~less.worn

    assert 0.1 <= taken_off.sum() / week.worn.sum() < 0.13
    assert np.isnan(less.steps[taken_off]).all()
    assert np.isnan(less.heart_rate[taken_off]).all()


def cohort(shift: float) -> Cohort:
    """120 people, of whom a third is unusable after the change."""
    rng = np.random.default_rng(1)
    features, embeddings = rng.normal(size=(120, len(FEATURES))), rng.normal(size=(120, 4))
    usable = np.arange(120) % 3 > 0
    after = np.where(usable[:, None], features + shift, np.nan)
    return Cohort(
        "somebody",
        {UNCHANGED: People(features, embeddings), "shifted": People(after, embeddings)},
        {UNCHANGED: np.ones(120, bool), "shifted": usable},
    )


def test_a_change_is_found_and_its_absence_is_not() -> None:
    done: list[None] = []
    some = cohort(shift=2.0)

    found = evaluate_drift("pat-x", [some], null=30, repeats=9, done=lambda: done.append(None))

    assert len(done) == comparisons_of([some], 30, 9) == 39  # at 25 people: more are not left
    null, shifted = found.rows
    assert null.alarms[OURS].value <= 0.1
    assert null.alarms[INDEX_ALONE].value == 1.0  # what the page warns of
    assert (shifted.alarms[OURS].value, shifted.alarms[SUSTAINED].value) == (1.0, 1.0)
    assert 0.6 < shifted.alarms[OURS].low < 1.0


def test_people_who_are_too_few_to_be_split_are_refused() -> None:
    some = cohort(shift=2.0)
    few = Cohort(
        some.name,
        {change: people.take(range(30)) for change, people in some.people.items()},
        {change: usable[:30] for change, usable in some.usable.items()},
    )

    with pytest.raises(ValueError, match="expected 46 usable weeks of somebody, found 20"):
        evaluate_drift("pat-x", [few], null=3, repeats=3)


def test_the_page_holds_every_number_and_escapes_names() -> None:
    rows = evaluate_drift("pat-<x>", [cohort(shift=2.0)], null=3, repeats=3).rows
    page = drift_page.render(Evaluation("pat-<x>", rows))

    assert page.count("<figure>") == 2
    assert "pat-&lt;x&gt;" in page
    for row in rows:
        for share in row.alarms.values():
            assert drift_page._cell(share) in page


def test_the_command_measures_generated_people(tmp_path, monkeypatch) -> None:
    few = {name: CHANGES[name] for name in (UNCHANGED, "no heart rate")}
    monkeypatch.setattr(drift_cohorts, "CHANGES", few)
    monkeypatch.setattr(drift_cohorts, "PEOPLE", ("office-worker",))
    page, out = tmp_path / "page.html", tmp_path / "all.json"
    options = ["--generated", "50", "--null", "3", "--repeats", "3"]

    ran = CliRunner().invoke(
        main, ["evaluate", "drift", *options, "--page", str(page), "--out", str(out)]
    )

    assert ran.exit_code == 0, ran.output
    written = json.loads(out.read_text())
    assert {(row["change"], row["people"]) for row in written["rows"]} == {
        (UNCHANGED, 25),
        ("no heart rate", 25),
    }
    assert written["rows"][1]["alarms"][OURS]["value"] == 1.0
    assert "no heart rate" in page.read_text()
