"""Matrix decompositions: Cholesky, QR, SVD, eigenvalues."""
