"""Checkpoints on this machine: where they are, whether they may be trusted, fetching them from their publishers.

Nothing here contacts the network unless `fetch` is called, and nothing unverified is handed to a model.
"""

from engine.weights.choices import choose, chosen, in_use, named, short, weights_for
from engine.weights.declared import Declared, Owner, terms
from engine.weights.digests import MismatchError
from engine.weights.download import fetch
from engine.weights.store import Record, adopt, files, folder, installed, reach, record_of, records, refuse_name, verify

__all__ = [
    "Declared", "MismatchError", "Owner", "Record", "adopt", "choose", "chosen", "fetch", "files", "folder", "in_use",
    "installed", "named", "reach", "record_of", "records", "refuse_name", "short", "terms", "verify", "weights_for",
]  # fmt: skip
