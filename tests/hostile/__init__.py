"""Hostile submissions, graded for real: `make hostile` runs them all, `make test` a few of each family."""
