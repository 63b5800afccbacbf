"""The folded encoder in TensorFlow is the Keras encoder, and never holds all scores at once."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from clarity.pat import artifact, fold, model, pretrained, weights
from clarity.pat import runtime_tensorflow as runtime
from clarity.pat.config import preset
from tests.unit import pat_reference as reference

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-5
WINDOWS = [("small", 2520), ("small", 18), ("medium", 1440), ("large", 1440), ("huge", 180)]


def windows(count: int, minutes: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, minutes)).astype("f4")


def weeks(count: int) -> np.ndarray:
    steps = np.random.default_rng(1).poisson(5, (count, 10_080)).astype("f4")
    steps[:, 100:400] = np.nan
    return steps


@pytest.fixture(scope="module")
def source() -> artifact.Artifact:
    return artifact.open_folder(artifact.shipped("small"))


@pytest.mark.parametrize("part_bytes", [1, runtime.PART_BYTES], ids=["token by token", "default"])
@pytest.mark.parametrize(("size", "minutes"), WINDOWS)
def test_any_number_of_windows_in_parts_of_any_size_are_the_keras_encoders(
    size, minutes, part_bytes
):
    config, x = preset(size), windows(3, minutes)
    trained = reference.random_weights(config)
    encoder = model.encoder(config, minutes=minutes)
    weights.set_weights(encoder, trained, config)
    folded = fold.fold(trained, config, minutes=minutes)

    pooled = runtime.compiled(runtime.pooled, folded, part_bytes=part_bytes)

    expected = np.array(encoder(x)["pooled"])
    assert np.abs(pooled(x).numpy() - expected).max() < TOLERANCE
    assert np.abs(pooled(x[:1]).numpy() - expected[:1]).max() < TOLERANCE


@pytest.mark.parametrize("part_bytes", [1, 1_000_000, runtime.PART_BYTES])
def test_the_attention_summed_in_parts_is_the_references(part_bytes):
    config, x = preset("large"), windows(2, 1440)
    folded = fold.fold(reference.random_weights(config), config, minutes=1440)

    found = runtime.compiled(runtime.received, folded, part_bytes=part_bytes)(x).numpy()

    expected = np.array([fold.forward(folded, one)[1][-1].sum(axis=(0, 1)) for one in x])
    share = found / found.sum(axis=1, keepdims=True)
    assert np.abs(share - expected / expected.sum(axis=1, keepdims=True)).max() < TOLERANCE


def test_the_shipped_weights_give_what_keras_gives(source):
    pat, keras_pat, steps = runtime.Pat(source, stack=2), pretrained.Pat(source), weeks(3)

    assert np.abs(pat.embed(steps) - keras_pat.embed(steps)).max() < TOLERANCE
    assert np.abs(pat.attention(steps) - keras_pat.attention(steps)).max() < TOLERANCE
    for name in ("model_id", "weights_sha256", "scaler_id", "minutes"):
        assert getattr(pat, name) == getattr(keras_pat, name)


def test_many_threads_get_each_window_its_own_answer(source):
    pat, steps = runtime.Pat(source, cores=2, stack=1), weeks(6)
    assert (pat.lanes, pat.stack) == (2, 1)

    with ThreadPoolExecutor(4) as pool:
        found = [one[0] for one in pool.map(lambda week: pat.embed(week[None]), steps)]

    assert np.abs(np.array(found) - pat.embed(steps)).max() < TOLERANCE
    assert pat.embed(steps[:0]).shape == (0, 96)


def test_a_card_takes_fewer_windows_at_once_of_a_larger_size():
    sizes = ("small", "medium", "large", "huge")
    folded = [
        fold.fold(reference.random_weights(preset(size)), preset(size), minutes=10_080)
        for size in sizes
    ]

    assert [runtime.stacked(one) for one in folded] == [64, 64, 16, 2]


# Four weeks' length: 2,240 tokens, whose scores are 120 MB for each window.
MEMORY = """
import json, resource
from pathlib import Path
import numpy as np
from clarity.pat import fold, runtime_tensorflow as runtime
from clarity.pat.config import preset
from tests.unit import pat_reference as reference

def peak_mb():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1e3  # of this program only: ru_maxrss begins with its parent's

config = preset("small")
folded = fold.fold(reference.random_weights(config), config, minutes=40_320)
x = np.random.default_rng(0).normal(size=(4, 40_320)).astype("f4")
graphs = [(runtime.pooled, runtime.PART_BYTES), (runtime.received, runtime.PART_BYTES)]
peaks = []
for graph, part_bytes in [*graphs, (runtime.pooled, 10**12)]:
    before = peak_mb()
    runtime.compiled(graph, folded, part_bytes=part_bytes)(x).numpy()
    peaks.append(peak_mb() - before)
print(json.dumps(peaks))
"""


def test_memory_holds_a_part_of_the_scores_and_never_all_of_them():
    ended = subprocess.run(
        [sys.executable, "-c", MEMORY],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "shared:.", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )

    pooled, received, whole = json.loads(ended.stdout)
    assert pooled < 300, "the scores of four windows are 482 MB"
    assert received < 100, "on top of the peak before"
    assert whole > 300, "in one part they would all be there: what is measured is measurable"
