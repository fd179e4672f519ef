"""Fuzzing of all that reads bytes of a student's: `make fuzz` looks for new inputs, `make test` tries the kept ones."""
