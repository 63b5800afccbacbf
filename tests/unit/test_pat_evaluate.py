from __future__ import annotations

import doctest
import json

import numpy as np
import pytest
from click.testing import CliRunner
from rich.progress import Progress

from clarity.pat import handmade, labels, nhanes, pretrained, probes, scoring
from clarity.pat.evaluate import beside_metrics, evaluate
from clarity.pat.probes import Cohort, Finding, Settings
from clarity.pat.scoring import Estimate
from tests.unit.nhanes_folder import DRUGS, phq, write_csv, write_folder

WEEK = 10_080
SETTINGS = Settings(seeds=2, resamples=200)
NAN = float("nan")


# labels


@pytest.fixture
def answers(tmp_path):
    """Six adults (1 to 6) and a child (7)."""
    years = [34, 59, 60, 85, 18, 20, 17]
    write_csv(
        tmp_path,
        "DEMO_D",
        [
            {"SEQN": f"{i}.0", "RIDAGEYR": f"{y}.0", "RIAGENDR": f"{1 + i % 2}.0"}
            for i, y in enumerate(years, 1)
        ],
    )
    return tmp_path


def read(folder, name: str) -> list[float]:
    return labels.read(folder, (name,), np.arange(1, 8))[name].tolist()


def same(found: list[float], expected: list[float]) -> bool:
    return np.array_equal(found, expected, equal_nan=True)


def test_sixty_years_count_as_sixty_or_older_and_children_are_left_out(answers):
    assert same(read(answers, "age60"), [0, 0, 1, 1, 0, 0, NAN])
    assert same(read(answers, "female"), [1, 0, 1, 0, 1, 0, NAN])


def test_phq9_needs_all_nine_items_and_counts_from_ten(answers):
    write_csv(
        answers,
        "DPQ_D",
        [
            phq(1, *["1.0"] * 9),
            phq(2, *["1.0"] * 8, "2.0"),
            phq(3, *["3.0"] * 8, ""),
            phq(4, *["3.0"] * 8, "9.0"),
            phq(5, *["0.0"] * 9),
            phq(7, *["3.0"] * 9),
        ],
    )

    assert same(read(answers, "phq9"), [0, 1, NAN, NAN, 0, NAN, NAN])


def test_a_sleep_disorder_is_a_yes_and_refused_is_unknown(answers):
    said = ["1.0", "2.0", "7.0", "9.0", ""]
    write_csv(answers, "SLQ_D", [{"SEQN": f"{i}.0", "SLQ060": s} for i, s in enumerate(said, 1)])

    assert same(read(answers, "sleep-disorder"), [1, 0, NAN, NAN, NAN, NAN, NAN])


def test_obese_is_a_bmi_of_thirty_or_more(answers):
    found = ["29.99", "30.0", ""]
    write_csv(answers, "BMX_D", [{"SEQN": f"{i}.0", "BMXBMI": b} for i, b in enumerate(found, 1)])

    assert same(read(answers, "bmi30"), [0, 1, NAN, NAN, NAN, NAN, NAN])


def test_medicines_are_told_by_their_class_in_any_of_a_persons_prescriptions(answers):
    write_csv(
        answers,
        "RXQ_DRUG",
        [
            {"RXDDRGID": key, "RXDDRUG": name, "RXDDCN1C": "", "RXDICN2C": group}
            for key, (name, group) in DRUGS.items()
        ],
    )
    taken = [(1, "1.0", "d4"), (1, "1.0", "d1"), (1, "1.0", ""), (2, "1.0", "d2")]
    taken += [(3, "2.0", ""), (4, "1.0", "d3"), (5, "1.0", ""), (5, "1.0", "d4"), (6, "9.0", "")]
    write_csv(
        answers,
        "RXQ_RX_D",
        [{"SEQN": f"{who}.0", "RXDUSE": use, "RXDDRGID": drug} for who, use, drug in taken],
    )

    assert same(read(answers, "benzodiazepine"), [1, 1, 0, 0, NAN, NAN, NAN])
    assert same(read(answers, "ssri"), [NAN, 0, 0, 1, NAN, NAN, NAN])


def test_a_missing_label_file_is_named(answers):
    with pytest.raises(labels.LabelError, match=r"lacks DPQ_D\.csv\.gz"):
        read(answers, "phq9")


