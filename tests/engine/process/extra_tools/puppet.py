"""A tool that does what its prompt says, for tests of the engine process: the first click's x is a command."""

import os
import signal
import time

import numpy as np

from engine.errors import ToolError, WeightsError
from engine.specs import InteractorSpec
from engine.tools.base import Later, Prediction
from engine.tools.progress import report

SPEC = InteractorSpec(id="puppet", name="Puppet", help="For tests.", refines=True)
ECHO, MEMORY, HANG, DIE, PRINT, NAP, REFUSE, BUG, ABORT, HUGE = range(1, 11)
SLOWLY, BROKEN, THREADS, NEVER, WORDS, ODD, NOISE, GATE = range(11, 19)


class Puppet:
    prepared = 0

    def prepare(self, image):
        if image[0, 0, 0] == 99:  # a picture that takes long
            for done in range(3000):
                report("Encoding", done, 3000)
                time.sleep(0.01)
        if image[0, 0, 0] == 98:
            time.sleep(0.3)
        if image[0, 0, 0] == 97:
            multiply()
        self.prepared += 1
        return {"mean": float(image.mean()), "shape": image.shape[:2]}

    def predict(self, features, prompt, previous=None):
        x, y = prompt.clicks[0].point
        if x == MEMORY:
            raise MemoryError("no room for 999 GB")
        if x == HUGE:
            import torch

            torch.empty(1 << 46)
        if x == HANG:
            report("Hanging")
            time.sleep(1000)
        if x == DIE:
            os.kill(os.getpid(), signal.SIGKILL)
        if x == ABORT:
            os.abort()
        if x == THREADS:
            multiply()
        if x == PRINT:
            print("hello \x1b[31mred\x1b[0m \x07" + "x" * 9000)
        if x == NAP:
            report("Napping")
            time.sleep(0.3)
        if x == REFUSE:
            raise WeightsError("No such weights", "get some")
        if x == BUG:
            raise KeyError("puppet")
        mask = np.zeros((3, 5), bool)
        mask[1, 1:4] = True
        score = features["mean"] if previous is None else float(previous.mask.sum())
        if x == SLOWLY:
            report("Slowly")
            time.sleep(0.2)
            return Prediction(mask, alternatives=Later([lambda: late(1), lambda: late(2)]))
        if x == NEVER:
            return Prediction(mask, alternatives=Later([lambda: time.sleep(1000)]))
        if x == WORDS:
            report("Reading caf\udce9.pth")
            raise WeightsError("No such weights", "caf\udce9.pth")
        if x == ODD:
            raise ToolError("Odd", ValueError("no text"))
        if x == GATE:  # a pipe that TERMWAND_GATE names: whoever writes lets it go on
            report("At the gate")
            with open(os.environ["TERMWAND_GATE"], "rb", buffering=0) as pipe:
                pipe.read(1)
        if x == NOISE:
            noise = np.random.default_rng(0).random((2000, 3000)) < 0.5
            return Prediction(noise, alternatives=(Prediction(noise),))
        if x == BROKEN:
            return Prediction(mask, (0, 0), score, Later([lambda: 1 / 0]))
        return Prediction(mask, (int(x), int(y)), score, (Prediction(~mask, (0, 0), self.prepared),))


def multiply():
    """Have torch use two threads."""
    import torch

    torch.set_num_threads(2)
    with torch.inference_mode():
        torch.rand(500, 500) @ torch.rand(500, 500)
        torch.rand(1 << 20).exp()


def late(score):
    time.sleep(0.2)
    return Prediction(np.ones((1, 1), bool), score=score)


def load(weights, device):
    return Puppet()
