from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from rich.progress import Progress

from clarity.pat import artifact, networks, opening, scaler, scoring, tuner, weights
from clarity.pat.config import CONV_PRESETS, PRESETS
from clarity.pat.fitting import Parts, Recipe
from clarity.pat.networks import Budget
from clarity.pat.weights import WeightsError
from tests.unit.pat_reference import random_weights

HOURS = 360  # minutes, a window that is quick
HEAD = Recipe(epochs=5, patience=5, batch=16, rate=1e-2)
BUDGET = Budget(3, patience=3, rate=1e-3, scratch_rate=1e-3, number="float32", head=HEAD)


@pytest.fixture(scope="module")
def source() -> artifact.Artifact:
    return artifact.open_folder(artifact.shipped("small"))


def windows(n: int = 60, minutes: int = HOURS) -> tuple[np.ndarray, np.ndarray]:
    """Standardised windows, and who of them is positive: those with more of everything."""
    rng = np.random.default_rng(1)
    truth = (np.arange(n) % 3 == 0).astype(float)
    return (rng.normal(0, 1, (n, minutes)) + truth[:, None]).astype("f4"), truth


def task(source: artifact.Artifact, minutes: np.ndarray, truth: np.ndarray) -> networks.Task:
    pooled = minutes[:, :96].copy()
    parts = Parts(np.arange(0, 36), np.arange(36, 48), np.arange(48, 60))
    return networks.Task(source, minutes, pooled, truth, parts)


def train(arm: str, given: networks.Task, budget: Budget = BUDGET) -> networks.Scored:
    with Progress(disable=True) as progress:
        return networks.score(arm, given, budget, seed=1, progress=progress)


@pytest.fixture(scope="module")
def tuned(source) -> networks.Scored:
    return train("finetune", task(source, *windows()))


def tells_apart(scored: networks.Scored) -> bool:
    return scoring.auc(windows()[1][48:], scored.logits) > 0.9


@pytest.mark.parametrize(("arm", "rate"), [("scratch", 1e-3), ("cnn1d", 1e-2)])
def test_a_network_from_random_weights_learns_who_is_positive(source, arm, rate):
    conv = replace(source, config=CONV_PRESETS["conv-small"])  # PAT-Conv can be trained as well

    scored = train(arm, task(conv, *windows()), replace(BUDGET, scratch_rate=rate))

    assert tells_apart(scored)
    assert 1 <= scored.passes <= BUDGET.epochs


def test_the_scored_people_teach_nothing_and_bfloat16_says_nearly_the_same(source, tuned):
    minutes, truth = windows()
    truth[48:] = 1 - truth[48:]

    half = train("finetune", task(source, minutes, truth), replace(BUDGET, number="bfloat16"))

    assert tells_apart(tuned)
    assert tells_apart(half)
    assert np.corrcoef(tuned.logits, half.logits)[0, 1] > 0.99
    assert len(np.unique(half.logits)) == len(half.logits)
    assert keras.config.dtype_policy().name == "float32"


def test_scratch_starts_from_other_weights_of_the_same_shapes(source):
    fresh = networks.untrained(source, minutes=HOURS)

    assert fresh.weights.keys() == source.weights.keys()
    name = "encoder_layer_1_transformer/encoder_layer_1_ff1/kernel:0"
    assert fresh.weights[name].shape == source.weights[name].shape
    assert abs(np.corrcoef(fresh.weights[name].ravel(), source.weights[name].ravel())[0, 1]) < 0.1


def test_the_papers_cnns_have_the_papers_parameters():
    assert networks.cnn1d(10_080).count_params() == 10_561
    assert networks.cnn3d(10_080).count_params() == 793_793
    assert networks.cnn3d(10_080).output_shape == (None, 1)


@pytest.mark.parametrize(
    ("size", "rate"), [("small", 1e-5), ("large", 1e-6), ("huge", 5e-7), ("conv-large", 1e-6)]
)
def test_the_rate_is_the_official_one_of_the_size(size, rate):
    assert tuner.official_rate((PRESETS | CONV_PRESETS)[size]) == rate


# weights


def test_a_bare_file_gets_its_size_from_its_tensors_and_the_given_scaler(tmp_path, source):
    config = PRESETS["medium"]
    weights.save(tmp_path / "bare.h5", random_weights(config), config)
    own = replace(source.scaler, mean=source.scaler.mean + 1, provenance="these people")
    scaler.save(own, tmp_path / "own.npz")

    found, said = opening.open_weights(str(tmp_path / "bare.h5"), tmp_path / "own.npz")

    assert found.config is config
    assert found.manifest.size == "medium"
    assert found.manifest.weights_sha256 == artifact.sha256(tmp_path / "bare.h5")
    assert found.scaler.scaler_id == own.scaler_id == found.manifest.scaler_id
    assert "own.npz: these people" in said


def test_a_bare_file_without_a_scaler_takes_a_shipped_one(tmp_path, source):
    config = CONV_PRESETS["conv-small"]
    weights.save(tmp_path / "bare.h5", random_weights(config), config)

    found, said = opening.open_weights(str(tmp_path / "bare.h5"))

    assert found.config is config
    assert found.scaler.scaler_id == source.scaler.scaler_id
    assert "A bare file holds no scaler" in said


def test_a_damaged_bare_file_and_a_file_that_is_no_scaler_are_refused(tmp_path):
    whole = (artifact.shipped("small") / "weights.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "whole.h5").write_bytes(whole)

    with pytest.raises(WeightsError, match="is truncated"):
        opening.open_weights(str(tmp_path / "cut.h5"))
    with pytest.raises(WeightsError, match="is no scaler"):
        opening.open_weights(str(tmp_path / "whole.h5"), tmp_path / "cut.h5")
