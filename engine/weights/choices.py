"""Which of a model's installed files the user wants: one line a model in `models.yaml`, beside the user's settings.

Apart from the folder of checkpoints, which several users may share, and from `settings.yaml`, which belongs to the
user's own editor: this file is written by the program.
"""

from __future__ import annotations

from pathlib import Path

from engine import disk, leftovers
from engine.errors import FormatError, WeightsError, nearest
from engine.textfile import text_in
from engine.weights.declared import Owner
from engine.weights.digests import OnProgress, quiet
from engine.weights.remembered import once
from engine.weights.store import files, folder, how_to_get, reach, trusted

NAME = "models.yaml"


def path() -> Path:
    """Return the file of choices."""
    import platformdirs

    return Path(platformdirs.user_config_path("termwand")) / NAME


def chosen(owner: Owner) -> str:
    """Return the file that the user chose for a tool, "" if none; a damaged file of choices counts as none."""
    return _read().get(owner.id, "")


def in_use(owner: Owner) -> Path | None:
    """Return the file that the tool will use: the chosen one, or else the first; None if that is not here."""
    return _of(files(owner), chosen(owner))


def named(owner: Owner) -> tuple[str, str]:
    """Return the name of the file in use, and what tells it from the tool's others here; "" where there is none."""
    here = files(owner)
    found = _of(here, chosen(owner))
    if found is None:
        return "", ""
    return found.name, short(found.name, _names(here)) if len(here) > 1 else ""


def _of(here: list[Path], wanted: str) -> Path | None:
    if wanted:
        return next((file for file in here if file.name == wanted), None)
    return here[0] if here else None


def choose(owner: Owner, file: str) -> None:
    """Let a tool use this file from now on ("": the first that is here); raise WeightsError if it is not here."""
    reach()
    here = _names(files(owner))
    if file and file not in here:
        if file in {weights.file for weights in owner.weights}:
            raise WeightsError(f"{file} is not here yet", how_to_get(owner, file))
        hint = nearest(file, here) if here else how_to_get(owner, "")
        raise WeightsError(f'{owner.name} has no file here called "{file}"', hint)
    choices = {**_read(strict=True), owner.id: file}
    _write({tool: name for tool, name in sorted(choices.items()) if name})


def weights_for(owner: Owner, file: str = "", on_progress: OnProgress = quiet) -> Path:
    """Return the tool's checkpoint (`file`: its name, default the one in use), verified; raise WeightsError."""
    reach()
    here, wanted = files(owner), file or chosen(owner)
    if not wanted:
        if not here:
            raise WeightsError(f"{owner.name} has no weights here yet", how_to_get(owner, ""))
        return trusted(here[0], on_progress)
    found = next((path for path in here if path.name == wanted), None)
    if found is not None:
        return trusted(found, on_progress)
    known = {weights.file for weights in owner.weights}
    if wanted not in known and file:
        raise WeightsError(f'{owner.name} has no weights called "{file}"', nearest(file, {*known, *_names(here)}))
    if not here:
        raise WeightsError(f"{owner.name} has no weights here yet", how_to_get(owner, wanted))
    raise missing(owner, wanted)


def missing(owner: Owner, file: str) -> WeightsError:
    """Return the error that says that the chosen file is not here."""
    others = ", ".join(_names(files(owner)))
    other = f"termwand models use {owner.id} FILE takes another ({others})" if others else ""
    advice = "; ".join(part for part in (how_to_get(owner, file), other) if part)
    return WeightsError(f"{file}, which is chosen for {owner.name}, is not in {folder()}", advice)


def short(file: str, others: list[str]) -> str:
    """Return what tells a file's name from the others': `h18s` for coco_lvis_h18s_itermask.pth beside its kin."""
    parts, kin = _parts(file), [_parts(other) for other in others if other != file]
    if not kin:
        return "_".join(parts)
    start = min(_alike(parts, other) for other in kin)
    left = parts[start:]
    end = min(_alike(left[::-1], other[start:][::-1]) for other in kin)
    return "_".join(left[: len(left) - end] or parts)


def _names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def _alike(one: list[str], other: list[str]) -> int:
    """Return how many of the first parts are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _parts(file: str) -> list[str]:
    return Path(file).stem.replace("-", "_").split("_")


def _read(*, strict: bool = False) -> dict[str, str]:
    """Return the choices that can be made out; if `strict`, raise WeightsError where any cannot."""
    absent: tuple[dict[str, str], str] = ({}, "")
    choices, damage = once(path(), _made_out, absent)
    if strict and damage:
        raise WeightsError("The file of choices is damaged", f"{damage}; mend or delete it first ({path()})")
    return choices


def _made_out(path: Path) -> tuple[dict[str, str], str]:
    """Return the choices in a file that can be made out, and what is wrong with it."""
    import yaml

    damage, found = "", {}
    try:
        data = yaml.safe_load(text_in(path))
        found = data if isinstance(data, dict) else {}
        damage = "" if data is None or isinstance(data, dict) else "it is no table of models and files"
    except OSError as error:
        damage = error.strerror or str(error)
    except (FormatError, ValueError, RecursionError, yaml.YAMLError) as error:
        damage = " ".join(str(error).split())
    choices = {tool: name for tool, name in found.items() if isinstance(tool, str) and isinstance(name, str)}
    if not damage and len(choices) < len(found):
        damage = "not every line is the name of a model and that of a file"
    return choices, damage


def _write(choices: dict[str, str]) -> None:
    import yaml

    target = path()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        leftovers.sweep(target.parent)
        disk.commit(disk.prepare(target, yaml.safe_dump(choices, allow_unicode=True).encode()), target)
    except OSError as error:
        raise WeightsError("The choice cannot be kept", f"{error.strerror} ({target})") from error
