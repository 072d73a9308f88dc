"""A document's files: which belong to a media, opened, locked, replayed, saved, found again elsewhere."""
