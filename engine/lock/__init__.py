"""One writer at a time: the lock beside a document, who holds it, and what the system locks for us."""
