from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from rich.progress import Progress

from clarity.pat import artifact, lora, tuner, weights
from clarity.pat.config import EVERY_SIZE, preset
from clarity.pat.fitting import Recipe
from clarity.pat.lora import Adapter, AdapterError, Shape
from clarity.pat.precision import computing_in
from clarity.pat.tuner import Adapted, Tuner

MINUTES = 360
SHAPES = [Shape(rank=3), Shape(rank=1, alpha=1.0, feed_forward=True)]


@pytest.fixture(scope="module")
def source():
    return artifact.open_folder(artifact.shipped("small"))


def random_adapter(source, shape: Shape) -> Adapter:
    rng = np.random.default_rng(5)
    sizes = lora.factor_shapes(source.config, shape)
    tensors = {name: rng.normal(0, 0.1, size).astype("f4") for name, size in sizes.items()}
    return Adapter(shape, source.manifest.weights_sha256, tensors)


def windows(n: int = 4) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 1, (n, MINUTES)).astype("f4")


def adapted(ours: Tuner, adapter: Adapter) -> Adapted:
    layer = Adapted(ours.encoder, ours.config, adapter.shape)
    for variable, array in zip(layer.trainable_variables, adapter.tensors.values(), strict=True):
        variable.assign(array)
    return layer


@pytest.mark.parametrize("shape", SHAPES)
def test_an_untrained_adapter_is_the_base_exactly(source, shape):
    ours = Tuner(source, minutes=MINUTES, seed=1)
    fresh = Adapted(ours.encoder, ours.config, shape)

    assert np.array_equal(fresh(windows()), ours.encoder(windows())["tokens"])
    factors = fresh.factors()
    assert all(array.any() == name.endswith(".down") for name, array in factors.items())
    merged = lora.merged(source.weights, Adapter(shape, "", factors), source.config)
    assert all(np.array_equal(merged[name], source.weights[name]) for name in merged)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_sum_is_what_the_adapted_encoder_computes(source, shape):
    ours, adapter = Tuner(source, minutes=MINUTES, seed=1), random_adapter(source, shape)
    before = np.asarray(ours.encoder(windows())["tokens"])
    running = np.asarray(adapted(ours, adapter)(windows()))

    ours.take(lora.merged(source.weights, adapter, source.config))

    after = np.asarray(ours.encoder(windows())["tokens"])
    assert np.abs(after - running).max() < 1e-5
    assert np.abs(after - before).max() > 0.01


def test_the_change_is_alpha_by_rank_times_the_product_of_the_factors(source):
    adapter = random_adapter(source, Shape(rank=2, alpha=6.0))
    merged = lora.merged(source.weights, adapter, source.config)
    t = "encoder_layer_1_transformer/encoder_layer_1_attention"

    for part, flat in (("query", (96, 576)), ("attention_output", (576, 96))):
        path = f"{t}/{part}/kernel:0"
        down, up = (adapter.tensors[f"1.{part}.{side}"].astype("f8") for side in ("down", "up"))
        assert (down.shape, up.shape) == ((flat[0], 2), (2, flat[1]))
        change = (merged[path].astype("f8") - source.weights[path]).reshape(flat)
        assert np.abs(change - 3 * down @ up).max() < 1e-6
        assert np.linalg.matrix_rank(change, tol=1e-4) == 2


@pytest.mark.parametrize("number", ["float32", "bfloat16"])
def test_training_an_adapter_leaves_the_encoder_bit_identical(source, number):
    rng, truth = np.random.default_rng(1), (np.arange(30) % 3 == 0).astype(float)
    minutes = (rng.normal(0, 1, (30, MINUTES)) + truth[:, None]).astype("f4")
    recipe, parts = Recipe(epochs=1, patience=1, batch=6, rate=1e-3), tuner.split(truth, 1)
    with computing_in(number):
        ours = Tuner(source, minutes=MINUTES, seed=1)

    with Progress(disable=True) as progress:
        passes, factors = ours.fit_adapter(
            minutes, truth, parts, recipe, Shape(feed_forward=True), progress=progress
        )

    after = ours.encoder_weights()
    assert passes == 1
    assert after.keys() == source.weights.keys()
    assert all(after[name].tobytes() == source.weights[name].tobytes() for name in after)
    assert all(array.any() and array.dtype == np.float32 for array in factors.values())


