"""What a person said in a review of a shape, or of a picture as a whole; of a track see `engine.document.Review`."""

from __future__ import annotations

from typing import Literal

import msgspec

ReviewState = Literal["accepted", "fixed", "flagged"]


class Judgement(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """One is kept, the last; where nobody said anything it is unseen."""

    state: ReviewState
    reason: str = ""
    """Id of the finding that it answers."""
    comment: str = ""
    by: str = ""
    at: str = ""
    """When, as ISO 8601."""
    evidence: str = ""
    """A digest of what stood there then; "" if it counts whatever stands there."""
