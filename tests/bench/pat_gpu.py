"""`python -m tests.bench.pat_gpu`: PAT on a GPU beside its peers and the card, in one run.

`tests.bench.pat` runs it as a process of its own, as there the card is hidden. The card's limit is
its own float32 product of large matrices, without TF32; shares are in nominal operations.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from clarity.pat import artifact, fold, scaler
from clarity.pat import runtime_tensorflow as runtime
from clarity.pat.config import MINUTES_PER_WEEK, preset
from clarity.pat.instances import PredictRequest
from infra.endpoint.predictor import Predictor
from tests.bench import pat

if TYPE_CHECKING:
    from clarity.pat import weights
    from clarity.pat.config import PatConfig

OURS = "ours (TensorFlow, folded)"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: a card takes all of it, a test on a CPU next to nothing."""

    batches: tuple[int, ...] = (1, 10, 100)
    sgemm: int = 8192
    repeats: int = 20
    clients: int = 500
    stack: int | None = None  # windows that micro-batching takes; the runtime's own on a card


def peak(effort: Effort) -> float:
    """Operations a second of the device's fastest large float32 product."""
    rows = effort.sgemm
    a = tf.random.normal((rows, rows))  # stays on the card, so that only the product is timed
    product = tf.function(lambda _: tf.reduce_max(a @ a), [tf.TensorSpec((1,))])
    return 2.0 * rows**3 / fastest(lambda x: product(x).numpy(), np.zeros(1, np.float32), effort)


def fastest(run: pat.Run, windows: pat.Windows, effort: Effort) -> float:
    """Seconds of the fastest of some runs, the first of which does not count."""
    run(windows)
    return min(pat.timed(run, windows) for _ in range(effort.repeats))


def ours(config: PatConfig, trained: weights.Weights) -> pat.Run:
    """The folded graph on all windows of a batch."""
    folded = fold.fold(trained, config, minutes=MINUTES_PER_WEEK)
    graph, stack = runtime.compiled(runtime.pooled, folded), runtime.stacked(folded)

    def run(windows: pat.Windows) -> pat.Windows:
        parts = [graph(windows[i : i + stack]).numpy() for i in range(0, len(windows), stack)]
        return np.concatenate(parts)

    return run


def compare(size: str, limit: float, effort: Effort) -> Table:
    """One size: ours and the peers at every batch."""
    config = preset(size)
    trained = pat.trained_like(config)
    rng = np.random.default_rng(1)
    windows = rng.standard_normal((max(effort.batches), MINUTES_PER_WEEK), np.float32)
    predict, function = pat.peers(config, trained)
    runs = {OURS: ours(config, trained), pat.FUNCTION: function, pat.KERAS: predict}
    expected = predict(windows[:2])
    columns = ["runtime", *(f"ms, {batch}" for batch in effort.batches), "windows/s", "x keras"]
    shown = Table(*columns, "of the card", title=f"PAT-{size} on {device()}")
    rates: dict[str, float] = {}
    rows = {}
    for name, run in runs.items():
        pat.check(run, name, expected, windows[:2])
        spent = {b: fastest(run, windows[:b], effort) for b in effort.batches}
        rates[name] = max(batch / seconds for batch, seconds in spent.items())
        rows[name] = [f"{seconds * 1000:,.1f}" for seconds in spent.values()]
    for name, row in rows.items():
        share = 100 * rates[name] * pat.operations(config) / limit
        ratio = f"{rates[name] / rates[pat.KERAS]:.1f}"
        shown.add_row(name, *row, f"{rates[name]:,.0f}", ratio, f"{share:.0f} %")
    return shown


def device() -> str:
    """What TensorFlow computes on."""
    cards = tf.config.list_physical_devices("GPU")
    if not cards:
        return "the CPU"
    return str(tf.config.experimental.get_device_details(cards[0]).get("device_name", "the GPU"))


def served(source: artifact.Artifact, stack: int | None, clients: int) -> tuple[float, float]:
    """Windows a second, and in a batch, when so many clients come at once with one each."""
    predictor = Predictor(lambda: runtime.Pat(source, stack=stack), queue=clients, deadline_s=600)
    steps = np.random.default_rng(2).poisson(5, (1, MINUTES_PER_WEEK)).astype(np.float32)

    async def ask() -> float:
        await predictor.warm()
        start = time.perf_counter()
        await asyncio.gather(*(predictor.predict(PredictRequest(steps)) for _ in range(clients)))
        return clients / (time.perf_counter() - start)

    rate = asyncio.run(ask())
    predictor.close()
    sample = predictor.metrics.registry.get_sample_value
    batches = sample("pat_batch_windows_count", {"work": "prediction"}) or 1
    return rate, clients / batches


def batching(sizes: tuple[str, ...], effort: Effort) -> Table:
    """What micro-batching gains over one window after another."""
    columns = ("model", "alone, windows/s", "together, windows/s", "windows a batch", "gain")
    shown = Table(*columns, title=f"Micro-batching, {effort.clients} clients at once, {device()}")
    flat = np.zeros(MINUTES_PER_WEEK, np.float32)
    fitted = scaler.Scaler(flat, flat + 1, scaler.STEP_CAP, "nobody")
    for size in sizes:
        names = artifact.Manifest(f"random-{size}", size, "0", fitted.scaler_id, "", "", "")
        trained = pat.trained_like(preset(size))
        source = artifact.Artifact(names, preset(size), trained, fitted)
        alone, _ = served(source, 1, effort.clients)
        together, batch = served(source, effort.stack, effort.clients)
        figures = (f"{alone:,.0f}", f"{together:,.0f}", f"{batch:.1f}", f"{together / alone:.1f}")
        shown.add_row(size, *figures)
    return shown


def tables(sizes: tuple[str, ...], effort: Effort) -> list[Table]:
    """All of it."""
    tf.config.experimental.enable_tensor_float_32_execution(False)
    limit = peak(effort)
    compared = [compare(size, limit, effort) for size in sizes]
    compared[-1].caption = f"float32 product, {effort.sgemm} rows: {limit / 1e12:.2f} TFLOP/s"
    return [*compared, batching(sizes, effort)]


@click.command(help=__doc__)
@click.option("--size", "sizes", multiple=True, type=click.Choice(pat.SIZES), default=pat.SIZES)
def main(sizes: tuple[str, ...]) -> None:
    """Measure and print, where there is a card."""
    console = Console(width=140)
    if not tf.config.list_physical_devices("GPU"):
        console.print("TensorFlow sees no GPU: nothing is measured on one")
        return
    for found in tables(sizes, Effort()):
        console.print(found)


if __name__ == "__main__":
    main()
