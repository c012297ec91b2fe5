"""The DataLoader of `minitorch.data`, and what it collates with."""

from minitorch.data import DataLoader, default_collate, default_convert, get_worker_info

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]
