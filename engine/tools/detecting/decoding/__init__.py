"""What networks' outputs mean, a file for each family: pure functions of arrays, which no runtime is needed for."""
