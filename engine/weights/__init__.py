"""Checkpoints on this machine: where they are, whether they may be trusted, fetching them from their publishers.

Nothing here contacts the network unless `fetch` is called, and nothing unverified is handed to a model.
"""

from engine.weights.choices import choose, chosen, in_use, named, short, used, weights_for
from engine.weights.digests import MismatchError
from engine.weights.download import fetch
from engine.weights.gathering import gather
from engine.weights.records import Record, folder, need_folder, record_of, records, refuse_name
from engine.weights.sets import Here, companions, digest_of, everything, found, listed, sets
from engine.weights.store import adopt, installed, verify, verify_set
from engine.weights.terms import terms

__all__ = [
    "Here", "MismatchError", "Record", "adopt", "choose", "chosen", "companions", "digest_of",
    "everything", "fetch", "folder", "found", "gather", "in_use", "installed", "listed", "named", "need_folder",
    "record_of", "records", "refuse_name", "sets", "short", "terms", "used", "verify", "verify_set", "weights_for",
]  # fmt: skip
