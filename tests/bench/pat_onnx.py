"""The folded encoder as an ONNX graph: ONNX Runtime is measured on the same products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from clarity.pat import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPSET, IR = 20, 9


class Graph:
    """Nodes and constants in the order in which they are asked for; everything goes by name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, **attributes: float) -> str:
        """Add an operation; the name of its output."""
        name = f"{kind}_{len(self.nodes)}"
        made = helper.make_node(kind, inputs, [name])
        made.attribute.extend(helper.make_attribute(k, v) for k, v in attributes.items())
        self.nodes.append(made)
        return name

    def constant(self, array: NDArray[np.generic]) -> str:
        """Add a constant; its name."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def linear(self, x: str, linear: fold.Linear) -> str:
        """x @ kernel + bias."""
        product = self.node("MatMul", x, self.constant(linear.kernel))
        return self.node("Add", product, self.constant(linear.bias))

    def norm(self, x: str, norm: fold.Norm) -> str:
        """LayerNormalization over the last axis."""
        gamma, beta = self.constant(norm.gamma), self.constant(norm.beta)
        return self.node("LayerNormalization", x, gamma, beta, axis=-1, epsilon=fold.EPSILON)

    def reshape(self, x: str, *shape: int) -> str:
        """The same numbers in another shape."""
        return self.node("Reshape", x, self.constant(np.array(shape)))


def model(folded: fold.Folded) -> onnx.ModelProto:
    """`fold.forward`, operation by operation: minutes (T,) -> pooled (D,)."""
    graph, config = Graph(), folded.config
    x = graph.linear(graph.reshape("minutes", folded.tokens, config.patch), folded.embedding)
    for block in folded.blocks:
        q = graph.reshape(graph.linear(x, block.query), -1, config.embed)
        share = graph.node("Softmax", graph.node("MatMul", q, graph.node("Transpose", x)), axis=-1)
        mixed = graph.reshape(graph.node("MatMul", share, x), folded.tokens, -1)
        o = graph.norm(graph.node("Add", x, graph.linear(mixed, block.value)), block.norm1)
        f = graph.linear(graph.node("Relu", graph.linear(o, block.ff1)), block.ff2)
        x = graph.norm(graph.node("Add", o, f), block.norm2)
    pooled = graph.node("ReduceMean", x, graph.constant(np.array([0])), keepdims=0)
    inputs = [helper.make_tensor_value_info("minutes", onnx.TensorProto.FLOAT, [folded.minutes])]
    outputs = [helper.make_tensor_value_info(pooled, onnx.TensorProto.FLOAT, [config.embed])]
    made = helper.make_graph(graph.nodes, "pat", inputs, outputs, graph.constants)
    opset = [helper.make_opsetid("", OPSET)]
    return helper.make_model(made, opset_imports=opset, ir_version=IR)


def session(folded: fold.Folded, cores: int) -> onnxruntime.InferenceSession:
    """ONNX Runtime on the CPU with so many threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = cores, 1
    content = model(folded).SerializeToString()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
