"""One object over frames: what it is on a frame, and what lies between its keyframes.

at_frame  the keyframes near a frame, the shapes of tracks on it     between  from one keyframe to another
match     outlines of different numbers of points                   spans    on which frames tracks stand at all
motion    the camera's: what it is; camera measures it, kept_motion keeps it, steady says which gaps go with it
edit      what is done to whole tracks, as edits; cut and convert too     thin     the fewest keyframes that do
witness   which way a gap went, kept when what said so is parted from it
mend      a part interpolated, or left out          joints   which tracks may be one object
evidence  whether what was said of a range still counts
origin    whose a shape is                          trail    where its centre was and will be
"""

from engine.tracks.at_frame import keyframe_at, neighbours, shape_at, tracked_on
from engine.tracks.spans import nearest, span_at, spans

__all__ = ["keyframe_at", "nearest", "neighbours", "shape_at", "span_at", "spans", "tracked_on"]
