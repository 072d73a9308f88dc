"""A session over frames with ten bright blobs each, and a detector that finds them; runs go at once, or by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.actions import frames
from engine.document import Document, Label, MediaInfo
from engine.session import Session
from tests.engine.actions.conftest import Bench, Pictures
from tests.engine.session.by_hand import ByHand

TOOLS = Path(__file__).parents[1] / "process" / "extra_tools"
COUNT = 10


def picture() -> NDArray[np.uint8]:
    """Return 320 x 200 pixels with five discs, five squares, each of another brightness, and a speck."""
    found = np.full((200, 320, 3), 30, np.uint8)
    y, x = np.mgrid[0:200, 0:320]
    for number in range(5):
        light = 250 - 20 * number
        found[np.hypot(x - (30 + 60 * number), y - 50) < 20] = light
        found[120:160, 10 + 60 * number : 50 + 60 * number] = light - 12
    found[190:193, 5:8] = 240
    return found


class Blobs(Pictures):
    """Ten frames of the same picture."""

    def get(self, index: int) -> NDArray[np.uint8]:
        return picture()


class Finder(ByHand, Bench):
    """A session over them."""

    def __init__(self, labels: tuple[Label, ...] = (Label("disc"), Label("square"))) -> None:
        super().__init__()
        self.session = Session(Document(MediaInfo("x", "video", 10, 320, 200), labels=labels), Blobs())
        self.take_jobs()
        self.session.on_message = lambda text, severity: self.said.append(text)
        frames.with_view_size(self.session, (640, 400), (10, 20))
        frames.show(self.session, 0)

    def detect(self, where: str = "frame") -> None:
        self.actions["detect.run"].run(self.session, "blobs", where)

    def counts(self) -> list[int]:
        """Return how many shapes there are on each frame."""
        return [len(self.session.document.shapes(frame)) for frame in range(10)]

    def scores(self, frame: int = 0) -> list[float]:
        return sorted((shape.score or 0.0 for shape in self.session.document.shapes(frame)), reverse=True)
