from __future__ import annotations

import h5py
import keras
import numpy as np
import pytest

from clarity.pat import model, verify, weights
from clarity.pat.config import PRESETS, preset
from clarity.pat.weights import WeightsError
from tests.unit.pat_reference import random_weights

SMALL = preset("small")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "PAT-S_weights.h5"
    weights.save(path, random_weights(SMALL), SMALL)
    return path


def official_encoder(patch: int, heads: int, layers: int, minutes: int = 1440) -> keras.Model:
    """The official notebook's graph, written down from its description and not from our model."""
    inputs = keras.Input((minutes,), name="inputs")
    x = keras.layers.Reshape((minutes // patch, patch), name="reshape")(inputs)
    x = keras.layers.Dense(96, name="dense")(x)
    n = np.arange(minutes // patch)[:, None] / 10_000 ** (np.arange(0, 96, 2) / 96)
    x = x + np.concatenate([np.sin(n), np.cos(n)], -1).astype("f4")
    for i in range(1, layers + 1):
        name = f"encoder_layer_{i}"
        inner = keras.Input((None, 96), name=f"{name}_input")
        attention, scores = keras.layers.MultiHeadAttention(
            num_heads=heads, key_dim=96, name=f"{name}_attention"
        )(inner, inner, return_attention_scores=True)
        attention = keras.layers.Dropout(0.1, name=f"{name}_dropout")(attention)
        o = keras.layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm1")(inner + attention)
        f = keras.layers.Dense(256, activation="relu", name=f"{name}_ff1")(o)
        f = keras.layers.Dense(96, name=f"{name}_ff2")(f)
        f = keras.layers.Dropout(0.1, name=f"{name}_dropout2")(f)
        y = keras.layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm2")(o + f)
        x, _ = keras.Model(inner, [y, scores], name=f"{name}_transformer")(x)
    return keras.Model(inputs, x, name="encoder_model")


def test_what_is_saved_is_read_back_bit_for_bit(path):
    written, found = random_weights(SMALL), weights.read(path, SMALL)

    assert list(found) == list(weights.layout(SMALL))
    assert all((found[name] == written[name]).all() for name in written)


@pytest.mark.parametrize("size", PRESETS)
@pytest.mark.parametrize("by_name", [False, True])
def test_keras_own_loader_reads_our_file_into_the_official_graph(tmp_path, size, by_name):
    config, minutes = preset(size), np.random.default_rng(0).normal(0, 1, (1, 360)).astype("f4")
    path = tmp_path / "PAT_weights.h5"
    weights.save(path, random_weights(config), config)
    theirs = official_encoder(config.patch, config.heads, config.layers, 360)
    ours = model.encoder(config, minutes=360)

    theirs.load_weights(path, by_name=by_name)
    weights.set_weights(ours, weights.read(path, config), config)

    assert np.abs(theirs(minutes) - ours(minutes)["tokens"]).max() < 1e-5


def test_a_full_model_file_is_read_below_model_weights(path, tmp_path):
    full = tmp_path / "encoder_small_90_unsmoothed_mse_all.h5"
    with h5py.File(path) as source, h5py.File(full, "w") as target:
        group = target.create_group("model_weights")
        for name in source:
            source.copy(name, group)
        group.create_group("inputs")
        group.create_group("top_level_model_weights")
        target.create_dataset("optimizer_weights/iterations:0", data=3)

    found = weights.read(full, SMALL)

    assert (found["dense/dense/bias:0"] == random_weights(SMALL)["dense/dense/bias:0"]).all()


@pytest.mark.parametrize("size", PRESETS)
def test_the_size_of_a_file_is_told_from_its_tensors(tmp_path, size):
    path = tmp_path / "unknown.h5"
    weights.save(path, random_weights(preset(size)), preset(size))

    assert verify.closest(path).name == size


def test_a_file_of_another_size_is_refused(path):
    with pytest.raises(WeightsError, match="not PAT-medium: 16 tensors are missing, first encoder"):
        weights.read(path, preset("medium"))


def test_the_larger_file_has_tensors_left_over_for_the_smaller_size(tmp_path):
    path = tmp_path / "m.h5"
    weights.save(path, random_weights(preset("medium")), preset("medium"))

    with pytest.raises(WeightsError, match="not PAT-small: 16 tensors are left over"):
        weights.read(path, SMALL)


def replace(path, name: str, value: np.ndarray) -> None:
    with h5py.File(path, "r+") as file:
        del file[name]
        file[name] = value


KERNEL = "encoder_layer_1_transformer/encoder_layer_1_ff1/kernel:0"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (np.ones((256, 96), "f4"), r"has shape \(256, 96\), expected \(96, 256\)"),
        (np.ones((96, 256), "f8"), "is float64, expected float32"),
        (np.full((96, 256), np.nan, "f4"), "holds 24576 values that are not finite"),
        (np.full((96, 256), np.inf, "f4"), "holds 24576 values that are not finite"),
    ],
)
def test_a_tensor_that_is_not_what_it_should_be_is_refused(path, value, reason):
    replace(path, KERNEL, value)

    with pytest.raises(WeightsError, match=reason):
        weights.read(path, SMALL)


def test_a_renamed_tensor_is_refused(path):
    with h5py.File(path, "r+") as file:
        file.move("dense", "patch_dense")

    with pytest.raises(WeightsError, match="2 tensors are missing, first dense/dense/bias:0"):
        weights.read(path, SMALL)


def test_an_untrained_file_is_refused(path):
    for name, value in random_weights(SMALL).items():
        if "norm" in name:
            replace(path, name, np.full_like(value, 1.0 if "gamma" in name else 0.0))

    with pytest.raises(WeightsError, match="was never trained: every gamma is 1"):
        weights.read(path, SMALL)


def test_a_freshly_built_model_cannot_be_saved_as_trained(tmp_path):
    fresh = weights.of_model(model.encoder(SMALL, minutes=1440), SMALL)

    with pytest.raises(WeightsError, match="was never trained"):
        weights.save(tmp_path / "fresh.h5", fresh, SMALL)
    assert not (tmp_path / "fresh.h5").exists()


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.95])
def test_a_truncated_file_is_refused(path, kept):
    content = path.read_bytes()
    path.write_bytes(content[: kept if isinstance(kept, int) else int(kept * len(content))])

    with pytest.raises(WeightsError, match="damaged or not an HDF5 file"):
        weights.read(path, SMALL)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"there is no weight file .*absent\.h5"):
        weights.read(tmp_path / "absent.h5", SMALL)


def test_a_name_that_keras_would_read_as_another_format_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="as another format"):
        weights.save(tmp_path / "pat.weights.h5", random_weights(SMALL), SMALL)


def test_a_model_with_layers_in_another_order_is_refused():
    other = official_encoder(18, 6, 2)

    with pytest.raises(ValueError, match="longer"):
        weights.set_weights(other, random_weights(SMALL), SMALL)


def test_a_model_with_other_layer_names_is_refused():
    other = keras.Sequential(
        [keras.Input((80, 18)), *(keras.layers.Dense(96, name=f"patch{i}") for i in range(9))]
    )

    with pytest.raises(
        WeightsError, match="patch0/kernel stands where dense/dense/kernel:0 should"
    ):
        weights.set_weights(other, random_weights(SMALL), SMALL)
