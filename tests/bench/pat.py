"""`python -m tests.bench.pat`: PAT's runtimes beside their peers and the limit, in one run.

All runtimes get the same random weights and windows and one core (`--cores`); ours once more gets
all of them, as it is served. The limit is this machine's own sgemm on as many cores; the share is
in nominal operations, those of the model before it is folded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import numpy as np
import openvino
from openvino import opset13 as ops
from rich.console import Console
from rich.table import Table

from clarity.pat import fold, runtime, weights
from clarity.pat.config import MINUTES_PER_WEEK, PatConfig, preset
from tests.bench import pat_endpoint, pat_onnx

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Windows = NDArray[np.float32]
    Run = Callable[[Windows], Windows]  # (n, T) standardised windows -> (n, D)

SIZES = ("small", "medium", "large")
BATCHES = (1, 10, 100)
LIMITS_S = {1: 0.5, 10: 2.0, 100: 15.0}  # the product's own, for every size as it is served
ALL_CORES = os.cpu_count() or 1
OURS, ONNX, FUNCTION, KERAS = "ours", "ONNX Runtime", "tf.function", "keras.predict"
SERVED, FOLDED = "ours, all cores", "ours, TensorFlow"
GOALS = {"small": 10.0, "medium": 5.0, "large": 2.5}  # batch 1, times keras.predict
TOLERANCE = 1e-5
REPEATS = 15
SGEMM = 2048  # rows and columns of the matrices that measure the limit


@dataclass(frozen=True, slots=True)
class Cell:
    """Seconds that a batch takes; `reckoned` from a smaller one where it would take too long."""

    seconds: float
    reckoned: bool = False

    def __str__(self) -> str:
        return f"{'~' if self.reckoned else ''}{self.seconds * 1000:,.1f}"


def trained_like(config: PatConfig, seed: int = 0) -> weights.Weights:
    """Random weights in the range of trained ones: what they say does not change the time."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.normal(0, 0.1, shape) + name.endswith("gamma:0")).astype(np.float32)
        for name, shape in weights.layout(config).items()
    }


def operations(config: PatConfig) -> float:
    """Floating-point operations of a window's encoder as published, two a multiply-add."""
    n, d, wide = config.tokens(MINUTES_PER_WEEK), config.embed, config.heads * config.key_dim
    projections, attention = 4 * n * d * wide, 2 * n * n * wide
    return 2.0 * (
        n * config.patch * d
        + config.layers * (projections + attention + 2 * n * d * config.feed_forward)
    )


def sgemm_peak(cores: int) -> float:
    """Operations a second of the fastest large float32 product, on as many cores."""
    a = np.random.default_rng(0).random((SGEMM, SGEMM), np.float32)
    left = ops.parameter([SGEMM, SGEMM], np.float32)
    product = ops.matmul(left, ops.constant(a), transpose_a=False, transpose_b=False)
    graph = openvino.Model([product], [left], "sgemm")
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": cores}
    request = openvino.Core().compile_model(graph, "CPU", settings).create_infer_request()
    times = [timed(lambda left: request.infer([left], share_inputs=True)[0], a) for _ in range(8)]
    return 2.0 * SGEMM**3 / min(times)


