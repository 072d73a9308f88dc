"""Which of a model's sets of weights the user wants: one line a model in `models.yaml`, beside the user's settings.

Apart from the folder of checkpoints, which several users may share, and from `settings.yaml`, which belongs to the
user's own editor: this file is written by the program.
"""

from __future__ import annotations

from pathlib import Path

from engine import disk, leftovers
from engine.errors import FormatError, WeightsError, nearest
from engine.specs import ToolSpec
from engine.textfile import text_in
from engine.weights.digests import OnProgress, quiet
from engine.weights.records import folder, need_folder
from engine.weights.remembered import once
from engine.weights.sets import Here, found, how_to_get, in_part, sets
from engine.weights.store import trusted

NAME = "models.yaml"


def path() -> Path:
    """Return the file of choices."""
    import platformdirs

    return Path(platformdirs.user_config_path("termwand")) / NAME


def chosen(owner: ToolSpec) -> str:
    """Return the set that the user chose for a tool, "" if none; a damaged file of choices counts as none."""
    return _read().get(owner.id, "")


def used(owner: ToolSpec) -> Here | None:
    """Return the set that the tool will use: the chosen one, or else the first; None if that is not here whole."""
    return _of(sets(owner), chosen(owner))


def in_use(owner: ToolSpec) -> Path | None:
    """Return the file that the tool will be given: the first of the set in use; None if that is not here whole."""
    here = used(owner)
    return here.path if here else None


def named(owner: ToolSpec) -> tuple[str, str]:
    """Return the name of the set in use, and what tells it from the tool's others here; "" where there is none."""
    here = sets(owner)
    now = _of(here, chosen(owner))
    if now is None:
        return "", ""
    return now.name, short(now.name, _names(here)) if len(here) > 1 else ""


def _of(here: list[Here], wanted: str) -> Here | None:
    if wanted:
        return next((one for one in here if one.name == wanted), None)
    return here[0] if here else None


def choose(owner: ToolSpec, name: str) -> None:
    """Let a tool use this set from now on ("": the first that is here); raise WeightsError if it is not here whole."""
    need_folder()
    known = {one.name: one for one in found(owner)}
    if name and name not in known:
        if name in {weights.name for weights in owner.weights}:
            raise WeightsError(f"{name} is not here yet", how_to_get(owner, name))
        hint = nearest(name, known) if known else how_to_get(owner, "")
        raise WeightsError(f'{owner.name} has no file here called "{name}"', hint)
    if name and known[name].missing:
        raise in_part(owner, known[name])
    choices = {**_read(strict=True), owner.id: name}
    _write({tool: wanted for tool, wanted in sorted(choices.items()) if wanted})


def weights_for(owner: ToolSpec, name: str = "", on_progress: OnProgress = quiet) -> Path:
    """Return the first file of a tool's set (default: of the one in use), all verified; raise WeightsError."""
    need_folder()
    known = {one.name: one for one in found(owner)}
    wanted = name or chosen(owner) or next((one.name for one in known.values() if not one.missing), "")
    here = known.get(wanted) if wanted else next(iter(known.values()), None)
    if here is not None and here.missing:
        raise in_part(owner, here)
    if here is not None:
        for record in here.records:
            trusted(record.path, on_progress)
        return here.path
    declared = {weights.name for weights in owner.weights}
    if name and name not in declared:
        raise WeightsError(f'{owner.name} has no weights called "{name}"', nearest(name, {*declared, *known}))
    if not known:
        raise WeightsError(f"{owner.name} has no weights here yet", how_to_get(owner, wanted))
    raise missing(owner, wanted)


def missing(owner: ToolSpec, name: str) -> WeightsError:
    """Return the error that says that the chosen set is not here."""
    others = ", ".join(_names(sets(owner)))
    other = f"termwand models use {owner.id} FILE takes another ({others})" if others else ""
    advice = "; ".join(part for part in (how_to_get(owner, name), other) if part)
    return WeightsError(f"{name}, which is chosen for {owner.name}, is not in {folder()}", advice)


def short(file: str, others: list[str]) -> str:
    """Return what tells a file's name from the others': `h18s` for coco_lvis_h18s_itermask.pth beside its kin."""
    parts, kin = _parts(file), [_parts(other) for other in others if other != file]
    if not kin:
        return "_".join(parts)
    start = min(_alike(parts, other) for other in kin)
    left = parts[start:]
    end = min(_alike(left[::-1], other[start:][::-1]) for other in kin)
    return "_".join(left[: len(left) - end] or parts)


def _names(here: list[Here]) -> list[str]:
    return [one.name for one in here]


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
