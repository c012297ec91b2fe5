"""`torch._higher_order_ops`: functions of functions that programs import from there."""

from minitorch._higher_order_ops.associative_scan import associative_scan

__all__ = ["associative_scan"]
