from __future__ import annotations

import numpy as np
import pytest

from clarity.pat import scaler
from clarity.pat.scaler import Scaler

STEPS = np.array([[0, 100, 4, np.nan], [4, 400, 4, 9], [16, 0, 4, 25]], "f4")


def fitted() -> Scaler:
    return scaler.fit(STEPS, provenance="three people")


def test_the_population_is_fitted_on_capped_square_roots_minute_by_minute():
    ours = fitted()

    top = np.sqrt(200)
    assert ours.mean == pytest.approx([2, (10 + top) / 3, 2, 4], rel=1e-6)
    assert ours.sd[0] == pytest.approx(np.std([0, 2, 4]))
    assert ours.sd[1] == pytest.approx(np.std([10, top, 0]))


def test_a_minute_that_never_varies_is_divided_by_one():
    assert fitted().sd[2] == 1


def test_an_unobserved_minute_becomes_the_population_mean():
    z = fitted().transform(STEPS)

    assert z[0, 3] == 0
    assert z[0, 0] == pytest.approx((0 - 2) / np.std([0, 2, 4]))
    assert z.dtype == np.float32


def test_steps_beyond_the_cap_count_as_the_cap():
    ours = fitted()

    z = ours.transform(np.array([[0, 200, 0, 0], [0, 1e9, 0, 0]]))

    assert z[0, 1] == z[1, 1]


@pytest.mark.parametrize("value", [-1.0, np.inf, -np.inf])
def test_steps_that_cannot_be_are_refused_and_not_taken_for_missing(value):
    with pytest.raises(ValueError, match=f"0 or more and finite, found {value}"):
        fitted().transform(np.array([[0, value, 0, 0]]))


def test_transforming_leaves_the_input_as_it_was():
    before = STEPS.copy()

    fitted().transform(STEPS)

    assert np.array_equal(before, STEPS, equal_nan=True)


def test_a_saved_scaler_is_the_same_scaler(tmp_path):
    scaler.save(fitted(), tmp_path / "scaler.npz")

    found = scaler.load(tmp_path / "scaler.npz")

    assert found.scaler_id == fitted().scaler_id
    assert found.provenance == "three people"
    assert (found.transform(STEPS) == fitted().transform(STEPS)).all()


def test_the_id_changes_with_any_number():
    ours = fitted()
    other = Scaler(ours.mean + np.float32(1e-3), ours.sd, ours.cap, ours.provenance)

    assert other.scaler_id != ours.scaler_id
    assert Scaler(ours.mean, ours.sd, 100.0, "").scaler_id != ours.scaler_id


def test_a_file_with_other_arrays_is_no_scaler(tmp_path):
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))

    with pytest.raises(ValueError, match=r"is no scaler: it holds \['mean'\]"):
        scaler.load(tmp_path / "other.npz")


@pytest.mark.parametrize(
    ("mean", "sd", "reason"),
    [
        ([0.0, 0.0], [1.0], "shapes"),
        ([0.0, np.nan], [1.0, 1.0], "finite"),
        ([0.0, 0.0], [1.0, 0.0], "above 0"),
    ],
)
def test_a_scaler_that_cannot_standardise_is_refused(mean, sd, reason):
    with pytest.raises(ValueError, match=reason):
        Scaler(np.array(mean, "f4"), np.array(sd, "f4"), 200.0, "")


def test_what_is_no_archive_is_no_scaler(tmp_path):
    np.save(tmp_path / "array.npy", np.zeros(3))
    (tmp_path / "text.npz").write_text("steps")

    for name in ("array.npy", "text.npz"):
        with pytest.raises(ValueError, match=r"is no scaler|pickled"):
            scaler.load(tmp_path / name)
