"""The few files that run behind the walls, beside student code. They hold no answer and import nothing of `grader`."""
