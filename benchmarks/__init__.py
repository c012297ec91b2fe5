"""minitorch measured against PyTorch: `python -m benchmarks`; see README.md here."""
