"""One object over frames: what it is on a frame, and what lies between its keyframes.

    at_frame  the keyframes near a frame, the shapes of tracks on it     between  from one keyframe to another
"""

from engine.tracks.at_frame import keyframe_at, neighbours, shape_at, tracked_on

__all__ = ["keyframe_at", "neighbours", "shape_at", "tracked_on"]
