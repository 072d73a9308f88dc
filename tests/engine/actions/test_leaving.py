"""Label, tool and zoom are remembered with the frame, through the file; what means nothing any more is left out."""

from __future__ import annotations

import pytest

from engine.actions import frames, leaving
from engine.document import Left
from engine.gestures import Idle
from engine.session import Session
from engine.store import decode, encode
from engine.tools import registry


def reopened(bench, size=(640, 400), **values) -> Session:
    """Return a new session on what was saved of this one, shown on a view of that size."""
    document = decode(encode(leaving.to_save(bench.session)))
    session = Session(document, bench.session.media.frames)
    for name, value in values.items():
        setattr(session, name, value)
    bench.session = session
    session.jobs.connect(bench.run)
    session.on_message = lambda text, severity: bench.said.append(text)
    frames.with_view_size(session, size, (10, 20))
    frames.show(session, session.media.target)
    return session


def test_a_session_that_only_looked_leaves_nothing_to_remember(bench):
    assert leaving.to_save(bench.session) == bench.session.document
    session = reopened(bench)
    assert session.view.viewport.is_fitted and session.label == "car" and not session.hand.last_tool


@pytest.mark.parametrize(
    "tool",
    [
        "tool.interact graphcut", "tool.interact scissors", "draw.start polygon", "draw.start ellipse", "brush.start",
    ],
)  # fmt: skip
def test_frame_label_tool_and_zoom_come_back(bench, tool):
    bench.do("label.choose 2", "frames.go 5", tool)
    bench.at(200, 60).do(*["view.zoom in"] * 6)
    held, viewport = bench.session.gesture, bench.session.view.viewport
    session = reopened(bench)
    assert (session.frame, session.label, session.gesture, session.hand.last_tool) == (
        4,
        "person",
        held,
        tuple(tool.split()),
    )
    assert session.view.viewport.scale == pytest.approx(viewport.scale, abs=1e-4)
    assert session.view.viewport.visible() == pytest.approx(viewport.visible(), abs=0.05)


def test_what_is_begun_is_not_begun_again_and_a_tool_that_was_put_away_is_the_one_that_n_takes(bench):
    bench.do("tool.interact graphcut")
    bench.at(120, 100).do("point.positive", "cursor.jump")
    session = reopened(bench)
    assert session.gesture.tool == "graphcut" and not session.gesture.prompt and not session.hand.past
    bench.do("tool.cancel")
    session = reopened(bench)
    assert isinstance(session.gesture, Idle)
    bench.do("tool.finish")
    assert session.gesture.tool == "graphcut"


def test_zoom_is_the_same_on_a_terminal_of_another_size(bench):
    bench.at(200, 60).do(*["view.zoom in"] * 6)
    viewport = bench.session.view.viewport
    x1, y1, x2, y2 = viewport.visible()
    session = reopened(bench, (500, 300))
    again = session.view.viewport.visible()
    assert session.view.viewport.scale == pytest.approx(viewport.scale, abs=1e-3)
    assert ((again[0] + again[2]) / 2, (again[1] + again[3]) / 2) == pytest.approx(
        ((x1 + x2) / 2, (y1 + y2) / 2), abs=0.02
    )


def test_zoom_belongs_to_its_frame_and_no_tool_is_in_hand_where_nothing_can_be_changed(bench):
    bench.do("label.choose 2", "draw.start polygon")
    bench.at(200, 60).do(*["view.zoom in"] * 6)
    saved = leaving.to_save(bench.session)
    session = reopened(bench, read_only=True)
    assert isinstance(session.gesture, Idle) and session.label == "person"
    other = Session(saved, session.media.frames)
    other.jobs.connect(bench.run)
    bench.session = other
    frames.with_view_size(other, (640, 400), (10, 20))
    frames.show(other, 3)
    assert other.view.viewport.is_fitted and other.label == "person"


@pytest.mark.parametrize(
    "left",
    [
        Left(label="gone"),
        Left(tool=("shape.delete",), in_hand=True),
        Left(tool=("tool.interact", "no such"), in_hand=True),
        Left(tool=("draw.start", "mask"), in_hand=True),
        Left(tool=("tool.interact",), in_hand=True),
        Left(zoom=-3.0, centre=(5.0, 5.0)),
        Left(zoom=1e9, centre=(5.0, 5.0)),
        Left(zoom=float("nan"), centre=(5.0, 5.0)),
        Left(zoom=2.0),
    ],
    ids=str,
)
def test_what_an_edited_file_remembers_is_not_believed(bench, left):
    from msgspec.structs import replace

    session = Session(replace(bench.session.document, left=left), bench.session.media.frames)
    bench.session = session
    session.jobs.connect(bench.run)
    frames.with_view_size(session, (640, 400), (10, 20))
    frames.show(session, 0)
    assert session.label == "car" and not session.hand.last_tool and isinstance(session.gesture, Idle)
    assert session.view.viewport.is_fitted


def test_leaving_before_anything_was_seen_keeps_what_was_remembered(bench):
    bench.do("frames.go 5", "label.choose 2")
    document = leaving.to_save(bench.session)
    assert leaving.to_save(Session(document, bench.session.media.frames)) is document


def test_a_broken_tool_file_does_not_keep_a_document_from_being_shown(bench, tmp_path, monkeypatch):
    bench.do("label.choose 2", "frames.go 5", "tool.interact graphcut")
    (tmp_path / "bad.py").write_text("1 / 0")
    monkeypatch.setenv(registry.EXTRA, str(tmp_path))
    registry.tools.cache_clear()
    bench.said.clear()
    try:
        session = reopened(bench)
        frames.show(session, 3)
    finally:
        registry.tools.cache_clear()
    (said,) = [text for text in bench.said if "bad.py" in text]
    assert said.startswith("A tool file cannot be loaded. ") and "ZeroDivisionError" in said
    assert session.frame == 3 and session.label == "person" and isinstance(session.gesture, Idle)
