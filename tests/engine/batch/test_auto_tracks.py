"""`termwand auto --track` and `--tiles` over folders and clips: what is put, replaced, reported and refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np
import pytest
from PIL import Image

from engine.batch.auto import annotate
from engine.batch.auto_report import Outcome
from engine.batch.auto_request import Job, Request
from engine.cli.auto import main
from engine.document import Document
from engine.store import load
from engine.tools import registry
from engine.tracks import shape_at

EXTRA = Path(__file__).resolve().parents[1] / "process" / "extra_tools"
BLOBS = Request("blobs", threshold=0.5, track="bytetrack")


@pytest.fixture(autouse=True)
def blobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(EXTRA))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    registry.tools.cache_clear()
    yield
    registry.tools.cache_clear()


def picture(number: int, disc: bool = True) -> np.ndarray:
    """Return a square that goes right and a disc that goes left."""
    pixels = np.full((120, 240, 3), 20, np.uint8)
    pixels[10:40, 10 + 4 * number : 50 + 4 * number] = 250
    if disc:
        cv2.circle(pixels, (200 - 4 * number, 85), 18, (230, 230, 230), -1)
    return pixels


def folder(at: Path, count: int = 24, without: range = range(0)) -> Path:
    at.mkdir()
    for number in range(count):
        Image.fromarray(picture(number, number not in without)).save(at / f"p{number:03}.png")
    return at


def clip(at: Path, steps: list[int]) -> Path:
    """Write a clip whose frames are so many 1/30 s apart."""
    with av.open(str(at), "w") as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = 240, 120, "yuvj420p"
        for number, time in enumerate(np.cumsum(steps)):
            frame = av.VideoFrame.from_ndarray(picture(number), "rgb24")
            frame.pts, frame.time_base = int(time), Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return at


def run(path: Path, request: Request = BLOBS, stopped: Callable[[], bool] = lambda: False) -> Outcome:
    outcome = annotate(Job((path,), request), "cpu", lambda step: None, stopped)
    assert not outcome.failure, outcome.failure
    return outcome


def document(path: Path) -> Document:
    place = path / "annotations.termwand.yaml" if path.is_dir() else path.with_name(f"{path.stem}.termwand.yaml")
    found = load(place)
    assert found is not None
    return found


@pytest.mark.parametrize("polygons", [False, True])
def test_what_is_found_becomes_one_track_an_object(tmp_path: Path, polygons: bool) -> None:
    path = folder(tmp_path / "pics", without=range(10, 24))
    outcome = run(path, msgspec.structs.replace(BLOBS, polygons=polygons))
    found = document(path)
    assert not found.frames and outcome.tracks == 2
    tracks = {track.label: track for track in found.tracks.values()}
    assert {track.type for track in tracks.values()} == {"polygon" if polygons else "mask"}
    assert [key.frame for key in tracks["square"].keyframes] == [*range(24)]
    assert [key.frame for key in tracks["disc"].keyframes] == [*range(11)] and tracks["disc"].keyframes[10].outside
    assert {key.by for key in tracks["disc"].keyframes} == {"blobs"}
    assert sum(outcome.labels["disc"]) == 10 and outcome.frames == 24 and not outcome.empty


def test_a_run_that_was_stopped_begins_anew_and_nothing_is_there_twice(tmp_path: Path) -> None:
    path = folder(tmp_path / "pics")
    left = iter([False, False])
    cut = run(path, stopped=lambda: next(left, True))
    assert cut.stopped and len(document(path).tracks) == 2
    again = run(path)
    whole = document(path)
    assert again.fresh == 24 and len(whole.tracks) == 2
    assert all(len(track.keyframes) == 24 for track in whole.tracks.values())
    run(path)
    assert len(document(path).tracks) == 2


def test_tracks_go_where_cleaning_is_asked_for_and_else_stay_and_have_no_shapes_put_over_them(tmp_path: Path) -> None:
    path = folder(tmp_path / "pics")
    run(path)
    shapes = msgspec.structs.replace(BLOBS, track=None)
    run(path, shapes)
    assert len(document(path).tracks) == 2 and not document(path).frames
    run(path, msgspec.structs.replace(shapes, first=12, clean=("blobs",)))
    found = document(path)
    assert sorted(found.frames) == [*range(12, 24)] and len(found.tracks) == 2
    assert all(shape_at(track, 11) and not shape_at(track, 12) for track in found.tracks.values())
    run(path, msgspec.structs.replace(shapes, clean=()))
    assert not document(path).tracks and sorted(document(path).frames) == [*range(24)]


def test_a_clip_of_uneven_times_and_reduced_keyframes(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mkv", [1, 1, 4, 1, 1, 2] * 4)
    run(path, msgspec.structs.replace(BLOBS, polygons=True, track="ocsort"))
    every = document(path)
    run(path, msgspec.structs.replace(BLOBS, polygons=True, track="ocsort", thin=0.8))
    few = document(path)
    assert len(every.tracks) == len(few.tracks) == 2
    keyframes = [sum(len(track.keyframes) for track in some.tracks.values()) for some in (every, few)]
    assert keyframes[1] < keyframes[0] / 2
    for track in few.tracks.values():
        assert all(shape_at(track, frame) is not None for frame in range(3, 24))


@dataclass
class Sized:
    """Notes which pictures it was shown."""

    seen: list[tuple[int, int]]
    labels: tuple[str, ...] = ("disc",)

    def detect(self, images, threshold):
        self.seen += [image.shape[1::-1] for image in images]
        return [[] for _ in images]


def test_tiles_are_looked_at_where_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.batch import auto

    path, sized = folder(tmp_path / "pics", 2), Sized([])
    on_tiles = auto.on_tiles
    monkeypatch.setattr(auto, "on_tiles", lambda detector, tool, size: on_tiles(sized, tool, size))
    run(path, msgspec.structs.replace(BLOBS, track=None, tiles=100))
    assert sized.seen == [(240, 120), *[(100, 100)] * 6] * 2
    sized.seen.clear()
    run(path, msgspec.structs.replace(BLOBS, track=None))
    assert sized.seen == [(240, 120)] * 2


def test_the_command_says_how_many_tracks_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path / "pics", 8)
    arguments = [str(path), "--detector", "blobs", "--track", "ocsort", "--thin", "0.8", "--tiles", "100"]
    assert main([*arguments, "--polygons", "--threshold", "0.5"]) == 0
    out = capsys.readouterr().out
    assert "8 of 8 frames" in out and "2 tracks" in out and "empty" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--track", "ocsort", "--keep"], "leave out --keep or --track"),
        (["--thin", "0.8"], "give --track as well"),
        (["--tiles", "640", "--detector", "moving"], "leave out --tiles"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main([str(folder(tmp_path / "pics", 1)), "--detector", "blobs", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_a_tile_has_a_size(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["x", "--detector", "blobs", "--tiles", "10"])
    assert "is no size of tiles" in capsys.readouterr().err
