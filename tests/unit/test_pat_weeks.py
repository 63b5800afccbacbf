from __future__ import annotations

import numpy as np
import pytest

from clarity.pat import tuner, weeks
from clarity.pat.labels import LabelError
from tests.unit.nhanes_folder import write_folder

WEEK = 10_080


def steps(n: int, days: int = 7) -> np.ndarray:
    """Weeks in which `days` days have ten observed hours, to the minute."""
    found = np.full((n, 7, 1440), np.nan, "f4")
    found[:, :days, 480:1080] = 5
    return found.reshape(n, WEEK)


def write(path, **changes):
    """Sixty people with two weeks each, of whom every second had the label; `None` leaves out."""
    person = np.repeat(np.arange(60), 2)
    arrays = {"steps": steps(120), "person": person, "label": (person % 2).astype(float)} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


# reading


def test_weeks_of_several_people_are_read(tmp_path):
    path = write(tmp_path / "w.npz", person=np.repeat([f"p{i}" for i in range(60)], 2))
    found = weeks.read(path, "relapse", "steps")

    assert (found.people, len(found.steps), found.unit) == (60, 120, "weeks")
    assert found.meaning == "relapse"
    assert found.steps.dtype == np.float32
    assert np.isnan(found.steps).any()


def test_weeks_with_too_little_data_or_no_label_are_left_out_and_told_of(tmp_path):
    few, label = steps(120), np.repeat(np.arange(60) % 2, 2).astype(float)
    few[0], few[1, 480 : 480 + 4 * 1440] = steps(1, days=3)[0], np.nan
    few[2], label[5] = steps(1, days=4)[0], np.nan
    found = weeks.read(write(tmp_path / "w.npz", steps=few, label=label), "relapse", "steps")

    assert len(found.steps) == 117
    assert "117 of 120 weeks of w.npz are used: 1 have no label, 2 fewer than 4 days" in found.note


def test_a_day_counts_from_ten_observed_hours_and_a_week_from_four_such_days():
    assert weeks.valid_days(steps(2, days=4)).tolist() == [4, 4]
    assert weeks.lacking(steps(1, days=4)[0]) == ""
    less = steps(1, days=4)[0]
    less[480] = np.nan
    assert (
        "4 days with at least 10 h of observed minutes and a step in them are needed, 3 found"
        in (weeks.lacking(less))
    )


def bad(values: np.ndarray, at, value: float) -> np.ndarray:
    values = values.astype("f8")
    values[at] = value
    return values


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"label": None}, "must hold exactly steps, person, label, found person, steps"),
        ({"extra": np.ones(1)}, "found extra, label, person, steps"),
        ({"steps": steps(120)[:, :1440]}, r"steps has shape \(120, 1440\), expected \(120, 10080"),
        ({"steps": np.float32(1)}, r"steps has shape \(\), expected \(10080,\)"),
        ({"person": np.arange(7)}, r"person has shape \(7,\), expected \(120,\)"),
        ({"person": np.ones(120)}, "person is float64, expected int, unsigned int, text"),
        ({"label": np.array(["no"] * 120)}, "label is <U2, expected float, int"),
        ({"label": bad(np.zeros(120), 3, 2)}, "label is 0, 1 or NaN; found 2 in week 3"),
        ({"steps": bad(steps(120), (4, 7), -1)}, "found -1 in week 4, minute 7"),
        ({"steps": bad(steps(120), (4, 7), np.inf)}, "found inf in week 4, minute 7"),
        ({"steps": bad(steps(120), (4, 7), 1e300)}, "found inf in week 4, minute 7"),
        ({"person": np.array([{}] * 120)}, "is no .npz of plain arrays"),
    ],
)
def test_a_file_of_another_form_is_refused_with_what_was_expected_and_found(
    tmp_path, changes, reason
):
    with pytest.raises(LabelError, match=reason):
        weeks.read(write(tmp_path / "w.npz", **changes), "relapse", "steps")


@pytest.mark.parametrize("content", [b"", b"steps,person", b"PK\x03\x04 cut short"])
def test_what_is_no_npz_is_refused(tmp_path, content):
    path = tmp_path / "w.npz"
    path.write_bytes(content)

    with pytest.raises(LabelError, match=r"w\.npz is no \.npz of plain arrays"):
        weeks.read(path, "relapse", "steps")


