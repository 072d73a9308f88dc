"""Text files as other editors save them: byte order marks, UTF-16, line ends, and 8-bit codes, which are refused."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from engine.check import check
from engine.errors import AppError, FormatError, KeymapError, SettingsError, WeightsError
from engine.keymap import load_keymap
from engine.labels import labels_from
from engine.settings import load_settings
from engine.store import decode
from engine.textfile import decoded, text_in
from engine.weights import choices

CODES = {
    "plain": lambda text: text.encode(),
    "mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16 little": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-32 little": lambda text: b"\xff\xfe\0\0" + text.encode("utf-32-le"),
    "UTF-32 big": lambda text: b"\0\0\xfe\xff" + text.encode("utf-32-be"),
}
ENDS = {"unix": "\n", "windows": "\r\n", "old": "\r"}
every_way = pytest.mark.parametrize(
    "saved",
    [
        lambda text, code=code, end=end: code(text.replace("\n", end))
        for code in CODES.values()
        for end in ENDS.values()
    ],
    ids=[f"{code}, {end}" for code in CODES for end in ENDS],
)
DOCUMENT = (
    'termwand: 1\nmedia: {path: "c.mp4", kind: video, frames: 9}\nlabels:\n- {name: "Käfer"}\nshapes:\n'
    '- {"id":1,"frame":0,"label":"Käfer","type":"points","points":[[1.0,2.0]]}\n'
    '- {"id":2,"frame":0,"label":"Käfer","type":"points","points":[[1.0,2.0]],"attributes":{"x":1}}\n'
)


def put(path, data):
    path.write_bytes(data)
    return path


@every_way
def test_labels_one_a_line(saved, tmp_path):
    file = put(tmp_path / "labels.txt", saved("car\n\n# a remark\n  Käfer \ncar\n"))
    assert [label.name for label in labels_from(str(file), ())] == ["car", "Käfer"]


@every_way
def test_settings(saved, tmp_path):
    assert load_settings(put(tmp_path / "s.yaml", saved("author: Käthe\npoints: 7\n"))).author == "Käthe"


@every_way
def test_keymaps(saved, tmp_path):
    keymap = load_keymap(str(put(tmp_path / "k.yaml", saved("main:\n  ä: history.undo\n  b: file.save\n"))))
    assert [str(command) for command in keymap.modes["main"].values()] == ["history.undo", "file.save"]


@every_way
def test_choices_of_models(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(choices, "path", lambda: put(tmp_path / "m.yaml", saved("sam: vit_b.pth\nhrnet: ä.pth\n")))
    assert choices.chosen(SimpleNamespace(id="hrnet")) == "ä.pth"


@every_way
def test_annotations_with_the_places_of_what_is_wrong_in_them(saved, tmp_path):
    assert decode(saved(DOCUMENT)) == decode(DOCUMENT.encode())
    problems = check(put(tmp_path / "a.yaml", saved(DOCUMENT))).problems
    assert len(problems) == 1 and "a.yaml:7:3: shape 2" in problems[0]
    with pytest.raises(FormatError) as caught:
        decode(saved(DOCUMENT.replace('points","points', 'point","points')))
    assert caught.value.line == 6


LATIN = "car\nKäfer\n".encode("latin-1")


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (lambda file: labels_from(str(file), ()), FormatError),
        (load_settings, SettingsError),
        (lambda file: load_keymap(str(file)), KeymapError),
        (lambda file: decode(file.read_bytes(), file.name), FormatError),
    ],
    ids=["labels", "settings", "keymap", "annotations"],
)
def test_an_8_bit_code_is_refused_with_its_line(read, kind, tmp_path):
    with pytest.raises(kind, match=r"file\.txt is not UTF-8.*line 2, column 2.*0xe4"):
        read(put(tmp_path / "file.txt", LATIN))


def test_choices_in_an_8_bit_code_are_kept_as_they_are(tmp_path, monkeypatch):
    file = put(tmp_path / "m.yaml", b"sam: a\nhrnet: K\xe4fer\n")
    monkeypatch.setattr(choices, "path", lambda: file)
    assert choices.chosen(SimpleNamespace(id="sam")) == ""
    with pytest.raises(WeightsError, match="line 2, column 9"):
        choices._read(strict=True)


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"car\n\xff\xfe", 2, 1),  # a mark in the middle is none
        (b"\xff\xfec\0a\0\n\0\x00\xd8c\0", 2, 1),  # half of a surrogate pair
        (b"\xff\xfec\0a\0\n\0c", 2, 1),  # half of a character
        ("ca\nr".encode("utf-16-le"), 1, 2),  # no mark
        (b"car\r\nbus\rx\0y", 3, 2),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(data, line, column):
    with pytest.raises(FormatError) as caught:
        decoded(data, "file")
    assert (caught.value.line, caught.value.column) == (line, column)


def test_pipes_and_folders_are_no_text_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no file"):
        text_in(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"."):
        text_in(tmp_path)


def test_a_file_of_labels_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    file = put(tmp_path / "labels.txt", b"car")
    monkeypatch.setattr("engine.labels.text_in", lambda *_given: (_ for _ in ()).throw(PermissionError(13, "no")))
    with pytest.raises(AppError, match=r"labels\.txt"):
        labels_from(str(file), ())


@pytest.mark.parametrize(
    ("text", "says"), [("x" * 129, "longer than 128"), ("car,\udcff", "surrogate")], ids=["long", "broken"]
)
def test_names_that_can_be_no_labels_are_refused(text, says):
    with pytest.raises(AppError, match=says):
        labels_from(text, ())


def test_thousands_of_labels_on_the_command_line_are_no_name_of_a_file():
    names = [f"label {number}" for number in range(5000)]
    assert [label.name for label in labels_from(",".join(names), ())] == names
