"""The reference answers, one module an exercise; the stubs in `exercises/` are cut from them by `grader
release`."""
