"""Window functions for signals."""
