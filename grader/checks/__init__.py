"""The checks, one module an exercise. pytest collects them (`pytest.ini` beside this file); `grader.judge` runs them."""
