"""Every commit on a disk before it is shown: the journal, who writes it, and what is made of it after a crash."""
