"""PAT as an ONNX graph of plain operators (opset 17), folded: see `clarity.pat.fold`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from clarity.pat import fold

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from clarity.pat.artifact import Artifact
    from clarity.pat.export import Run

OPSET = 17  # the first with LayerNormalization; phones' runtimes of 2022 and later read it
IR_VERSION = 8


class Graph:
    """Nodes and constants in the making; each call of `add` names its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, NDArray[np.generic]] = {}

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Keep a tensor under a name."""
        self.constants[name] = value
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Append one node."""
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def linear(self, x: str, linear: fold.Linear, name: str) -> str:
        """X @ kernel + bias."""
        kernel = self.constant(f"{name}/kernel", linear.kernel)
        bias = self.constant(f"{name}/bias", linear.bias)
        return self.add("Add", [self.add("MatMul", [x, kernel], f"{name}/product"), bias], name)

    def norm(self, x: str, norm: fold.Norm, name: str) -> str:
        """LayerNormalization over the last axis."""
        gamma = self.constant(f"{name}/gamma", norm.gamma)
        beta = self.constant(f"{name}/beta", norm.beta)
        return self.add("LayerNormalization", [x, gamma, beta], name, epsilon=fold.EPSILON)

    def reshape(self, x: str, shape: list[int], name: str) -> str:
        """A new shape; 0 keeps the batch."""
        target = self.constant(f"{name}/shape", np.array(shape, np.int64))
        return self.add("Reshape", [x, target], name)


def build(source: Artifact) -> onnx.ModelProto:
    """The graph: raw steps (n, T) -> embedding (n, D)."""
    config, minutes = source.config, source.scaler.minutes
    folded = fold.fold(source.weights, config, minutes=minutes)
    graph = Graph()
    x = _standardise(graph, source)
    x = graph.reshape(x, [0, folded.tokens, config.patch], "patches")
    x = graph.linear(x, folded.embedding, "embedding_of_patches")
    for layer, block in enumerate(folded.blocks, 1):
        x = _block(graph, x, block, folded, f"layer{layer}")
    graph.add("ReduceMean", [x], "embedding", axes=[1], keepdims=0)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            source.manifest.model_id,
            [helper.make_tensor_value_info("steps", TensorProto.FLOAT, ["n", minutes])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", config.embed])],
            [numpy_helper.from_array(value, name) for name, value in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="clarity-loop",
    )
    manifest = source.manifest
    helper.set_model_props(
        model,
        {
            "model_id": manifest.model_id,
            "weights_sha256": manifest.weights_sha256,
            "scaler_id": manifest.scaler_id,
            "licence": manifest.licence,
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _standardise(graph: Graph, source: Artifact) -> str:
    """The scaler; a negative number of steps ends as NaN in the embedding, not as a guess."""
    unseen = graph.add("IsNaN", ["steps"], "unseen")
    zero = graph.constant("zero", np.zeros(1, np.float32))
    known = graph.add("Where", [unseen, zero, "steps"], "known")
    cap = graph.constant("cap", np.array([source.scaler.cap], np.float32))
    root = graph.add("Sqrt", [graph.add("Min", [known, cap], "capped")], "root")
    mean = graph.constant("mean", source.scaler.mean)
    centred = graph.add("Sub", [root, mean], "centred")
    standard = graph.add("Div", [centred, graph.constant("sd", source.scaler.sd)], "standard")
    return graph.add("Where", [unseen, zero, standard], "standardised")


def _block(graph: Graph, x: str, block: fold.Block, folded: fold.Folded, name: str) -> str:
    """One folded block: x (n, N, D) is key and value of every head."""
    n, heads, d = folded.tokens, folded.config.heads, folded.config.embed
    q = graph.reshape(graph.linear(x, block.query, f"{name}/q"), [0, n * heads, d], f"{name}/rows")
    keys = graph.add("Transpose", [x], f"{name}/keys", perm=[0, 2, 1])
    scores = graph.add("MatMul", [q, keys], f"{name}/scores")  # (n, N * H, N)
    p = graph.add("Softmax", [scores], f"{name}/attention", axis=-1)
    mixed = graph.reshape(
        graph.add("MatMul", [p, x], f"{name}/mixed"), [0, n, heads * d], f"{name}/heads"
    )
    a = graph.linear(mixed, block.value, f"{name}/a")
    o = graph.norm(graph.add("Add", [x, a], f"{name}/sum1"), block.norm1, f"{name}/norm1")
    f = graph.add("Relu", [graph.linear(o, block.ff1, f"{name}/ff1")], f"{name}/relu")
    f = graph.linear(f, block.ff2, f"{name}/ff2")
    return graph.norm(graph.add("Add", [o, f], f"{name}/sum2"), block.norm2, f"{name}/norm2")


def write(source: Artifact, path: Path) -> Run:
    """Write the graph and return what runs the written file."""
    onnx.save(build(source), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def run(steps: NDArray[np.float32]) -> NDArray[np.float32]:
        embedding: NDArray[np.float32] = session.run(["embedding"], {"steps": steps})[0]
        return embedding

    return run
