"""Readers of what stands in networks' files: a file each for a kind of file. None of them runs what it reads."""
