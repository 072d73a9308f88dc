"""What a person found in boxes drawn at random: one sample, as it is kept in the document.

Apart from the document because nothing but a look at a sample makes one. The bound that follows from it, and the
sentence, are reckoned in `engine.review.certify`.
"""

from __future__ import annotations

import msgspec


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A sample of all boxes, or of those of a label or a source, and which of them were found wrong."""

    id: int
    population: int
    """Boxes that it was drawn of: one for each frame on which a shape, or a track, stands."""
    crops: tuple[tuple[int, int], ...]
    """What was drawn, in the order of drawing: id of a shape or track, frame."""
    share: float = 0.01
    """The share of wrong ones that it was drawn to rule out, 0..1."""
    sure: float = 0.95
    """How sure its bound is, 0..1."""
    label: str = ""
    """The label whose boxes alone were drawn; "" for all."""
    source: str = ""
    """The source whose boxes alone were drawn; "" for all."""
    seed: int = 0
    answered: int = 0
    """So many of the crops, from the first on, were looked at."""
    wrong: tuple[int, ...] = ()
    """Places in `crops`, rising, of those that are wrong."""
    statement: str = ""
    """What follows, in words, once all were looked at."""
    by: str = ""
    at: str = ""
    """When it was drawn, and then when it was looked at last, as ISO 8601."""
    digest: str = ""
    """Of everything that it was drawn of, as it stood then."""

    @property
    def is_done(self) -> bool:
        """Whether all crops were looked at."""
        return self.answered >= len(self.crops)
