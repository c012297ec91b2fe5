"""Order statistics and norms: median, quantile, mode, histograms."""
