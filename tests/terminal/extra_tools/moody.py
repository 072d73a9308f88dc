"""A tool that does what a file says, for tests of the whole program: TERMWAND_MOOD names it, read at each click."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from engine.specs import InteractorSpec
from engine.tools.base import Prediction

SPEC = InteractorSpec(id="moody", name="Moody", help="For tests.", runs_in="engine")


def mood():
    return Path(os.environ["TERMWAND_MOOD"]).read_text()


class Moody:
    def prepare(self, image):
        return image.shape[:2]

    def predict(self, features, prompt, previous=None):
        while mood() == "hang":
            time.sleep(0.05)
        if mood() == "memory":
            raise MemoryError("no room for 999 GB")
        if mood() == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        x, y = (int(value) for value in prompt.clicks[0].point)
        return Prediction(np.ones((40, 60), bool), (x - 30, y - 20))


def load(weights, device):
    return Moody()
