"""A run whose program is killed: what it had answered for is there again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.document import Document
from engine.project.project import Project
from tests.bad_disk import BadDisk

ROOT = Path(__file__).resolve().parents[3]
OBJECTS = 5
RUN = """
import queue, random, sys, threading
from pathlib import Path
from engine.document import Document, Keyframe, Label, MediaInfo, Track
from engine.edits import PutTrack
from engine.jobs import OnFrame
from engine.project.project import Project
from engine.runs.follow import Followed
from engine.runs.plan import plans
from engine.session import Session, following
from engine.tools.base import Target
from tests.engine.actions.conftest import Pictures

class Long(Pictures):
    def __len__(self): return 100_000

chance, pictures, jobs, kept = random.Random(int(sys.argv[2])), Long(), [], queue.SimpleQueue()
project, document, _ = Project.open(Path(sys.argv[1]))
if document is None:
    document = Document(MediaInfo("x", "video", len(pictures), 320, 200), (Label("car"),))
    project.start(document)
session = Session(document, pictures, disk=project)
project.write_in_background(lambda on_kept, outcome: kept.put((on_kept, outcome)))
session.jobs.connect(jobs.append)
numbers = [*range(1, 6)]
tracks = [Track(n, "car", "rectangle", tracker="csrt", keyframes=(Keyframe(0, ((1, 2), (9, 8))),)) for n in numbers]
session.commit("Draw", *(PutTrack(track) for track in tracks))
tell, outcome = kept.get()
tell(outcome)
following.start(session, plans(session.document, numbers, 0, len(pictures) - 1))
for frame in range(1, len(pictures)):
    targets = {n: Target((n + frame / 8, 2.0, 60.5, 50.25)) for n in numbers}
    found = Followed(frame, targets, dict.fromkeys(numbers, 0.5))
    session.jobs.accept(jobs[-1], OnFrame(jobs[-1].ticket, found))
    while not kept.empty():
        tell, outcome = kept.get()
        tell(outcome)
    shown = session.safety.document.tracks
    at = shown[1].keyframes[-1].frame if 1 in shown else -1
    print(frame, at, len(session.history), flush=True)
    threading.Event().wait(chance.random() * 0.004)
"""


def reopened(path: Path) -> tuple[Document, list[str]]:
    """Return what a new session finds, the file left as it is."""
    project, document, notes = Project.open(path, read_only=True)
    project.close()
    assert document is not None
    return document, notes


@pytest.mark.parametrize(("slow", "seed"), [(False, 0), (True, 1)], ids=["quick disk", "slow disk"])
def test_kill_9_in_a_run_loses_at_most_the_frame_in_work(tmp_path: Path, seed: int, slow: bool) -> None:
    """On the slow disk syncs last up to 0.3 s; what is written meanwhile has to be there all the same."""
    path, chance = tmp_path / "a.yaml", random.Random(seed)
    bad = BadDisk(tmp_path / "disk", jitter=300_000).environment if slow else {}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "state"), **bad}
    command = [sys.executable, "-c", RUN, str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(chance.randrange(30, 250))]
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.read().splitlines(keepends=True)
    answered, shown, steps = map(int, [line for line in lines if line.endswith("\n")][-1].split())
    document, notes = reopened(path)
    tips = {track.keyframes[-1].frame for track in document.tracks.values()}
    assert len(document.tracks) == OBJECTS and len(tips) == 1, "a frame is there for all objects or for none"
    found = tips.pop()
    assert answered - 1 <= found and shown <= found, f"{answered} were answered, {shown} shown, {found} are there"
    assert all([key.frame for key in track.keyframes] == [*range(found + 1)] for track in document.tracks.values())
    assert steps == 2, "the run is one step of undo"
    assert not any("damaged" in note or "lost" in note for note in notes), notes
