"""Writing values at places given by index tensors or masks, with a reduction."""
