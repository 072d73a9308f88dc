"""What is open and not saved as it is: the only door to the document, how the frame is looked at, which one it is.

session    the door: commits, undo                media   the frames
hand       what is in hand, and its steps         view    cursor and zoom
gesture    what a session asks of any gesture     jobs    what runs
selection  items selected, hidden, locked, copied   mouse   its buttons
runs       trackers at work                       following, fills   what becomes of their answers
detections what detectors have found              detecting          detectors at work
shaping    detections made into shapes            sliding             their confidence
matched    their label tables                     stopping            all of them stopped
ways       how far their tracks are followed
reviewing  what a review is at                    crops               the pixels of its strip
sheets     crops of a sample that is certified    eyes                frames for work beside the screen
review_queue  a review's queue, made in a job     mending             what it judges, by repairs too
steady     the camera's motion
"""

from engine.session.media import Frames, Goal, Media
from engine.session.mouse import Mouse
from engine.session.session import Disk, Session, Severity
from engine.session.view import Pace, View

__all__ = ["Disk", "Frames", "Goal", "Media", "Mouse", "Pace", "Session", "Severity", "View"]
