"""How many of a document's boxes are wrong, by a look at some of them drawn at random: exact bounds, no estimates.

    bounds    a number of wrong ones -> the largest share that is still believable; how many have to be looked at
    drawing   a document -> its boxes, a sample of them, a digest by which it is known whether they are still the same
    answers   what was found wrong -> the certificate after it, and the sentence

This is no kind of trouble: it has no SPEC, so a review does not ask it.
"""

from engine.review.certify.answers import Share, looked, shares, toggled
from engine.review.certify.bounds import SURE, at_most, needed, percent, share_of, stated, statement
from engine.review.certify.drawing import digest, drawn, is_still_so, strips

__all__ = [
    "SURE", "Share", "at_most", "digest", "drawn", "is_still_so", "looked", "needed", "percent", "share_of", "shares",
    "stated", "statement", "strips", "toggled",
]  # fmt: skip
