"""Which widgets stand where."""
