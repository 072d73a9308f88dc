"""Media named to another process: the same frames under the same numbers, or a sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.errors import MediaError
from engine.media import open_media
from engine.media.reference import Reference, refer, reopen
from engine.opening import open_session
from engine.options import Options

SAMPLES = Path(__file__).parents[3] / "samples"


def named(*paths: Path) -> Reference:
    media = open_media(paths)
    try:
        return refer(media, paths)
    finally:
        media.close()


@pytest.mark.parametrize("which", ["street", "street.mp4", "street/street_2.jpg", "street/street_[1-3].jpg"])
def test_the_same_frames_are_opened_again(which: str) -> None:
    first, again = open_media([SAMPLES / which]), reopen(named(SAMPLES / which))
    assert len(first) == len(again)
    for index in {0, len(first) - 1}:
        assert np.array_equal(first.frame(index), again.frame(index))
    first.close()
    again.close()


@pytest.mark.parametrize("path", ["*.jpg", "../run[1]/*_2.jpg", "street_1.jpg", "odd[1].jpg"])
def test_the_folder_in_front_of_a_pattern_means_itself(path: str, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "run[1]"
    shutil.copytree(SAMPLES / "street", folder)
    shutil.copy(folder / "street_1.jpg", folder / "odd[1].jpg")
    if path.startswith(".."):
        path = path.replace("run[1]", "run[[]1]")
    monkeypatch.chdir(folder)
    opened = open_session(Options((Path(path),), read_only=True))
    monkeypatch.chdir("/")
    try:
        again = reopen(opened.frames.reference)
        assert [again.name(index) for index in range(len(again))] == [
            opened.frames.name(index) for index in range(len(opened.frames))
        ]
        again.close()
    finally:
        opened.close()


def more(folder: Path) -> None:
    shutil.copy(folder / "street_1.jpg", folder / "street_1b.jpg")


def fewer(folder: Path) -> None:
    (folder / "street_1.jpg").unlink()


def renamed(folder: Path) -> None:
    (folder / "street_1.jpg").rename(folder / "street_9.jpg")


@pytest.mark.parametrize("change", [more, fewer, renamed])
def test_a_folder_whose_frames_have_other_numbers_now_is_refused(street: Path, change: object) -> None:
    reference = named(street)
    change(street)  # type: ignore[operator]
    with pytest.raises(MediaError, match="street has changed since it was opened"):
        reopen(reference)


def test_another_video_of_the_same_name_is_refused(clips: dict[str, tuple[Path, list[int]]], tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    shutil.copy(clips["cfr"][0], path)
    reference = named(path)
    shutil.copy(clips["vfr"][0], path)
    with pytest.raises(MediaError, match=r"clip\.mp4 has changed"):
        reopen(reference)


def test_a_session_names_its_media_wherever_the_program_goes(street: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(street.parent)
    opened = open_session(Options((Path("street"),)))
    monkeypatch.chdir("/")
    reference = opened.session.media.frames.reference
    opened.close()
    assert reference.paths == (str(street),) and reference.frames == 6
    again = reopen(reference)
    assert again.name(5) == "street_6.jpg"
    again.close()


def test_a_reference_holds_whole_paths(street: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(street.parent)
    assert named(Path("street"), Path("street")).paths == (str(street),) * 2
