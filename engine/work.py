"""The states of gestures under the names that they had."""

from engine.gestures.drawing import Drawing as Draw
from engine.gestures.editing import Editing as Edit
from engine.gestures.painting import Painting as Brush
from engine.gestures.prompting import Prompting as Interact
from engine.gestures.tracing import Tracing as Scissors
from engine.session.gesture import ANSWERS, STEPS, Idle, bounded
from engine.session.gesture import Gesture as Work

__all__ = ["ANSWERS", "STEPS", "Brush", "Draw", "Edit", "Idle", "Interact", "Scissors", "Work", "bounded"]
