"""Settings: what is in a file or on the command line is checked by name, type and range, and refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.settings import Settings, load_settings, with_values

GOOD = [
    ({}, Settings()),
    ({"points": 0}, Settings(points=0)),
    ({"points": 13, "fill": 1}, Settings(points=13, fill=1.0)),
    ({"trail": 200}, Settings(trail=200)),
    ({"graphics": "sixel", "keymap": "my.yaml"}, Settings(graphics="sixel", keymap="my.yaml")),
    ({"device": "cuda:3", "patience": 1}, Settings(device="cuda:3", patience=1.0)),
]
BAD = [
    ("point", 3, 'No setting is called "point"', 'did you mean "points"'),
    ("points", 99, "a whole number from 0 to 13", "it is 99"),
    ("points", 9.5, "a whole number from 0 to 13", "it is 9.5"),
    ("points", True, "a whole number", "it is True"),
    ("patience", -5, "a number from 1 on", "it is -5"),
    ("patience", float("nan"), "a number from 1 on", "it is nan"),
    ("fill", "half", "a number from 0 to 1", "it is 'half'"),
    ("trail", 201, "a whole number from 0 to 200", "it is 201"),
    ("polygons", 1, "true or false", "it is 1"),
    ("polygons", "yes", "true or false", "it is 'yes'"),
    ("author", ["me"], "a text", "it is a list"),
    ("graphics", "sixels", 'no value "sixels"', 'did you mean "sixel"'),
    ("graphics", ["kitty"], "no value", "kitty"),
    ("device", "gpu", 'no device "gpu"', "cuda"),
]


@pytest.mark.parametrize(("values", "settings"), GOOD)
def test_what_fits_is_taken(values: dict[str, object], settings: Settings) -> None:
    assert with_values(Settings(), values, "here") == settings


@pytest.mark.parametrize(("name", "value", "title", "detail"), BAD)
def test_what_does_not_fit_is_refused_with_its_place(name: str, value: object, title: str, detail: str) -> None:
    with pytest.raises(SettingsError) as caught:
        with_values(Settings(), {name: value}, "my/settings.yaml")
    assert title in caught.value.title and caught.value.detail.startswith("my/settings.yaml: ")
    assert detail in caught.value.detail


def test_a_file_is_read_and_one_that_is_not_there_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.yaml") == Settings()
    (tmp_path / "s.yaml").write_text("points: 4\npolygons: false\n")
    assert load_settings(tmp_path / "s.yaml") == Settings(points=4, polygons=False)
    for text in ("- points", "points: [", "points: 99", "\x00"):
        (tmp_path / "s.yaml").write_text(text)
        with pytest.raises(SettingsError):
            load_settings(tmp_path / "s.yaml")
