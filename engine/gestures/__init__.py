"""What the annotator has in hand, a file a kind: its state, and what click, move, finish, cancel and undo do with it.

idle      nothing: clicks select               prompting  an interactor and its prompt
tracing   a path that follows an outline       drawing    a shape, point by point
painting  a mask, with brush and eraser        editing    a finished shape being changed
hinting   letters on what detectors propose    sifting    the score from which it is taken
certifying contact sheets of crops drawn at random

base says what every kind can do, dispatch chooses by the type of what is in hand. The rest is shared: taking something
in hand, making shapes, the jump's grid, preparing pictures, reopening what was finished.
"""

from engine.gestures.certifying import Certifying
from engine.gestures.drawing import Drawing
from engine.gestures.editing import Editing
from engine.gestures.hinting import Hinting
from engine.gestures.painting import Painting
from engine.gestures.prompting import Prompting
from engine.gestures.sifting import Sifting
from engine.gestures.tracing import Tracing
from engine.session.gesture import Gesture, Idle

__all__ = [
    "Certifying", "Drawing", "Editing", "Gesture", "Hinting", "Idle", "Painting", "Prompting", "Sifting", "Tracing",
]  # fmt: skip