# hand-made metrics


def test_more_steps_later_in_the_day_show_in_the_metrics():
    minute = np.arange(WEEK) % 1440
    early = np.where((minute >= 420) & (minute < 1020), 20.0, 0.0)
    late = np.roll(2 * early, 180)

    found = handmade.metrics(np.stack([early, late]).astype("f4"))
    one, two = (dict(zip(handmade.FEATURES, row, strict=True)) for row in found)

    assert two["log_daily_steps"] - one["log_daily_steps"] == pytest.approx(np.log(2), abs=1e-3)
    assert one["interdaily_stability"] == pytest.approx(1)
    assert one["relative_amplitude"] == 1
    for row, hour in ((one, 7), (two, 10)):
        assert row["m10_phase_cos"] == pytest.approx(np.cos(2 * np.pi * hour / 24))
        assert row["m10_phase_sin"] == pytest.approx(np.sin(2 * np.pi * hour / 24))


def test_a_week_without_a_minute_has_no_metrics_and_a_sensor_error_is_capped():
    nothing = np.full((1, WEEK), np.nan, np.float32)
    flat, broken = np.full((2, WEEK), 200, np.float32)
    broken[5] = 32_767

    assert np.isnan(handmade.metrics(nothing)).all()
    one, other = handmade.metrics(np.stack([flat, broken]))
    assert np.array_equal(one, other, equal_nan=True)


# scores


def pairs(truth: np.ndarray, score: np.ndarray) -> float:
    """The definition, pair by pair."""
    wins = [(p > n) + 0.5 * (p == n) for p in score[truth == 1] for n in score[truth == 0]]
    return float(np.mean(wins))


def test_auc_is_the_share_of_pairs_in_order_with_ties_half():
    rng = np.random.default_rng(3)
    truth = (rng.random(60) < 0.3).astype(float)
    score = np.round(truth + rng.normal(0, 1, 60), 1)

    assert scoring.auc(truth, score) == pytest.approx(pairs(truth, score), abs=1e-12)


def test_a_resample_is_the_auc_of_the_people_drawn():
    rng = np.random.default_rng(4)
    truth = (rng.random(40) < 0.4).astype(float)
    score = np.round(rng.normal(0, 1, 40), 1)
    counts = scoring.resamples(40, 5, seed=1)
    drawn = [np.repeat(np.arange(40), row.astype(int)) for row in counts]

    found = scoring.resampled_auc(truth, score, counts)

    assert counts.sum(axis=1).tolist() == [40] * 5
    assert found == pytest.approx([pairs(truth[who], score[who]) for who in drawn])


def test_an_auc_without_positives_is_undefined():
    assert np.isnan(scoring.auc(np.zeros(5), np.arange(5.0)))


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(scoring).failed == 0


def test_risks_that_come_true_have_little_calibration_error_and_doubled_ones_have_much():
    rng = np.random.default_rng(5)
    risk = rng.uniform(0, 0.4, 20_000)
    truth = (rng.random(20_000) < risk).astype(float)

    true, doubled = (scoring.reliability(truth, r) for r in (risk, 2 * risk))

    assert [each.people for each in true] == [2000] * 10
    assert scoring.expected_calibration_error(true) < 0.01
    assert scoring.expected_calibration_error(doubled) == pytest.approx(0.2, abs=0.01)


# probes


def cohort(people: int, *, signal: float, first: int = 1, seed: int = 0) -> Cohort:
    rng = np.random.default_rng(seed)
    truth = (np.arange(people) % 3 == 0).astype(float)
    noise = rng.normal(0, 1, (people, 6))
    telling = noise.copy()
    telling[:, 0] += signal * truth
    inputs = {"embedding": telling, "metrics": noise, "both": np.hstack([telling, noise])}
    return Cohort(np.arange(first, first + people), inputs, {"age60": truth})


def nothing() -> None:
    """No bar to move."""


def test_an_input_that_tells_the_groups_apart_is_found_and_noise_is_not():
    found = probes.measure("age60", cohort(240, signal=3.0), None, SETTINGS, nothing)

    assert (found.people, found.positives, found.trained_on) == (240, 80, 192)
    assert found.auc["embedding"].low > 0.9
    assert found.auc["metrics"].low < 0.5 < found.auc["metrics"].high + 0.1
    assert found.over_metrics["embedding"].low > 0.2
    assert beside_metrics(found, "embedding") == "apart, higher"
    assert beside_metrics(found, "metrics") == ""


