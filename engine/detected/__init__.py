"""What a detector has found, made into shapes of a document: by its label table, with what overlaps left out.

found      detections -> objects of ours       overlap    which of them stay
placing    objects -> the edit that puts them in place of an earlier run's
"""

from engine.detected.found import Counts, Made, Object, objects_of, rows_of, threshold_of
from engine.detected.overlap import Limits, limits_of
from engine.detected.placing import Placement, is_replaceable, placed, placement, put

__all__ = [
    "Counts", "Limits", "Made", "Object", "Placement", "is_replaceable", "limits_of", "objects_of", "placed",
    "placement", "put", "rows_of", "threshold_of",
]  # fmt: skip
