"""Checkpoints on this machine: where they are, whether they may be trusted, fetching them from their publishers.

Nothing here contacts the network unless `fetch` is called, and nothing unverified is handed to a model.
"""

from engine.weights.declared import Declared, Owner, terms
from engine.weights.download import fetch
from engine.weights.store import Record, adopt, files, folder, installed, records, verify, weights_for

__all__ = [
    "Declared", "Owner", "Record", "adopt", "fetch", "files", "folder", "installed", "records", "terms", "verify",
    "weights_for",
]  # fmt: skip
