"""ONNX files, which other programs run: the names of `torch.onnx`.

A model is run on an example with every op written down (`trace`), runs of other sizes are compared
(`program`), and each op is written by its rule (`elementwise`, `activations`, `shapes`,
`reductions`, `layers`, `recurrent`).
"""

from minitorch.onnx import errors
from minitorch.onnx.errors import OnnxExporterError
from minitorch.onnx.exporter import export
from minitorch.onnx.reading import is_in_onnx_export

__all__ = ["OnnxExporterError", "errors", "export", "is_in_onnx_export"]
