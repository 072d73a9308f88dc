"""A small project to put commits into, and its end as if the process had died; for tests of what a disk keeps."""

from __future__ import annotations

from pathlib import Path

from engine.document import Document, Label, MediaInfo, Shape
from engine.edits import Edit, PutShape
from engine.project.project import Project

EMPTY = Document(MediaInfo("c.mp4", "video", 1000, 8, 6), (Label("car"),))


def put(number: int) -> Edit:
    """Return the edit that puts a point of that number on a frame."""
    return PutShape(Shape(number, number % 1000, "car", "points", ((1.0, 2.0),)))


def begin(folder: Path) -> tuple[Project, Path]:
    """Return a new project in a folder, and where its file will be."""
    path = folder / "c.termwand.yaml"
    project, document, notes = Project.open(path)
    assert document is None and not notes
    project.start(EMPTY)
    return project, path


def crash(project: Project) -> None:
    """Let go of the lock as if the process had died."""
    assert project._lock is not None
    project._lock.release()


def ids(document: Document | None) -> list[int]:
    """Return the numbers of all shapes."""
    assert document is not None
    return sorted(shape.id for shape in document.all_shapes())
