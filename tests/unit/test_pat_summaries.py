from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from clarity.pat import scaler, summaries
from clarity.pat.config import PatConfig
from clarity.pat.mae import MaskedAutoencoder, Masking

DAY, PEOPLE = 1440, 60
TINY = PatConfig("tiny", patch=18, heads=2, layers=1)


@pytest.fixture(scope="module")
def raw() -> np.ndarray:
    rng = np.random.default_rng(3)
    steps = rng.poisson(rng.uniform(5, 60, (PEOPLE, 1)), (PEOPLE, DAY)).astype("f4")
    steps[rng.random((PEOPLE, DAY)) < 0.3] = 0
    steps[:, :180] = np.where(rng.random((PEOPLE, 1)) < 0.5, np.nan, steps[:, :180])
    return steps


@pytest.fixture(scope="module")
def fitted(raw) -> scaler.Scaler:
    return scaler.fit(raw, provenance="nobody")


@pytest.fixture(scope="module")
def standard(raw, fitted) -> np.ndarray:
    return np.where(np.isnan(raw), np.float32("nan"), fitted.transform(raw))


@pytest.fixture(scope="module")
def ours(standard, fitted) -> summaries.Summaries:
    return summaries.fit(standard, fitted, TINY)


def described(ours: summaries.Summaries, standard: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    patches = standard.reshape(len(standard), 80, 18)[:, tokens]
    seen = tf.constant(np.tile(tokens, (len(standard), 1)))
    known = tf.constant(np.nan_to_num(patches, nan=0.0))
    return ours.describe(known, tf.constant(np.isfinite(patches)), seen).numpy()


def test_the_minutes_of_a_day_fall_into_their_bins(ours, raw, standard):
    edges = ours.edges[0]
    found = described(ours, standard, np.arange(80))[:, : len(edges) + 1]

    root = np.sqrt(np.minimum(raw, 200))
    near = np.abs(root[:, :, None] - edges).min(axis=2) < 1e-3  # undone standardisation rounds
    for person in range(PEOPLE):
        seen = np.isfinite(root[person])
        by_hand = np.bincount(
            np.searchsorted(edges, root[person][seen], side="right"), minlength=len(edges) + 1
        )
        assert np.abs(found[person] * DAY - by_hand).sum() <= 2 * near[person][seen].sum()
        assert found[person].sum() == pytest.approx(seen.mean(), abs=1e-4)


def test_movement_and_wear_are_told_by_the_hour(ours, raw, standard):
    found = described(ours, standard, np.arange(80))

    worn = found[:, -24:] * DAY
    hours = (np.arange(80) * 18 // 60).repeat(18)  # a patch belongs to the hour that it begins in
    by_hand = [np.isfinite(raw)[:, hours == hour].sum(axis=1) for hour in range(24)]
    assert np.abs(worn - np.stack(by_hand, axis=1)).max() < 1e-2


def test_a_summary_of_patches_is_the_mean_of_their_summaries(ours, standard):
    whole = described(ours, standard, np.arange(80))
    halves = [described(ours, standard, np.arange(80)[i::2]) for i in range(2)]

    assert np.abs(whole - np.mean(halves, axis=0)).max() < 1e-6


def test_targets_are_standardised_and_cut(ours, standard):
    patches = standard.reshape(PEOPLE, 80, 18)[:, :8]
    seen = tf.constant(np.tile(np.arange(8), (PEOPLE, 1)))
    targets = ours.targets(
        tf.constant(np.nan_to_num(patches, nan=0.0)), tf.constant(np.isfinite(patches)), seen
    ).numpy()

    assert targets.shape == (PEOPLE, ours.count)
    assert np.abs(targets).max() <= summaries.REACH


def test_the_pooled_vector_learns_to_tell_its_summaries(ours, standard):
    network = MaskedAutoencoder(TINY, minutes=DAY, summaries=ours)
    optimizer, minutes = tf.keras.optimizers.Adam(3e-3), tf.constant(standard)
    curve = []
    for _ in range(40):
        with tf.GradientTape() as tape:
            error = network.errors(
                minutes, Masking(0.5, 0.1), tf.constant([1, 2], tf.int64), training=False
            ).summary
        slopes = tape.gradient(error, network.trainable_variables)
        optimizer.apply_gradients(
            (g, v)
            for g, v in zip(slopes, network.trainable_variables, strict=True)
            if g is not None
        )
        curve.append(float(error))

    assert curve[-1] < 0.5 * curve[0]
