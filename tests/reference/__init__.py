"""What PyTorch 2.13 does with the inputs by which it tests its own ops.

`pytorch.py` takes the inputs from PyTorch's table of ops (`op_db`), calls PyTorch and notes what
comes of it as records. `record.py` writes a selection of them to `pytorch.xz`, and
`test_reference.py` compares minitorch with those, so that no PyTorch is needed.
"""
