"""PAT on a CPU: the folded encoder on OpenVINO, without TensorFlow or Keras in the process.

>>> pat = load("small")                     # doctest: +SKIP
>>> pat.embed(steps).shape                  # steps (n, 10080), NaN where not observed
(n, 96)

The graph is `fold.forward` operation by operation. OpenVINO fuses the two products around the
softmax, so that no (H, N, N) scores are ever stored, unless attention is asked for.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

# OpenVINO's package imports its model converter if it can, and that sends an event to an analytics
# service. Nothing here converts models, and a server of health data announces itself to nobody.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type] # None: cannot import
import openvino  # noqa: E402 - after the line above
from openvino import opset13 as ops  # noqa: E402 - see above

from clarity.pat import artifact, fold  # noqa: E402 - see above
from clarity.pat.config import PRESETS  # noqa: E402 - see above
from clarity.pat.trained import Trained  # noqa: E402 - see above

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Node = Any  # OpenVINO's nodes are untyped

# Scores of one part of the attention profile's last layer, bytes: what stays near the core.
PART_BYTES = 8_000_000


class Compiled:
    """A graph of one window on every core at a time; calls from any number of threads are safe."""

    def __init__(self, graph: openvino.Model, cores: int) -> None:
        settings = {
            "INFERENCE_PRECISION_HINT": "f32",  # CPUs with bfloat16 would use it by default
            "NUM_STREAMS": str(cores),  # a window keeps one core: parallel are the windows
            "INFERENCE_NUM_THREADS": cores,
            "ENABLE_CPU_PINNING": False,  # the cores of a container are not ours to choose
        }
        compiled = openvino.Core().compile_model(graph, "CPU", settings)
        self._cores = cores
        self._idle: SimpleQueue[openvino.InferRequest] = SimpleQueue()
        for _ in range(cores):
            self._idle.put(compiled.create_infer_request())

    def __call__(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """(T,) standardised minutes -> the graph's one output; waits while every core is taken."""
        request = self._idle.get()
        try:
            output: NDArray[np.float32] = request.infer([window], share_inputs=True)[0]
            return output
        finally:
            self._idle.put(request)

    def each(self, windows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The output for every window (n, T), in order; a single one runs in this very thread."""
        if len(windows) <= 1 or self._cores == 1:
            return [self(window) for window in windows]
        with ThreadPoolExecutor(self._cores) as pool:
            return list(pool.map(self, windows))


class Pat(Trained):
    """One trained encoder with its scaler and its names.

    Windows run one by one on each core, never stacked: on a CPU a batch only costs memory.

    Attributes:
        stack: Windows that one call takes together.
        lanes: Calls that may run side by side.
    """

    stack = 1

    def __init__(self, source: artifact.Artifact, *, cores: int | None = None) -> None:
        super().__init__(source)
        self.lanes = cores or os.cpu_count() or 1
        self._folded = fold.fold(source.weights, source.config, minutes=source.scaler.minutes)
        self._pooled = Compiled(pooled_graph(self._folded), self.lanes)
        self._received: Compiled | None = None
        self._tokens: Compiled | None = None
        self._lock = Lock()

    def embed(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, minutes) steps a minute, NaN where not observed -> (n, 96) mean of the tokens."""
        rows = self._pooled.each(self.standardise(steps))
        return np.array(rows, np.float32).reshape(len(steps), self._folded.config.embed)

    def tokens(self, steps: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, minutes) steps a minute -> (n, tokens, 96): what the embedding is the mean of."""
        with self._lock:
            if self._tokens is None:
                self._tokens = Compiled(tokens_graph(self._folded), self.lanes)
        rows = self._tokens.each(self.standardise(steps))
        return np.array(rows, np.float32).reshape(len(steps), self._folded.tokens, -1)

    def attention(self, steps: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, minutes) steps -> (n, minutes) attention received, see `model.attention_profile`.

        Its graph is compiled when first asked for: one that stores scores, a part at a time.
        """
        with self._lock:
            if self._received is None:
                self._received = Compiled(received_graph(self._folded), self.lanes)
        rows = self._received.each(self.standardise(steps))
        received = np.array(rows, np.float64).reshape(len(steps), self._folded.tokens)
        share: NDArray[np.float64] = received / received.sum(axis=1, keepdims=True)
        return np.repeat(share, self._folded.config.patch, axis=1)


def load(source: str | Path = "small", *, cores: int | None = None) -> Pat:
    """A trained PAT: the shipped one of a size, or the artifact in a folder.

    Raises `WeightsError` with the reason when the files are not what their manifest says; there is
    no fallback to other or random weights.
    """
    folder = artifact.shipped(source) if source in PRESETS else Path(source)
    return Pat(artifact.open_folder(folder), cores=cores)


def pooled_graph(folded: fold.Folded) -> openvino.Model:
    """Standardised minutes (T,) -> the mean of the tokens (D,)."""
    minutes, x = _encoded(folded)
    return openvino.Model([ops.reduce_mean(x, np.array([0]))], [minutes], "pooled")


def tokens_graph(folded: fold.Folded) -> openvino.Model:
    """Standardised minutes (T,) -> the tokens (N, D)."""
    minutes, x = _encoded(folded)
    return openvino.Model([x], [minutes], "tokens")


def _encoded(folded: fold.Folded) -> tuple[Node, Node]:
    minutes, x = _embedding(folded)
    for block in folded.blocks:
        x = _block(x, block, folded)
    return minutes, x  # (T,), (N, D)


def received_graph(folded: fold.Folded) -> openvino.Model:
    """Standardised minutes (T,) -> last layer's attention to each token, over queries and heads.

    The queries come in parts, so that of the (N * H, N) scores only a part is stored at a time.
    """
    minutes, x = _embedding(folded)
    for block in folded.blocks[:-1]:
        x = _block(x, block, folded)
    queries = _queries(x, folded.blocks[-1], folded)
    count = folded.tokens * folded.config.heads
    parts = min(count, -(-count * folded.tokens * 4 // PART_BYTES))
    sizes = np.array([len(part) for part in np.array_split(np.arange(count), parts)])
    total: Node = None
    for part in ops.variadic_split(queries, np.int64(0), sizes).outputs():
        received = ops.reduce_sum(_shares(part, x), np.array([0]))  # (N,)
        total = received if total is None else ops.add(total, received)
    return openvino.Model([total], [minutes], "received")


def _embedding(folded: fold.Folded) -> tuple[Node, Node]:
    minutes = ops.parameter([folded.minutes], np.float32, "minutes")
    patches = _reshape(minutes, folded.tokens, folded.config.patch)  # (N, P)
    return minutes, _linear(patches, folded.embedding)  # (T,), (N, D)


def _block(x: Node, block: fold.Block, folded: fold.Folded) -> Node:
    mixed = ops.matmul(
        _shares(_queries(x, block, folded), x), x, transpose_a=False, transpose_b=False
    )  # (N * H, D)
    a = _linear(_reshape(mixed, folded.tokens, -1), block.value)  # (N, D)
    o = _normalise(ops.add(x, a), block.norm1)
    f = _linear(ops.relu(_linear(o, block.ff1)), block.ff2)  # (N, D)
    return _normalise(ops.add(o, f), block.norm2)


def _queries(x: Node, block: fold.Block, folded: fold.Folded) -> Node:
    return _reshape(_linear(x, block.query), -1, folded.config.embed)  # (N * H, D)


def _shares(queries: Node, x: Node) -> Node:
    return ops.softmax(ops.matmul(queries, x, transpose_a=False, transpose_b=True), 1)


def _linear(x: Node, linear: fold.Linear) -> Node:
    product = ops.matmul(x, _constant(linear.kernel), transpose_a=False, transpose_b=False)
    return ops.add(product, _constant(linear.bias))


def _normalise(x: Node, norm: fold.Norm) -> Node:
    axis, epsilon = np.array([-1]), fold.EPSILON
    scaled = ops.mvn(x, axis, normalize_variance=True, eps=epsilon, eps_mode="inside_sqrt")
    return ops.add(ops.multiply(scaled, _constant(norm.gamma)), _constant(norm.beta))


def _reshape(x: Node, *shape: int) -> Node:
    return ops.reshape(x, np.array(shape), special_zero=False)


def _constant(array: NDArray[np.float32]) -> Node:
    return ops.constant(array, shared_memory=True)
