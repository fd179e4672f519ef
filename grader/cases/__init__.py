"""What each exercise is asked, a module an exercise: case types, Hypothesis strategies, and the programs that ask them."""
