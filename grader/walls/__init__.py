"""The walls, seen from outside: bubblewrap, the worker that a zygote serves, the system calls that are let through."""
