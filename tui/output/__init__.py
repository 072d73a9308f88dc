"""What goes to the terminal as text: only what is new, cut between whole characters."""