@pytest.mark.parametrize("size", EVERY_SIZE)
def test_every_size_has_targets_of_its_own_layout(size):
    config = preset(size)
    shape = Shape(rank=4, feed_forward=True)
    layout = weights.layout(config)
    sizes = lora.factor_shapes(config, shape)

    for name, path in lora.targets(config, shape).items():
        rows, columns = sizes[f"{name}.down"][0], sizes[f"{name}.up"][1]
        assert rows * columns == np.prod(layout[path])
    wide = config.heads * 96
    per_block = 4 * (4 * (96 + wide) + 2 * (96 + 256))
    assert sum(a * b for a, b in sizes.values()) == config.layers * per_block


# files


@pytest.fixture
def folder(source, tmp_path):
    """An adapter and the manifest of its sum."""
    adapter = random_adapter(source, Shape())
    tensors = lora.merged(source.weights, adapter, source.config)
    digest = lora.write_encoder(tmp_path / "encoder", tensors, source)
    manifest = replace(source.manifest, model_id="mine", weights_sha256=digest)
    lora.save(adapter, tmp_path, base=source.manifest, encoder=manifest)
    return tmp_path


def test_an_adapter_comes_back_as_it_was_saved_and_is_small(folder, source):
    found, manifest = lora.load(folder, base=source)

    assert (found.shape, manifest.model_id) == (Shape(), "mine")
    expected = random_adapter(source, Shape()).tensors
    assert all(np.array_equal(found.tensors[name], expected[name]) for name in expected)
    size = (folder / "adapter.npz").stat().st_size
    assert size < (folder / "encoder" / "weights.h5").stat().st_size / 15


def test_an_adapter_is_refused_on_another_base(folder, source):
    other = replace(source, manifest=replace(source.manifest, weights_sha256="b" * 64))

    with pytest.raises(AdapterError, match=f"not to {'b' * 64}"):
        lora.load(folder, base=other)


def test_other_factors_than_described_are_refused(folder, source):
    write_factors(folder, random_adapter(source, Shape(rank=2)).tensors)
    with pytest.raises(AdapterError, match=r"not the adapter that adapter\.json describes"):
        lora.load(folder, base=source)

    (folder / "adapter.npz").unlink()
    with pytest.raises(AdapterError, match="no such file"):
        lora.load(folder, base=source)


def write_factors(folder, tensors) -> None:
    np.savez(folder / "adapter.npz", **tensors)


def describe(folder, **changes) -> None:
    path = folder / "adapter.json"
    document = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps(document), "utf-8")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rank": 5}, "factors of rank 5"),
        ({"rank": 0}, "rank must be"),
        ({"alpha": float("nan")}, "alpha must be"),
        ({"rank": "wide"}, "cannot be read"),
        ({"encoder": {"size": "small"}}, "cannot be read"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(folder, source, changes, reason):
    describe(folder, **changes)

    with pytest.raises(AdapterError, match=reason):
        lora.load(folder, base=source)


@pytest.mark.parametrize(("text", "reason"), [("[]", "lacks everything"), ("{", "is not JSON")])
def test_what_describes_no_adapter_is_refused(folder, source, text, reason):
    (folder / "adapter.json").write_text(text, "utf-8")

    with pytest.raises(AdapterError, match=reason):
        lora.load(folder, base=source)


def test_factors_that_are_not_finite_are_refused(folder, source):
    tensors = random_adapter(source, Shape()).tensors
    tensors["1.query.up"][0, 0] = np.inf
    write_factors(folder, tensors)
    describe(folder, adapter_sha256=artifact.sha256(folder / "adapter.npz"))

    with pytest.raises(AdapterError, match=r"1\.query\.up holds values that are not finite"):
        lora.load(folder, base=source)


def merge(folder, out) -> str:
    result = CliRunner().invoke(lora.merge, [str(folder), "--out", str(out)])
    assert result.exit_code == 1
    return result.output


def test_a_sum_that_is_another_file_than_the_trained_one_is_not_kept(folder, tmp_path, source):
    adapter = random_adapter(source, Shape())
    manifest = replace(source.manifest, weights_sha256="c" * 64)
    lora.save(adapter, folder, base=source.manifest, encoder=manifest)

    assert f"expected {'c' * 64}" in merge(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_merging_overwrites_nothing_and_needs_an_adapter(folder, tmp_path):
    assert "is not overwritten" in merge(folder, folder / "encoder")
    (tmp_path / "empty").mkdir()
    assert "there is no adapter in" in merge(tmp_path / "empty", tmp_path / "out")
