from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from clarity.cli import main
from clarity.studies.scores import kappa, measure, operating_point
from clarity.studies.sleep_accel import UnusableNightError, read_nights
from clarity.studies.sleep_evaluation import evaluate_folds
from clarity.studies.sleep_release import train_all
from clarity.studies.sleep_training import leave_one_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from click.testing import Result

    from clarity.studies.sleep_accel import Night

PEOPLE = ["11", "12", "13", "14", "15", "16"]
MINUTES = 150


def write_person(folder: Path, person: str, *, counted: int = MINUTES) -> None:
    """A made-up night: a restless half hour, sleep with a waking in it, twitches while asleep."""
    chance = np.random.default_rng(int(person))
    awake = np.zeros(MINUTES, bool)
    awake[: 20 + int(person)] = True
    awake[90:100] = True
    size = np.where(awake, chance.uniform(0, 60, MINUTES), 40 * (chance.random(MINUTES) < 0.04))
    beats = np.where(awake, 70, 55) + chance.normal(0, 2, MINUTES)
    quarters, pulse = np.arange(0, counted * 60, 15), np.arange(0, MINUTES * 60, 20)
    epochs = np.arange(0, MINUTES * 60, 30)
    tables = {
        "activity_counts": ("seconds,count", quarters, size[quarters // 60] / 4),
        "heart_rate": ("seconds,bpm", pulse, beats[pulse // 60]),
        "psg_stage": ("seconds,stage", epochs, np.where(awake, 0, 2)[epochs // 60]),
    }
    for kind, (header, seconds, values) in tables.items():
        rows = "\n".join(f"{at},{value}" for at, value in zip(seconds, values, strict=True))
        packed = gzip.compress(f"{header}\n{rows}\n".encode(), mtime=0)
        (folder / f"{person}_{kind}.csv.gz").write_bytes(packed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("nights")
    for person in PEOPLE:
        write_person(made, person)
    return made


def nights_of(folder: Path) -> list[Night]:
    return read_nights(folder, lambda done, total: None)[0]


def scores_of(nights: Sequence[Night]) -> list[np.ndarray]:
    return leave_one_out(nights, "both", causal=False, done=lambda: None)[0]


def test_the_figures_are_those_of_the_confusion_table():
    score = np.array([0.9, 0.8, 0.7, 0.2, 0.6, 0.1])
    asleep = np.array([True, True, True, True, False, False])

    found = measure([score], [asleep], threshold=0.5, sensitivity=0.75).figures

    assert found["accuracy"].value == pytest.approx(4 / 6)
    assert found["sensitivity"].value == 0.75
    assert found["wake_specificity"].value == 0.5
    assert found["balanced_accuracy"].value == 0.625
    assert found["auc"].value == pytest.approx(7 / 8)  # of 8 pairs, one is the wrong way round
    # Agreement 4/6; by chance (4 of 6)(4 of 6) + (2 of 6)(2 of 6) = 20/36.
    assert found["kappa"].value == pytest.approx((4 / 6 - 20 / 36) / (16 / 36))
    assert found["specificity_at_sensitivity"].value == 1.0


def test_always_asleep_has_no_kappa_whatever_its_accuracy():
    truth = [np.arange(50) > 4, np.arange(50) > 2]

    found = measure([np.zeros(50)] * 2, truth, threshold=0.0, sensitivity=0.93).figures

    assert found["accuracy"].value == pytest.approx(0.92)
    assert found["kappa"].value == 0
    assert found["auc"].value == 0.5
    assert found["specificity_at_sensitivity"].value == pytest.approx(0.07)
    assert found["accuracy"].low == pytest.approx(0.90)
    assert found["accuracy"].high == pytest.approx(0.94)


def test_a_scoring_lies_above_another_on_the_same_people():
    truth = [np.arange(40) > 9] * 5
    good = [np.where(each, 1.0, -1.0) for each in truth]

    better = measure(good, truth, threshold=0.0, sensitivity=0.93)
    trivial = measure([np.zeros(40)] * 5, truth, threshold=0.0, sensitivity=0.93)

    assert better.above(trivial, "kappa").value == 1.0
    assert better.above(trivial, "kappa").low == 1.0
    assert kappa(1.0, 1.0, 0.75) == 1.0


def test_the_operating_point_finds_as_much_sleep_as_asked():
    score = np.random.default_rng(1).normal(size=1000)
    asleep = np.ones(1000, bool)
    asleep[::7] = False

    threshold, specificity = operating_point(score, asleep, 0.93)

    assert (score[asleep] >= threshold).mean() == pytest.approx(0.93, abs=0.002)
    assert specificity == pytest.approx((score[~asleep] < threshold).mean())


def test_the_person_who_is_scored_has_no_part_in_the_training(folder):
    nights = nights_of(folder)
    before = scores_of(nights)
    turned = [replace(nights[0], asleep=~nights[0].asleep), *nights[1:]]

    after = scores_of(turned)

    assert after[0] == pytest.approx(before[0])  # its own truth is not seen
    assert after[1] != pytest.approx(before[1])  # it is, in the others' folds


def test_one_person_twice_is_refused(folder):
    nights = nights_of(folder)

    with pytest.raises(ValueError, match="expected one night a person, found two of 11"):
        scores_of([*nights, nights[0]])


def test_training_twice_gives_the_same_bytes(folder):
    nights = nights_of(folder)

    assert train_all(nights) == train_all(nights)


def test_the_table_has_every_row_and_says_the_goal_either_way(folder):
    found = evaluate_folds(nights_of(folder), lambda: None)

    kinds = [row.kind for row in found.rows]
    assert kinds == ["trivial", *["classic"] * 4, *["ours"] * 6, "cited"]
    assert "auc" not in found.rows[-1].figures
    assert "specificity_after_onset" not in found.rows[-1].figures
    assert found.rows[5].figures["auc"].value > 0.9  # the made-up people are easy
    assert any("wake specificity at 93% sensitivity is" in note for note in found.notes)
    assert any("6 folds" in note for note in found.notes)


def test_the_shipped_detector_scores_a_subset_and_writes_the_table(folder, tmp_path):
    for person in PEOPLE[:2]:
        write_person(tmp_path, person)
    out = tmp_path / "table.json"

    ended = CliRunner().invoke(
        main, ["evaluate", "sleep", "--data", str(tmp_path), "--shipped", "--out", str(out)]
    )

    assert ended.exit_code == 0, ended.output
    assert "0 of these 2 people are among the 22" in ended.output
    table = json.loads(out.read_text(encoding="utf-8"))
    assert len(table["rows"]) == 8
    assert table["rows"][-1]["figures"]["kappa"]["low"] is None


def test_counts_that_stop_early_leave_epochs_out_and_that_is_said(tmp_path):
    write_person(tmp_path, "11")
    write_person(tmp_path, "12", counted=60)

    ended = CliRunner().invoke(main, ["evaluate", "sleep", "--data", str(tmp_path), "--shipped"])

    assert ended.exit_code == 0, ended.output
    assert "12: 180 of 300 scored epochs have no counts and are left out" in ended.output


def test_too_few_people_for_folds_is_an_error(tmp_path):
    write_person(tmp_path, "11")

    ended = CliRunner().invoke(main, ["evaluate", "sleep", "--data", str(tmp_path)])

    assert ended.exit_code == 1
    assert "expected 5 people at least, found 1" in ended.output


def shipped(folder: Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", "sleep", "--data", str(folder), "--shipped"])


def test_one_person_is_scored_without_intervals(tmp_path):
    write_person(tmp_path, "11")

    ended = shipped(tmp_path)

    assert ended.exit_code == 0, ended.output
    assert "1 person, 300 epochs of 30 s, 72.7% asleep; no intervals" in ended.output
    assert " to " not in ended.output.partition("└")[0]
    assert "one person, or one state: no interval" in ended.output


def test_without_heart_rate_movement_decides_and_that_is_said(tmp_path):
    for person in PEOPLE[:2]:
        write_person(tmp_path, person)
    (tmp_path / "11_heart_rate.csv.gz").unlink()

    ended = shipped(tmp_path)

    assert ended.exit_code == 0, ended.output
    assert "11: no heart rate, scored by movement alone" in ended.output
    assert "2 people, 600 epochs" in ended.output


@pytest.mark.parametrize("kind", ["psg_stage", "activity_counts"])
def test_who_lacks_counts_or_stages_is_left_out_and_named(tmp_path, kind):
    for person in PEOPLE[:2]:
        write_person(tmp_path, person)
    (tmp_path / f"11_{kind}.csv.gz").unlink()

    ended = shipped(tmp_path)

    assert ended.exit_code == 0, ended.output
    assert f"11 is left out: expected 11_{kind}.csv.gz, found no such file" in ended.output
    assert "1 person, 300 epochs" in ended.output


def test_nobody_who_can_be_scored_is_an_error(tmp_path):
    write_person(tmp_path, "11")
    (tmp_path / "11_psg_stage.csv.gz").unlink()

    ended = shipped(tmp_path)

    assert ended.exit_code == 1
    assert "expected somebody who can be scored, found: 11 is left out" in ended.output


def test_plain_files_and_strays_are_told_apart(tmp_path, folder):
    write_person(tmp_path, "11")
    write_person(tmp_path, "12")
    for kind in ("psg_stage", "activity_counts", "heart_rate"):  # plain instead of gzipped
        packed = tmp_path / f"12_{kind}.csv.gz"
        (tmp_path / f"12_{kind}.csv").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    (tmp_path / "11_heart_rate.csv").write_text("not read", encoding="ascii")
    (tmp_path / "._11_psg_stage.csv.gz").write_bytes(b"of another file system")
    (tmp_path / "README.txt").write_text("notes", encoding="ascii")
    (tmp_path / "13_psg_stage.csv").mkdir()

    nights, remarks = read_nights(tmp_path, lambda done, total: None)

    assert [night.person for night in nights] == ["11", "12"]
    assert nights[1].counts == pytest.approx(nights_of(folder)[1].counts)
    assert remarks == ["1 plain .csv files beside their .csv.gz are not read, as 11_heart_rate"]


def test_without_any_heart_rate_only_movement_is_trained(tmp_path):
    for person in PEOPLE:
        write_person(tmp_path, person)
        (tmp_path / f"{person}_heart_rate.csv.gz").unlink()

    found = evaluate_folds(nights_of(tmp_path), lambda: None)

    assert [row.name for row in found.rows if row.kind == "ours"] == [
        "ours: movement",
        "ours: movement, causal",
    ]
    assert any("not scored, for nobody has a heart rate" in note for note in found.notes)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"no gzip", "expected CSV, gzipped if so named"),
        (gzip.compress(b"seconds,count\n0,1\n", mtime=0)[:-9], "expected CSV, gzipped if so named"),
        (gzip.compress(b"time,count\n0,1\n", mtime=0), "expected columns 'seconds,count'"),
        (gzip.compress(b"seconds,count\n0,many\n", mtime=0), "expected CSV, gzipped if so named"),
        (gzip.compress(b"seconds,count\n0,nan\n", mtime=0), "two finite numbers"),
        (gzip.compress(b"seconds,count\n", mtime=0), "two finite numbers"),
        (
            gzip.compress(b"seconds,count\n999999,1\n", mtime=0),
            "expected counts during the scored recording",
        ),
    ],
)
def test_a_broken_file_says_what_was_expected(tmp_path, raw, found):
    write_person(tmp_path, "11")
    (tmp_path / "11_activity_counts.csv.gz").write_bytes(raw)

    with pytest.raises(UnusableNightError, match=found):
        nights_of(tmp_path)


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(UnusableNightError, match="expected files such as ID_psg_stage"):
        nights_of(tmp_path)
