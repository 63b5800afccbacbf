from __future__ import annotations

import doctest
import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner, Result
from rich.progress import Progress

from clarity.pat import artifact, handmade, labels, nhanes, pretrained, probes, scoring
from clarity.pat.evaluate import evaluate, write_whole
from tests.unit.nhanes_folder import DRUGS, phq, write_csv, write_folder, write_minutes

WEEK = 10_080
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


# the command


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("nhanes"), people=60)


def run(*options: object) -> Result:
    return CliRunner().invoke(evaluate, [str(option) for option in options])


def words(result: Result) -> str:
    return " ".join(result.output.split())


def test_the_command_reports_every_label_and_writes_what_it_found(folder, tmp_path):
    out, page = tmp_path / "found.json", tmp_path / "found.html"

    result = run(
        *("--data", folder, "--labels", "age60,bmi30", "--splits", 5, "--resamples", 200),
        *("--out", out, "--page", page),
    )

    assert result.exit_code == 0, result.output
    assert "60 (30)" in result.output
    assert "age60 against metrics: above with intervals apart: none;" in words(result)
    assert "signific" not in result.output
    found = json.loads(out.read_text("utf-8"))
    age, bmi = found["findings"]
    assert f"metrics: {probes.DEFINITIONS[found['metrics_definition']]}." in words(result)
    assert found["model_id"].startswith("pat-s-nhanes-steps-")
    assert age["auc"]["metrics"]["value"] > 0.8
    assert set(age["over"]) == {"metrics", "summaries"}
    assert set(age["over"]["metrics"]) == {"probe", "summaries", "both"}
    assert [len(each) for each in age["single"].values()] == [5, 5, 5, 5]
    assert (bmi["people"], bmi["trained_on"], bmi["stopped_on"]) == (60, 36, 12)
    assert "60 years or older" in page.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found.html", "found.json"]


def test_whoever_is_in_both_folders_is_not_trained_on(folder, tmp_path):
    other = write_folder(tmp_path / "other", people=50, first=51, seed=1)

    result = run(
        *("--data", folder, "--test", other, "--labels", "age60", "--splits", 1),
        *("--resamples", 200, "--arm", "probe"),
    )

    assert result.exit_code == 0, result.output
    assert "10 people are in both folders: not trained on" in result.output
    assert "AUC on people of the test folder" in words(result)
    assert "50 (25)" in result.output
    assert "40 people train, 10 decide" in words(result)


def test_networks_are_trained_and_compared_with_the_one_from_random_weights(folder, tmp_path):
    out = tmp_path / "found.json"

    result = run(
        *("--data", folder, "--labels", "age60", "--splits", 1, "--resamples", 100),
        *("--arm", "scratch", "--arm", "cnn3d", "--epochs", 1, "--out", out),
    )

    assert result.exit_code == 0, result.output
    assert "age60 against scratch:" in words(result)
    assert "Adam at 1e-05 from given and 0.001 from random weights" in words(result)
    (age,) = json.loads(out.read_text("utf-8"))["findings"]
    assert list(age["auc"]) == ["metrics", "scratch", "cnn3d"]
    assert set(age["over"]["scratch"]) == {"metrics", "cnn3d"}
    assert age["passes"] == {"scratch": [1], "cnn3d": [1]}


def test_the_embedding_of_a_cohort_is_the_shipped_models(folder):
    source = artifact.open_folder(artifact.shipped("small"))
    with Progress(disable=True) as progress:
        people, _ = probes.read_cohort(folder, source, ("age60",), progress, minutes=True)

    week = nhanes.load(folder)
    expected = pretrained.Pat(source).embed(week.minutes[40:41])[0]
    assert people.pooled.shape == (60, 96)
    assert np.array_equal(people.pooled[40], expected)
    assert np.array_equal(people.minutes, source.scaler.transform(week.minutes))
    assert np.array_equal(
        people.metrics["recorded"], handmade.metrics(week.recorded), equal_nan=True
    )


def test_another_folders_weeks_are_summarised_in_the_same_bins(folder, tmp_path):
    """Bins are quantiles: a folder where all walk twice as much has other ones of its own."""
    source = artifact.open_folder(artifact.shipped("small"))
    other = write_folder(tmp_path / "other", people=30, first=100)
    with np.load(other / "minutes.npz") as stored:
        write_minutes(other, stored["seqn"], 2 * stored["steps"])

    with Progress(disable=True) as progress:
        whole, fitted = probes.read_cohort(folder, source, ("age60",), progress, minutes=False)
        there, same = probes.read_cohort(
            other, source, ("age60",), progress, minutes=False, fitted=fitted
        )
        _, own = probes.read_cohort(other, source, ("age60",), progress, minutes=False)

    assert same is fitted
    assert whole.summaries.shape == (60, fitted.count)
    assert whole.minutes.shape == (60, 0)
    lowest_bins = slice(1, len(fitted.edges[0]) // 2)
    assert there.summaries[:, lowest_bins].mean() < whole.summaries[:, lowest_bins].mean()
    assert own.edges[0][-1] > fitted.edges[0][-1]


def test_a_bare_official_file_is_taken_with_the_shipped_scaler_and_that_is_said(folder, tmp_path):
    bare = tmp_path / "PAT-S_29k_weights.h5"
    shutil.copyfile(artifact.shipped("small") / "weights.h5", bare)

    result = run(
        *("--data", folder, "--labels", "age60", "--splits", 1, "--resamples", 100),
        *("--weights", bare),
    )

    assert result.exit_code == 0, result.output
    assert "PAT-S_29k_weights.h5: PAT-small, weights only (layout B)" in words(result)
    assert "steps are standardised by steps-sqrt-" in words(result)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--labels", "age60,height"], "unknown: height"),
        (["--labels", ","], "name at least one"),
        (["--labels", "phq9"], "lacks DPQ_D.csv.gz"),
        (["--labels", "age60", "--weights", "nowhere"], "is no PAT artifact"),
        (["--labels", "age60", "--weights", "large"], "no weights of PAT-large are shipped"),
        (["--labels", "age60", "--weights", __file__], "is not an HDF5 file"),
        (["--labels", "age60", "--scaler", __file__], "an artifact has its own"),
        (["--labels", "age60", "--out", "nowhere/found.json"], "there is no folder nowhere"),
        (["--labels", "age60", "--arm", "guess"], "'guess' is not one of"),
    ],
)
def test_what_cannot_be_done_is_said(folder, options, said):
    result = run("--data", folder, *options)

    assert result.exit_code != 0
    assert said in words(result)


def test_a_folder_without_counts_is_an_error_that_says_so(folder, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    with np.load(folder / "minutes.npz") as stored:
        np.savez(broken / "minutes.npz", seqn=stored["seqn"], steps=stored["steps"])

    result = run("--data", broken, "--labels", "age60")

    assert result.exit_code == 1
    assert "minutes.npz lacks counts" in words(result)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    folder_in_the_way = tmp_path / "found.json"
    folder_in_the_way.mkdir()

    with pytest.raises(OSError, match=r"found\.json"):
        write_whole(folder_in_the_way, "{}")

    assert [path.name for path in tmp_path.iterdir()] == ["found.json"]
