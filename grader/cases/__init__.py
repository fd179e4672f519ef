"""What each exercise is asked, a module an exercise: case types, strategies, and the programs that ask them."""
