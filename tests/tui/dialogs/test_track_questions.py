"""What is asked about a track is asked of the frame that is shown: a run that is watched does not go on under it."""

from __future__ import annotations

import pytest

from engine.document import Keyframe, Track
from engine.edits import PutTrack
from engine.jobs import OnFrame
from engine.runs.follow import Followed
from engine.tools.base import Target
from tests.engine.actions.conftest import Bench
from tui.dialogs import repairs, tracks


class Asked(Bench):
    """A session whose questions wait."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = []

    def ask(self, screen, then) -> None:
        self.asked.append((screen, then))


QUESTIONS = [
    tracks.delete, tracks.track_to, repairs.swap, repairs.relabel, repairs.merge, repairs.gap, repairs.interpolate
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_frame_that_a_question_names_stays(question) -> None:
    window = Asked()
    session = window.session
    for number, frame in ((1, 0), (2, 0), (3, 5)):
        keys = (Keyframe(frame, ((10.0, 20.0), (60.0, 50.0))),)
        session.commit("Draw", PutTrack(Track(number, "car", "rectangle", tracker="csrt", keyframes=keys)))
    session.selection.selected = 1
    window.held = []
    window.do("track.follow end")
    job, live = window.held[0], next(iter(session.runs.live.values()))
    question(window)
    assert window.asked
    for frame in (1, 2):
        live.screen.seen = -10.0
        session.jobs.accept(job, OnFrame(job.ticket, Followed(frame, {1: Target((11.0, 20.0, 61.0, 50.0))})))
    assert session.media.target == session.frame == 0 and len(session.document.tracks[1].keyframes) == 3