def keep_to(cores: int) -> None:
    """Where the system can, hold this thread and all that it starts to the first so many cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(cores))


def released(run: Run, cores: int) -> Run:
    """A run on all cores amid those that are kept to so many: windows run where they are asked."""

    def on_all_cores(windows: Windows) -> Windows:
        keep_to(ALL_CORES)
        try:
            return run(windows)
        finally:
            keep_to(cores)

    return on_all_cores


def ours(config: PatConfig, trained: weights.Weights, cores: int) -> Run:
    """The served runtime: windows one by one on each core."""
    folded = fold.fold(trained, config, minutes=MINUTES_PER_WEEK)
    compiled = runtime.Compiled(runtime.pooled_graph(folded), cores)
    return lambda windows: np.stack(compiled.each(windows))


def onnx_runtime(config: PatConfig, trained: weights.Weights, cores: int) -> Run:
    """The same folded graph on ONNX Runtime, one window after another."""
    folded = fold.fold(trained, config, minutes=MINUTES_PER_WEEK)
    session = pat_onnx.session(folded, cores)
    return lambda windows: np.stack([session.run(None, {"minutes": w})[0] for w in windows])


def on_a_cpu(cores: int) -> None:
    """TensorFlow on as many cores and on no card: that has tables of its own."""
    import tensorflow as tf  # noqa: PLC0415 - takes seconds, and its threads must come last

    tf.get_logger().setLevel("ERROR")  # it warns of that keras.predict traces again
    if not tf.config.threading.get_intra_op_parallelism_threads():
        tf.config.set_visible_devices([], "GPU")
        tf.config.threading.set_intra_op_parallelism_threads(cores)
        tf.config.threading.set_inter_op_parallelism_threads(cores)


def folded_tensorflow(config: PatConfig, trained: weights.Weights) -> Run:
    """What the GPU image serves, as it runs without one: windows one by one."""
    from clarity.pat import runtime_tensorflow  # noqa: PLC0415 - as above

    folded = fold.fold(trained, config, minutes=MINUTES_PER_WEEK)
    graph = runtime_tensorflow.compiled(runtime_tensorflow.pooled, folded)
    return lambda windows: np.stack([graph(window[None]).numpy()[0] for window in windows])


def peers(config: PatConfig, trained: weights.Weights) -> tuple[Run, Run]:
    """keras.predict and a traced tf.function on the unfolded encoder, which stack the batch."""
    import tensorflow as tf  # noqa: PLC0415 - as above

    from clarity.pat import model  # noqa: PLC0415 - as above

    encoder = model.encoder(config)
    weights.set_weights(encoder, trained, config)
    signature = [tf.TensorSpec((None, MINUTES_PER_WEEK), tf.float32)]
    traced = tf.function(lambda x: encoder(x, training=False)["pooled"], input_signature=signature)

    def predict(windows: Windows) -> Windows:
        pooled: Windows = encoder.predict(windows, verbose=0)["pooled"]
        return pooled

    def function(windows: Windows) -> Windows:
        pooled: Windows = traced(windows).numpy()
        return pooled

    return predict, function


def measure(runs: dict[str, Run], windows: Windows, budget_s: float) -> dict[str, dict[int, Cell]]:
    """The fastest of some runs of each batch; the runtimes take turns, so that all share luck."""
    found: dict[str, dict[int, Cell]] = {name: {} for name in runs}
    for batch in BATCHES:
        part = windows[:batch]
        expected = {name: cells[batch // 10].seconds * 10 for name, cells in found.items() if cells}
        late = {name for name, cost in expected.items() if cost > budget_s}
        times: dict[str, list[float]] = {name: [] for name in runs if name not in late}
        for _ in range(REPEATS):
            for name, spent in times.items():
                if not spent or sum(spent) + min(spent) < budget_s / 3:
                    spent.append(timed(runs[name], part))
        for name in runs:
            late_cell = Cell(expected.get(name, 0.0), reckoned=True)
            found[name][batch] = late_cell if name in late else Cell(min(times[name]))
    return found


def timed(run: Run, windows: Windows) -> float:
    """How long it takes once, in seconds."""
    start = time.perf_counter()
    run(windows)
    return time.perf_counter() - start


def check(run: Run, name: str, expected: Windows, windows: Windows) -> None:
    """No timing of something that computes something else."""
    if (error := np.abs(run(windows) - expected).max()) > TOLERANCE:
        raise click.ClickException(f"{name} differs from keras.predict by {error:.1e}")


def compare(size: str, cores: int, peak: float, budget_s: float) -> Table:
    """One size: every runtime at every batch, and what that is in ratios."""
    config = preset(size)
    trained = trained_like(config)
    rng = np.random.default_rng(1)
    windows = rng.standard_normal((max(BATCHES), MINUTES_PER_WEEK), np.float32)
    runs = {
        SERVED: released(ours(config, trained, ALL_CORES), cores),
        OURS: ours(config, trained, cores),
    }
    runs[ONNX] = onnx_runtime(config, trained, cores)
    on_a_cpu(cores)
    runs[FOLDED] = folded_tensorflow(config, trained)
    runs[KERAS], runs[FUNCTION] = peers(config, trained)
    expected = runs[KERAS](windows[:2])
    for name, run in runs.items():
        check(run, name, expected, windows[:2])
        run(windows[:1])  # another shape: what traces has now traced for any number of windows
    return table(config, measure(runs, windows, budget_s), peak)


def table(config: PatConfig, found: dict[str, dict[int, Cell]], peak: float) -> Table:
    """Milliseconds, windows a second, times as fast as keras.predict, share of the limit."""
    columns = ["runtime", *(f"ms, {batch}" for batch in BATCHES), "windows/s"]
    columns += [*(f"x keras, {batch}" for batch in BATCHES), "of sgemm"]
    size = f"{config.parameters:,} parameters, {operations(config) / 1e9:.2f} GFLOP a window"
    shown = Table(*columns, title=f"PAT-{config.name}: {size}", caption=verdict(config, found))
    for name, cells in found.items():
        rate = max(batch / cell.seconds for batch, cell in cells.items() if not cell.reckoned)
        ratios = (f"{found[KERAS][b].seconds / cells[b].seconds:.1f}" for b in BATCHES)
        share = "" if name == SERVED else f"{100 * rate * operations(config) / peak:.0f} %"
        shown.add_row(name, *(str(cells[b]) for b in BATCHES), f"{rate:,.1f}", *ratios, share)
    return shown


def verdict(config: PatConfig, found: dict[str, dict[int, Cell]]) -> str:
    """The limits and the goal, held or missed."""
    ratio = found[KERAS][1].seconds / found[OURS][1].seconds
    goal = GOALS[config.name]
    late = [f"{b}" for b in BATCHES if found[SERVED][b].seconds > LIMITS_S[b]]
    limits = ", ".join(f"{b} < {limit:g} s" for b, limit in LIMITS_S.items())
    return (
        f"batch 1 >= {goal:g} x {KERAS}: {'held' if ratio >= goal else 'missed'} ({ratio:.1f}); "
        f"{SERVED}, {limits}: {'missed at ' + ', '.join(late) if late else 'held'}"
    )


@click.command(help=__doc__)
@click.option("--cores", default=1, show_default=True, help="Cores that every runtime gets.")
@click.option("--budget", default=2.5, show_default=True, help="Seconds that a cell may take.")
@click.option("--size", "sizes", multiple=True, type=click.Choice(SIZES), default=SIZES)
@click.option("--endpoint/--no-endpoint", default=True, help="Cold start, memory and 50 clients.")
def main(cores: int, budget: float, sizes: tuple[str, ...], endpoint: bool) -> None:
    """Measure and print."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # noqa: TID251 - for TensorFlow, before it is imported
    console = Console(width=140)
    if endpoint:
        for found in pat_endpoint.tables({size: trained_like(preset(size)) for size in SIZES}):
            console.print(found)
    peak = sgemm_peak(cores)  # before this thread keeps to few cores: OpenVINO counts them once
    keep_to(cores)
    for size in sizes:
        peak = max(peak, sgemm_peak(cores))  # again and again: what else runs here comes and goes
        console.print(compare(size, cores, peak, budget))
    console.print(f"sgemm, {cores} core{'s' * (cores > 1)}: {peak / 1e9:.0f} GFLOP/s")
    console.print(
        "fastest of some runs; ~ is ten of the batch before, where --budget allows no run"
    )
    keep_to(ALL_CORES)
    subprocess.run([sys.executable, "-m", "tests.bench.pat_gpu"], check=True)


if __name__ == "__main__":
    main()
