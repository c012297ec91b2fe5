"""`einsum`, `tensordot` and other products over chosen dimensions."""