def test_one_array_alone_is_refused(tmp_path):
    np.save(tmp_path / "w.npy", steps(2))

    with pytest.raises(LabelError, match=r"w\.npy is no \.npz of plain arrays"):
        weeks.read(tmp_path / "w.npy", "relapse", "steps")


@pytest.mark.parametrize("label", ["", "two words", 'a"b', "../x", "x" * 65])
def test_a_label_is_a_plain_name(tmp_path, label):
    with pytest.raises(LabelError, match="is named with letters"):
        weeks.read(write(tmp_path / "w.npz"), label, "steps")


def test_a_folders_label_is_one_that_is_known(tmp_path):
    with pytest.raises(LabelError, match="unknown label 'relapse' of a folder; known: phq9"):
        weeks.read(write_folder(tmp_path, people=4), "relapse", "steps")


# how many are needed


def enough(tmp_path, person, label) -> weeks.Weeks:
    path = tmp_path / "w.npz"
    np.savez(path, steps=steps(len(label)), person=person, label=label)
    return weeks.read(path, "relapse", "steps")


def test_too_few_weeks_on_one_side_are_refused_with_both_counts(tmp_path):
    label = np.arange(120) < 49

    with pytest.raises(LabelError, match=r"50 weeks on either side .* found 49 with 1 and 71 with"):
        enough(tmp_path, np.repeat(np.arange(60), 2), label)


def test_many_weeks_of_too_few_people_are_refused(tmp_path):
    person = np.repeat(np.arange(24), 5)

    with pytest.raises(LabelError, match="needs 20 people with a week of 0, found 14"):
        enough(tmp_path, person, (person < 10) | (np.arange(120) % 5 == 0))
    assert enough(tmp_path, person, np.arange(120) % 2).people == 24


def test_one_persons_weeks_may_be_fewer(tmp_path):
    assert enough(tmp_path, np.ones(30, int), np.arange(30) % 2).people == 1
    with pytest.raises(
        LabelError, match=r"15 one person's weeks on either side .* found 14 with 1"
    ):
        enough(tmp_path, np.ones(29, int), np.arange(29) % 2)


# cutting


def test_no_person_is_in_two_parts_and_every_week_is_in_one():
    rng = np.random.default_rng(4)
    person = rng.integers(0, 60, 400)
    truth = (rng.random(400) < np.where(person % 3 == 0, 0.7, 0.0)).astype(float)

    parts = tuner.split_people(person, truth, 1)

    of = [set(person[rows]) for rows in (parts.train, parts.validation, parts.test)]
    assert len(set.union(*of)) == sum(map(len, of)) == 60
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(rows) == list(range(400))
    assert [len(who) for who in of] == [36, 12, 12]
    assert [sum(p % 3 == 0 for p in who) for who in of] == [12, 4, 4]


def test_people_of_whom_all_had_it_once_can_be_cut():
    person, truth = np.repeat(np.arange(20), 6), np.tile([0.0, 1, 0], 40)

    parts = tuner.split_people(person, truth, 1)

    assert len(set(person[parts.train])) == 12


def test_one_persons_weeks_are_cut_by_time():
    truth = np.tile([0.0, 1], 25)

    parts = tuner.split_time(truth)

    rows = [parts.train, parts.validation, parts.test]
    assert np.concatenate(rows).tolist() == list(range(50))
    assert [len(each) for each in rows] == [30, 10, 10]


def test_a_part_without_both_sides_is_refused():
    truth = np.r_[np.tile([0.0, 1], 20), np.zeros(8), 1, 1]

    with pytest.raises(
        LabelError, match=r"3 weeks of label 1 .* found 2 in the 10 weeks of the te"
    ):
        tuner.split_time(truth)


def test_an_encoder_of_counts_is_trained_on_counts_and_takes_no_file_of_steps(tmp_path):
    folder = write_folder(tmp_path / "folder", people=120)

    steps, counts = (weeks.read(folder, "age60", signal).steps for signal in ("steps", "counts"))

    assert np.nanmax(counts) > 10 * np.nanmax(steps)
    with pytest.raises(LabelError, match=r"holds steps a minute, the encoder reads counts"):
        weeks.read(write(tmp_path / "w.npz"), "relapse", "counts")
