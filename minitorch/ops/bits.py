"""Operations on integers: shifts, divisors, and what floats are made of."""
