"""What the licence of a set of weights asks of its user."""

from __future__ import annotations

import re

from engine.specs import Weights

ASKS_FOR_CONSENT = re.compile(
    r"\b[AL]?GPL|\bMPL|copyleft|non[- ]?commercial|research only|BY-NC|BY-SA|share-?alike"
    r"|no licence|no license|(nothing|none|not) stated|all rights reserved",
    re.IGNORECASE,
)


def terms(weights: Weights) -> str:
    """Return what a user has to agree to before the files are fetched, or "" if their licence is permissive."""
    licence = weights.licence or "no licence is stated"
    if weights.non_commercial:
        return f"{weights.name} is for non-commercial use only ({licence})"
    if ASKS_FOR_CONSENT.search(licence):
        return f"{weights.name} comes with terms of its own: {licence}"
    return ""
