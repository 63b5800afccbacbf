"""The folded encoder and its CPU runtime are the Keras encoder, to rounding."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from clarity.pat import artifact, fold, model, pretrained, runtime, weights
from clarity.pat.config import preset
from tests.unit import pat_reference as reference

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-5
# A day for what is slow with the whole week: the weights fit any whole number of patches.
WINDOWS = [("small", 10_080), ("small", 18), ("medium", 10_080), ("large", 10_080), ("huge", 1440)]


def window(minutes: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=minutes).astype("f4")


def weeks(count: int) -> np.ndarray:
    steps = np.random.default_rng(1).poisson(5, (count, 10_080)).astype("f4")
    steps[:, 100:400] = np.nan
    return steps


@pytest.fixture(scope="module")
def pat() -> runtime.Pat:
    return runtime.load("small", cores=2)


@pytest.mark.parametrize(("size", "minutes"), WINDOWS)
def test_folded_in_numpy_and_on_openvino_it_is_the_keras_encoder(size, minutes):
    config, x = preset(size), window(minutes)
    trained = reference.random_weights(config)
    encoder = model.encoder(config, minutes=minutes)
    weights.set_weights(encoder, trained, config)
    expected = {name: np.array(value[0]) for name, value in encoder(x[None]).items()}

    folded = fold.fold(trained, config, minutes=minutes)
    tokens, _ = fold.forward(folded, x)
    pooled = runtime.Compiled(runtime.pooled_graph(folded), cores=1)(x)

    assert np.abs(tokens - expected["tokens"]).max() < TOLERANCE
    assert np.abs(tokens.mean(axis=0) - expected["pooled"]).max() < TOLERANCE
    assert np.abs(pooled - expected["pooled"]).max() < TOLERANCE


@pytest.mark.parametrize("sharpness", [1.0, 8.0])
def test_the_fold_adds_no_error_to_float32_not_even_where_attention_is_sharp(sharpness):
    config, x = preset("medium"), window(1440)
    trained = reference.random_weights(config, seed=3)
    trained = {n: a * np.float32(sharpness if "query/" in n else 1) for n, a in trained.items()}

    exact, maps = reference.forward(trained, config, x.astype("f8"))
    tokens, folded_maps = fold.forward(fold.fold(trained, config, minutes=1440), x)

    assert np.abs(tokens - exact).max() < TOLERANCE
    assert np.abs(np.stack(folded_maps) - np.stack(maps)).max() < TOLERANCE
    assert sharpness == 1 or np.max(maps) > 0.5


def test_a_window_that_is_no_whole_number_of_patches_is_refused():
    config = preset("small")

    with pytest.raises(ValueError, match="whole patches of 18 minutes, found a window of 10 "):
        fold.fold(reference.random_weights(config), config, minutes=10)


def test_patches_under_a_convolution_are_refused():
    config = preset("conv-small")

    with pytest.raises(ValueError, match="PAT-conv-small is not folded"):
        fold.fold(reference.random_weights(config), config, minutes=10_080)


def test_the_shipped_weights_give_the_same_on_both_runtimes(pat):
    keras_pat, steps = pretrained.load("small"), weeks(2)

    assert np.abs(pat.embed(steps) - keras_pat.embed(steps)).max() < TOLERANCE
    profile = pat.attention(steps)
    assert np.abs(profile - keras_pat.attention(steps)).max() < TOLERANCE
    assert profile.sum(axis=1) == pytest.approx(18)
    for name in ("model_id", "weights_sha256", "scaler_id", "minutes"):
        assert getattr(pat, name) == getattr(keras_pat, name)


@pytest.mark.parametrize("size", ["medium", "large"])
def test_an_attention_profile_taken_in_parts_is_the_references(size):
    config, x = preset(size), window(10_080)
    trained = reference.random_weights(config)
    folded = fold.fold(trained, config, minutes=x.size)
    assert folded.tokens**2 * config.heads * 4 > runtime.PART_BYTES

    received = runtime.Compiled(runtime.received_graph(folded), cores=1)(x)

    expected = fold.forward(folded, x)[1][-1].sum(axis=(0, 1))
    assert np.abs(received / received.sum() - expected / expected.sum()).max() < TOLERANCE


def test_many_windows_and_many_threads_get_each_window_its_own_answer(pat):
    steps = weeks(6)
    one_by_one = np.concatenate([pat.embed(week[None]) for week in steps])

    with ThreadPoolExecutor(6) as pool:
        threads = [found[0] for found in pool.map(lambda week: pat.embed(week[None]), steps)]

    assert np.array_equal(pat.embed(steps), one_by_one)
    assert np.array_equal(np.array(threads), one_by_one)
    assert pat.embed(steps[:0]).shape == (0, 96)


def test_an_answer_is_not_overwritten_by_the_next_one(pat):
    first = pat.embed(weeks(1))
    kept = first.copy()

    pat.embed(weeks(3) + 40)

    assert np.array_equal(first, kept)


def test_windows_of_another_length_are_refused(pat):
    with pytest.raises(ValueError, match=r"expected steps of shape \(n, 10080\), found \(1, 100\)"):
        pat.embed(np.zeros((1, 100), "f4"))


def test_neither_tensorflow_nor_telemetry_is_in_the_process():
    script = (
        "import sys, numpy; from clarity.pat import runtime;"
        "runtime.load('small').embed(numpy.ones((1, 10080), 'f4'));"
        "names = ('tensorflow', 'keras', 'openvino_telemetry', 'onnx', 'clarity.pat.model');"
        "sys.exit(', '.join(n for n in names if n in sys.modules) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "shared")},
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_weights_that_are_not_shipped_are_not_made_up():
    with pytest.raises(weights.WeightsError):
        runtime.load("huge")
    assert "huge" not in artifact.SHIPPED
