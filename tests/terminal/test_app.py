"""The whole program by keys, from the prompt to the YAML file."""

from __future__ import annotations

from tests.terminal.conftest import Launch, saved

YAML = "annotations.termwand.yaml"


def test_a_box_by_keys_is_in_the_file_and_the_frame_is_remembered(launch: Launch, street):
    app = launch(street, options=("--labels", "car,person"))
    app.sees("1/6").press("b", "was", "enter", "wdf", "enter").sees("car 1 rect")
    app.press("f").sees("2/6")
    assert app.leave() == 0
    document, notes = saved(street / YAML)
    shape = document.shapes(0)[0]
    assert (shape.label, shape.type, notes) == ("car", "rectangle", [])
    assert document.last_frame == 1
    again = launch(street).sees("2/6")
    again.press("d").sees("car 1 rect").leave()


def test_keys_typed_ahead_land_on_the_frame_they_were_meant_for(launch: Launch, street):
    app = launch(street, options=("--labels", "car"))
    app.sees("1/6").press("ff", "b", "was", "enter", "wdf", "enter", "f", "n", "was", "enter", "wdf", "enter")
    app.sees("4/6").sees("car 2 rect")
    app.leave()
    document, _ = saved(street / YAML)
    assert [len(document.shapes(frame)) for frame in range(6)] == [0, 0, 1, 1, 0, 0]


def test_the_first_label_is_asked_for(launch: Launch, street):
    app = launch(street).sees("New label").press("dog, cat", "enter").sees("dog")
    app.press("s").sees("cat").press("2").sees("■ cat")
    app.leave()
    assert [label.name for label in saved(street / YAML)[0].labels] == ["dog", "cat"]


def test_a_second_writer_is_offered_to_read(launch: Launch, street):
    first = launch(street, options=("--labels", "car")).sees("1/6")
    first.press("b", "was", "enter", "wdf", "enter").sees("car 1 rect")
    second = launch(street).sees("Open read-only")
    second.press("r").sees("read-only")
    second.press("b").press("was", "enter", "wdf", "enter").sees("read-only")
    assert second.leave() == 0
    assert first.leave() == 0
    assert len(list(saved(street / YAML)[0].all_shapes())) == 1


def test_names_from_files_cannot_command_the_terminal(launch: Launch, tmp_path, street):
    folder = tmp_path / "evil"
    folder.mkdir()
    name = "a\x1b]0;owned\x07\x1b[31m.jpg"
    (folder / name).write_bytes((street / "street_1.jpg").read_bytes())
    app = launch(folder, options=("--labels", "x\x1b[2Jy")).sees("1/1")
    app.press("b", "was", "enter", "wdf", "enter").sees("rect")
    app.press("s").sees("add a label").press("esc").leave()
    written = b"".join(data for _, data in app.pty.log)
    assert b"\x1b]0;owned" not in written and b"x\x1b[2J" not in written


def test_a_folder_without_pictures_is_refused_with_a_sentence(launch: Launch, tmp_path):
    (tmp_path / "empty").mkdir()
    app = launch(tmp_path / "empty")
    assert app.pty.process.wait(20) == 1
    app.pty.settle()
    assert "termwand:" in app.text() and "empty" in app.text()


def test_a_broken_first_picture_is_named_and_passed_over(launch: Launch, street):
    (street / "aaa.png").write_bytes(b"")
    app = launch(street, options=("--labels", "car")).sees("2/7").sees("aaa.png").sees("🬂")
    app.pty.settle(0.1)
    assert "aaa.png" in app.text(), "the picture came after it, and not over it"
    app.press("b", "was", "enter", "wdf", "enter").sees("car 1 rect").leave()
    assert len(saved(street / YAML)[0].shapes(1)) == 1


def test_a_folder_of_nothing_but_broken_pictures_can_be_left(launch: Launch, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(b"")
    app = launch(folder, options=("--labels", "car")).sees("b.png")
    assert app.leave() == 0


def test_what_was_saved_and_where_is_said_on_saving_and_when_it_is_left(launch: Launch, street, tmp_path):
    away = tmp_path / "away.yaml"
    app = launch(street, options=("--labels", "car", "--annotations", str(away)))
    app.sees("kept in").sees("street_1").press("y").sees("draw points").press("a", "n").sees("car 1 pts")
    app.press("ctrl+s").sees("Saved 1 object to away.yaml")
    assert app.leave() == 0
    app.pty.settle()
    assert app.text().strip() == "Saved 1 object to away.yaml"
    again = launch(street, options=("--annotations", str(away))).sees("street_1")
    assert again.leave() == 0
    again.pty.settle()
    assert again.text().strip() == ""
