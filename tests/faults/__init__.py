"""Faults of our own: processes killed, disks full, stores that go away, and what long runs leave behind."""
