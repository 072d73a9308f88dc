"""A tracker without a network, for tests of runs: each object moves one pixel a frame, its score is the frame's mean.

With TERMWAND_STEPS it takes a byte out of that pipe before each step, which it tells, so that a test says when a frame
is done.
"""

import os

from engine.specs import TrackerSpec
from engine.tools.base import Target, Tracked
from engine.tools.progress import report

SPEC = TrackerSpec(id="shadow", name="Shadow", help="For tests.")


class Shadow:
    pipe = None
    steps = 0

    def start(self, image, target):
        return target

    def step(self, image, states):
        if "TERMWAND_STEPS" in os.environ:
            self.steps += 1
            report(f"Step {self.steps}")
            self.pipe = self.pipe or os.open(os.environ["TERMWAND_STEPS"], os.O_RDONLY)
            os.read(self.pipe, 1)
        return [self.moved(image, state) for state in states]

    def moved(self, image, state):
        x1, y1, x2, y2 = state.box
        target = Target((x1 + 1, y1, x2 + 1, y2), state.rotation, state.mask)
        inside = x2 + 1 <= image.shape[1]
        return Tracked(target, target if inside else None, image.mean() / 255)


def load(weights, device):
    return Shadow()
