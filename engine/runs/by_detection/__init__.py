"""Objects that a detector found on each frame, joined into tracks by where they are: ByteTrack and OC-SORT.

base       what both have in common: an object that is followed, time, how long one may be lost
bytetrack  two rounds, by score          ocsort     what was seen weighs more than what was predicted
kalman     where an object will be       pairing    which detection is which object

Own code by the papers, with the constants of roboflow's `trackers` (Apache 2.0), which it equals on the fixtures in
tests/golden/by_detection. A tracker knows boxes, scores and times alone.
"""

from engine.runs.by_detection.base import PATIENCE, Followed, Given, Joiner, Method, Nominal
from engine.runs.by_detection.joining import METHODS, joiner

__all__ = ["METHODS", "PATIENCE", "Followed", "Given", "Joiner", "Method", "Nominal", "joiner"]
