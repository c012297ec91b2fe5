"""The errors of the exporter."""


class OnnxExporterWarning(UserWarning):
    """What the exporter warns of."""


class OnnxExporterError(RuntimeError):
    """A model that can't be written as an ONNX graph."""


class UnsupportedOperatorError(OnnxExporterError):
    """An op of the model has no counterpart in ONNX, or none that is known here."""
