"""Powers, logarithms and their combinations beyond the plain ones."""
