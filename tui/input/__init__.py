"""What comes from the terminal: its driver, keys and mouse put in order, who is looking."""
