"""YAML file <-> Document: strict reading, atomic writing, a version number.

A package because it is several small subjects: the lines of the format (`lines`), writing (`write`), guarded YAML
(`yamlsafe`, `convert`), reading (`read`, `build`, `migrations`), files on a disk (`files`) and their names (`place`).
"""

from engine.store.files import load, save
from engine.store.read import decode
from engine.store.write import encode

__all__ = ["decode", "encode", "load", "save"]
