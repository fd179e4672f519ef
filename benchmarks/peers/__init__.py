"""Our grader beside its peers: the same attacks (`hold`), the same class (`race`)."""
