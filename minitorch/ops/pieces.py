"""Cutting tensors into pieces and writing into a part of a copy."""
