from __future__ import annotations

import numpy as np
import pytest

from clarity.pat import nhanes
from tests.unit.nhanes_folder import write_nhanes


def test_only_reliable_complete_people_with_four_valid_days_are_used(tmp_path):
    write_nhanes(tmp_path, 8)

    week = nhanes.load(tmp_path)

    assert week.seqn.tolist() == [31_000, 31_004, 31_005, 31_006, 31_007]
    assert np.isnan(week.minutes[0, 0])
    assert np.isfinite(week.minutes[1:]).all()


def test_minutes_without_wear_are_unknown_and_not_still(tmp_path):
    write_nhanes(tmp_path, 8)

    week = nhanes.load(tmp_path)

    assert np.isnan(week.minutes[0, 60:180]).all()
    assert (week.recorded[0, 60:180] == 0).all()
    assert np.isfinite(week.minutes[0, 180:]).all()


def test_a_file_that_lacks_a_channel_is_refused(tmp_path):
    write_nhanes(tmp_path, 8)
    with np.load(tmp_path / "minutes.npz") as stored:
        np.savez(tmp_path / "minutes.npz", seqn=stored["seqn"], steps=stored["steps"])

    with pytest.raises(ValueError, match=r"minutes\.npz lacks counts"):
        nhanes.load(tmp_path)


def test_who_is_held_out_depends_on_the_person_alone():
    everybody = np.arange(31_000, 32_000)
    held = nhanes.validation(everybody)

    assert 70 < held.sum() < 130
    assert (nhanes.validation(everybody[::-1]) == held[::-1]).all()


@pytest.mark.parametrize("name", nhanes.FILES)
def test_a_folder_with_a_broken_file_is_refused_with_the_reason(tmp_path, name):
    write_nhanes(tmp_path, 8)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2] if "npz" in name else b"who\n1\n")

    with pytest.raises(ValueError, match=r"cannot be read|lacks the column 'paxstat'"):
        nhanes.load(tmp_path)
