"""The encoder's derivative by hand: TensorFlow's own, and what small changes measure."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from clarity.pat import artifact, fold, gradients, model, weights
from clarity.pat.config import preset
from tests.unit import pat_reference as reference

ROOT = Path(__file__).parents[2]
# The weights fit any whole number of patches. Queries come in parts in the week, not in hours.
WINDOWS = [("small", 10_080), ("small", 1440), ("medium", 4320), ("large", 360)]


def folded(size: str, minutes: int, seed: int = 0) -> fold.Folded:
    config = preset(size)
    return fold.fold(reference.random_weights(config, seed), config, minutes=minutes)


def numbers(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=count).astype("f4")


def tape(trained: weights.Weights, size: str, x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """TensorFlow's derivative of the Keras encoder."""
    config = preset(size)
    encoder = model.encoder(config, minutes=len(x))
    weights.set_weights(encoder, trained, config)
    window = tf.constant(x[None])
    with tf.GradientTape() as recorded:
        recorded.watch(window)
        along = tf.reduce_sum(encoder(window, training=False)["pooled"] * direction)
    slope: np.ndarray = recorded.gradient(along, window).numpy()[0]
    return slope


@pytest.mark.parametrize(("size", "minutes"), WINDOWS)
def test_the_slope_is_tensorflows_derivative_of_the_keras_encoder(size, minutes):
    x, direction = numbers(minutes, 1), numbers(96, 2)
    expected = tape(reference.random_weights(preset(size)), size, x, direction)

    slope = gradients.slope(gradients.forward(folded(size, minutes), x), direction)

    assert np.abs(slope - expected).max() < 1e-5 * np.abs(expected).max()


def test_the_slope_is_tensorflows_with_the_shipped_weights_too():
    source = artifact.open_folder(artifact.shipped("small"))
    x, direction = numbers(2880, 3), numbers(96, 4)
    expected = tape(source.weights, "small", x, direction)

    trained = fold.fold(source.weights, source.config, minutes=2880)
    slope = gradients.slope(gradients.forward(trained, x), direction)

    assert np.abs(slope - expected).max() < 2e-5 * np.abs(expected).max()


@pytest.mark.parametrize(("size", "minutes"), [("small", 180), ("medium", 90)])
def test_the_slope_is_what_small_changes_of_the_definition_measure(size, minutes):
    config, trained = preset(size), reference.random_weights(preset(size))
    x, direction = numbers(minutes, 5), numbers(96, 6)
    slope = gradients.slope(gradients.forward(folded(size, minutes), x), direction)

    for minute in (0, 7, minutes // 2, minutes - 1):
        change = np.zeros(minutes)
        change[minute] = 1e-5
        up, down = (
            reference.forward(trained, config, x + sign * change)[0].mean(axis=0) @ direction
            for sign in (1, -1)
        )
        assert slope[minute] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-6)


def test_embedding_and_attention_are_those_of_the_folded_encoder():
    encoder, x = folded("medium", 1440), numbers(1440, 7)
    tokens, maps = fold.forward(encoder, x)

    trace = gradients.forward(encoder, x)

    assert np.abs(trace.pooled - tokens.mean(axis=0)).max() < 1e-6
    expected = maps[-1].astype("f8").sum(axis=(0, 1))  # over heads and queries
    assert gradients.received(trace) == pytest.approx(expected, rel=1e-5)


def test_memory_grows_with_the_window_and_not_with_its_square():
    direction = numbers(96, 9)

    def peak_mb(minutes: int) -> float:
        encoder, x = folded("medium", minutes), numbers(minutes, 8)
        tracemalloc.start()
        gradients.slope(gradients.forward(encoder, x), direction)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak / 1e6

    half, whole = peak_mb(5040), peak_mb(10_080)

    assert whole < 2.1 * half
    assert whole < 30  # the scores of both layers alone are 30 MB


def test_explaining_needs_no_tensorflow():
    code = (
        "import sys, numpy as np\n"
        "from clarity.pat import artifact, attribution, explain, explain_page\n"
        "from clarity.pat.attribution import Explainer\n"
        "source = artifact.open_folder(artifact.shipped('small'))\n"
        "x = np.ones(360, 'f4')\n"
        "encoder = Explainer(source.weights, source.config, 360)\n"
        "encoder.integrate(x, *encoder.departure(x)[:1], 2), encoder.attention(x)\n"
        "print(sorted({'tensorflow', 'keras', 'openvino'} & sys.modules.keys()))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "shared")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert ran.stdout.strip() == "[]"
