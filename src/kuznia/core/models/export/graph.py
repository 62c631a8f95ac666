"""A graph that is written node by node; the package ``onnx`` is imported when the first one is begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kuznia.core.errors import ModelError

OPSET, TREES_OPSET, IR = 18, 3, 8
"""Old enough for runtimes from 2023 on; trees with thresholds in double precision came with 3."""
TREES = "ai.onnx.ml"


class Graph:
    """Nodes and constants of one graph, each output named by its place."""

    def __init__(self) -> None:
        try:
            import onnx
        except ImportError as error:
            raise ModelError(
                "The export needs onnx, which is not installed where models are computed.",
                "Install it with `make install EXTRAS=onnx`.",
            ) from error
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: Any, kind: type[np.generic] = np.float64) -> str:
        """Name of a constant."""
        name = f"c{len(self.constants)}"
        array = np.ascontiguousarray(values, dtype=kind) if np.ndim(values) else np.array(values, dtype=kind)
        self.constants.append(self.onnx.numpy_helper.from_array(array, name))
        return name

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Name of what an operator gives."""
        name = f"v{len(self.nodes)}"
        self.nodes.append(
            self.onnx.helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes)
        )
        return name

    def cast(self, value: str, kind: type[np.generic]) -> str:
        """A value in another type."""
        return self.add("Cast", value, to=self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind)))

    def tensor(self, values: Any, kind: type[np.generic]) -> Any:
        """An attribute that holds numbers."""
        return self.onnx.numpy_helper.from_array(np.asarray(values, dtype=kind))

    def known(self, value: str, otherwise: str) -> str:
        """A value, or another one where it is no number."""
        return self.add("Where", self.add("IsNaN", value), otherwise, value)

    def file(self, columns: int, result: str, about: Mapping[str, str]) -> bytes:
        """The graph as bytes, the same for the same graph."""
        helper, double = self.onnx.helper, self.onnx.TensorProto.DOUBLE
        given = helper.make_tensor_value_info("features", double, ["rows", columns])
        self.nodes.append(helper.make_node("Identity", [result], ["score"], name="score"))
        told = helper.make_tensor_value_info("score", double, ["rows", 1])
        graph = helper.make_graph(self.nodes, "kuznia", [given], [told], initializer=self.constants)
        sets = [helper.make_opsetid("", OPSET), helper.make_opsetid(TREES, TREES_OPSET)]
        model = helper.make_model(graph, producer_name="kuznia", ir_version=IR, opset_imports=sets)
        helper.set_model_props(model, dict(sorted(about.items())))
        self.onnx.checker.check_model(model)
        content: bytes = model.SerializeToString(deterministic=True)
        return content
