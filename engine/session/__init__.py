"""What is open and not saved as it is: the only door to the document, how the frame is looked at, which one it is.

session   the door: commits, undo, what is in hand, jobs
media     the frames        view   cursor and zoom        jobs   what runs        mouse   its buttons
"""

from engine.session.media import Aim, Frames, Media
from engine.session.mouse import Mouse
from engine.session.session import Disk, Session, Severity
from engine.session.view import Pace, View

__all__ = ["Aim", "Disk", "Frames", "Media", "Mouse", "Pace", "Session", "Severity", "View"]
