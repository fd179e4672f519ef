"""The checks, one module an exercise. pytest collects them; `grader.judge` runs them."""
