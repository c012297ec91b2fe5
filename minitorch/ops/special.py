"""Special functions: those of error, gamma, Bessel and their kin."""
