"""The cases: what each exercise is asked (a module an exercise), and how they are frozen once for everyone (`frozen.py`)."""
