"""Faces with age, gender and emotion: three small networks of the Open Model Zoo, of which two may be missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.document import Attribute
from engine.specs import DetectorSpec, WeightFile, Weights
from engine.tools.base import Detector

if TYPE_CHECKING:
    from engine.tools.detecting.ports import Signature

_PLACE = "https://storage.openvinotoolkit.org/repositories/open_model_zoo/2023.0/models_bin/1/"
FACE, AGE, EMOTION = "face-detection-0205", "age-gender-recognition-retail-0013", "emotions-recognition-retail-0003"
_FP32 = {
    FACE: (
        "9b0abde1f8d0ab11dae2d3a2c83adae7cb01b35ce3e3c746028c399c16058da9d4057892b042b70d5fbdef5af2d39d12", 845_533,
        "a21f915e45f0785de1e7dc8ca17582ac4ec503b9b9f3bbb0fddbc4e0dfa9475ad82eb453cd10fc27d295cd6755ae2626", 8_049_968,
    ),
    AGE: (
        "ab3efa2de0566ceba6e1b3c55774ad9e93e71f9be81506df90d4e7a8055aa98673211af6ef91d848d78849c0cdcb72bc", 30_902,
        "a84d760d1d287b7105879c5e93cf5ebd6cbbd34fa809068b118c6adefc62448fefd8d06322dd2266f5ed98b8dd3901fc", 8_552_076,
    ),
    EMOTION: (
        "670369f2550d26d86fe78e87a8d1221b979d3ae595a85d10b264b170858fff51c3e22103897896ff61c090cd0923a648", 39_209,
        "b763e002e1084a792e99c755c457a2d64848967cfaa2bb851ef09e3d5d756a335b77cf08a1b770d60ccfbb87329b3f62", 9_930_028,
    ),
}  # fmt: skip
"""The sha384 and size of each network's .xml and .bin, as the publisher gives them."""
_FP16 = {
    FACE: (
        "ccdcc362de5b1efaefb78aa2ac454e1abf718a03b9c4e797c064eaae58a4e866322e572e886205dfe7bd03ebef21d92f", 994_396,
        "5e216ffee69fd48f0d82f75396351d3fa8e57a4d928de24b409d1dfcf8145542d241b127dc4ee0b128dd6ace77bfa2f4", 4_025_200,
    ),
    AGE: (
        "a3c4c149f644a8cbcf81fb9fe5c9eb2500c5a102c6dea8ed9ef748eb60e07a0205371d5a839f26592848433971ea8547", 43_414,
        "667b71d543f455e5683c70de8ae6db303e8c2362b1e25d3b2539a2ce80bb689ccedefb79b2111b0b8cb6dafcbb2cc5b4", 4_276_038,
    ),
    EMOTION: (
        "e09fefe36af94c2523750cd6791a0f068ba97ea9e58e3fe69371403cc1523f6674d443036e189364c51e7eb3d23b84e5", 55_639,
        "1bd220b2433aa295ca891aafa7749105d8c40b4165a65c3d65ba6fe434ac44e2d6225f9a44bdffcb8a253a30f48580a9", 4_965_014,
    ),
}  # fmt: skip


def _set(name: str, form: str, known: dict[str, tuple[str, int, str, int]]) -> Weights:
    """Return a published set; the networks that tell attributes may be missing."""
    files = tuple(
        WeightFile(f"{net}.{end}", f"{_PLACE}{net}/{form}/{net}.{end}", f"sha384:{digest}", size, optional=net != FACE)
        for net, (xml, xml_size, data, data_size) in known.items()
        for end, digest, size in (("xml", xml, xml_size), ("bin", data, data_size))
    )
    return Weights(name, files=files, licence="Apache-2.0")


SPEC = DetectorSpec(
    id="face",
    name="Attributed face detection",
    help="Faces as boxes, with age, gender and emotion where the set has the networks that tell them. "
    "They are guesses: age is wrong by seven years on average, and faces under 64 pixels are seldom told rightly.",
    licence="Apache-2.0 (OpenVINO)",
    source=f"Open Model Zoo: {FACE}, {AGE}, {EMOTION}",
    weights=(_set(FACE, "FP32", _FP32), _set(f"{FACE}-fp16", "FP16", _FP16)),
    packages=("openvino",),
    labels=("face",),
    attributes=(
        Attribute("age", "number", minimum=0, maximum=150),
        Attribute("gender", "select", values=("female", "male")),
        Attribute("emotion", "select", values=("neutral", "happy", "sad", "surprise", "anger")),
    ),
)


def knows(signature: Signature) -> str:
    """Return what was understood of a file, "" if it does not find faces."""
    from engine.tools.detecting.faces import boxes_of

    return "face detection" if boxes_of(signature) else ""


def load(weights: Path | None, device: str) -> Detector:
    """Return the detector, with those of the networks for attributes that belong to the set."""
    from engine.tools.detecting.faces import Faces, age_and_gender, emotion
    from engine.tools.detecting.files import beside
    from engine.tools.detecting.opening import refuse_none
    from engine.tools.detecting.runtimes.openvino import Network

    path = refuse_none(weights, SPEC)
    others = ((beside(path, f"{AGE}.xml"), age_and_gender), (beside(path, f"{EMOTION}.xml"), emotion))
    return Faces(Network(path, device), [tells(Network(file, device)) for file, tells in others if file is not None])