def test_nobody_is_scored_by_a_model_that_saw_them():
    """Each person's own label in an input of their own would be learnt, were they trained on."""
    rng = np.random.default_rng(6)
    truth = (rng.random(120) < 0.5).astype(float)
    own = np.eye(120) * (2 * truth - 1)[:, None]

    inside = scoring.auc(truth, probes.probe(own, truth, 0)(own))
    outside = scoring.auc(truth, probes.out_of_fold(own, truth, 0))

    assert inside == 1
    assert outside < 0.7


def test_two_folders_train_on_the_one_and_score_the_other():
    train = cohort(150, signal=3.0)
    other = cohort(90, signal=-3.0, first=1000, seed=1)  # there the sign is turned round

    found = probes.measure("age60", train, other, SETTINGS, nothing)

    assert (found.people, found.trained_on) == (90, 150)
    assert found.auc["embedding"].high < 0.2
    assert beside_metrics(found, "embedding") == "apart, lower"


def test_too_few_positives_give_a_reason_and_no_number():
    few = cohort(240, signal=3.0)
    few.truth["age60"][19 * 3 :] = 0

    found = probes.measure("age60", few, None, SETTINGS, nothing)

    assert found.auc == {}
    assert found.reason == "19 on one side, 20 needed"


def test_overlapping_intervals_are_called_overlapping():
    close = {"embedding": Estimate(0.8, 0.7, 0.9), "metrics": Estimate(0.6, 0.5, 0.7)}
    found = Finding("age60", 60, 30, 48, "", close, {}, {})

    assert beside_metrics(found, "embedding") == "overlap"


# the command


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("nhanes"), people=60)


def test_the_command_reports_every_label_and_writes_what_it_found(folder, tmp_path):
    out = tmp_path / "found.json"
    options = ["--data", str(folder), "--labels", "age60,bmi30", "--seeds", "1", "--json", str(out)]

    result = CliRunner().invoke(evaluate, [*options, "--resamples", "200"])

    assert result.exit_code == 0, result.output
    assert "60 (30)" in result.output
    assert "whether the two AUCs' own intervals overlap" in " ".join(result.output.split())
    assert "signific" not in result.output
    found = json.loads(out.read_text("utf-8"))
    age, bmi = found["findings"]
    assert found["model_id"].startswith("pat-s-nhanes-steps-")
    assert age["auc"]["metrics"]["value"] > 0.8
    assert set(age["over_metrics"]) == {"embedding", "both"}
    assert bmi["people"] == 60


def test_whoever_is_in_both_folders_is_not_trained_on(folder, tmp_path):
    other = write_folder(tmp_path / "other", people=50, first=51, seed=1)
    options = ["--data", str(folder), "--test", str(other), "--labels", "age60", "--seeds", "1"]

    result = CliRunner().invoke(evaluate, [*options, "--resamples", "200"])

    assert result.exit_code == 0, result.output
    assert "10 people are in both folders: not trained on" in result.output
    assert "people of the test folder" in " ".join(result.output.split())


def test_the_embedding_of_a_cohort_is_the_shipped_models(folder):
    pat = pretrained.load("small")
    with Progress(disable=True) as progress:
        people = probes.read_cohort(folder, pat, ("age60",), progress)

    steps = nhanes.load(folder).steps
    assert people.inputs["both"].shape == (60, 96 + len(handmade.FEATURES))
    assert np.array_equal(people.inputs["embedding"][40], pat.embed(steps[40:41])[0])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--labels", "age60,height"], "unknown: height"),
        (["--labels", ","], "name at least one"),
        (["--labels", "phq9"], "lacks DPQ_D.csv.gz"),
        (["--labels", "age60", "--weights", "nowhere"], "is no PAT artifact"),
        (["--labels", "age60", "--weights", "large"], "no weights of PAT-large are shipped"),
    ],
)
def test_what_cannot_be_done_is_said(folder, options, said):
    result = CliRunner().invoke(evaluate, ["--data", str(folder), *options])

    assert result.exit_code != 0
    assert said in " ".join(result.output.split())
