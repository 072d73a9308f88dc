"""Attributes as a person declares and sets them: `color: select red|green|blue`, `speed: number 0..200 mutable`.

Apart from the rules because those guard what is saved, whoever made it; this reads what somebody types, and says what
would be right. One declaration: name, colon, kind, then values with | between or a range, then `= default`, then
`mutable`. Several have semicolons or line ends between.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Mapping
from typing import get_args

from msgspec.structs import replace

from engine.document import Attribute, AttributeKind, AttributeValue
from engine.errors import EditError, nearest

KINDS: tuple[AttributeKind, ...] = get_args(AttributeKind)
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")
_RANGE = re.compile(r"\s*(\S*?)\s*\.\.\s*(\S*)\s*\Z")


def parse(text: str) -> tuple[Attribute, ...]:
    """Read declarations; raise EditError that names the one which is wrong."""
    parts = [part.strip() for part in re.split(r"[;\n]", text)]
    found = tuple(_declared(part) for part in parts if part)
    names = [attribute.name for attribute in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise EditError(f'Two attributes are called "{twice}"', "give one of them another name")
    return found


def spelled(attributes: Iterable[Attribute]) -> str:
    """Return declarations as they are typed, in one line."""
    return "; ".join(_spelled(attribute) for attribute in attributes)


def _spelled(attribute: Attribute) -> str:
    parts = [f"{attribute.name}:", attribute.kind]
    if attribute.values:
        parts.append("|".join(attribute.values))
    if attribute.minimum is not None or attribute.maximum is not None:
        parts.append(f"{_end(attribute.minimum)}..{_end(attribute.maximum)}")
    if attribute.default != "":
        parts.append(f"= {shown(attribute.default)}")
    return " ".join([*parts, "mutable"] if attribute.mutable else parts)


def _end(number: float | None) -> str:
    return "" if number is None else shown(number)


def shown(value: AttributeValue) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:.15g}"


def _declared(text: str) -> Attribute:
    name, colon, rest = (part.strip() for part in text.partition(":"))
    kind, _, rest = (part.strip() for part in rest.partition(" "))
    if not colon or not name:
        raise EditError(f'"{text}" declares no attribute', 'write it like "color: select red|green|blue"')
    if kind not in KINDS:
        raise EditError(f'Attribute "{name}" has no kind "{kind}"', nearest(kind, KINDS))
    mutable = rest == "mutable" or rest.endswith(" mutable")
    rest = rest.removesuffix("mutable").strip() if mutable else rest
    rest, given, default = (part.strip() for part in rest.partition("="))
    values, low, high = _allowed(name, kind, rest)
    made = Attribute(name, kind, values, mutable=mutable, minimum=low, maximum=high)
    return replace(made, default=checked(made, default)) if given else made


def _allowed(name: str, kind: str, text: str) -> tuple[tuple[str, ...], float | None, float | None]:
    """Return which values an attribute takes: those to choose from, the least, the greatest."""
    if kind in ("select", "radio"):
        values = tuple(dict.fromkeys(value.strip() for value in text.split("|") if value.strip()))
        if not values:
            raise EditError(f'Attribute "{name}" has nothing to choose from', f'write "{name}: {kind} one|two"')
        return values, None, None
    if not text:
        return (), None, None
    if kind != "number":
        raise EditError(f'Attribute "{name}" is a {kind}: "{text}" means nothing there', f'write "{name}: {kind}"')
    ends = _RANGE.match(text)
    if ends is None:
        raise EditError(f'Attribute "{name}" has no range "{text}"', f'write "{name}: number 0..200"')
    low, high = (_number(end, name) if end else None for end in ends.groups())
    if low is not None and high is not None and low > high:
        raise EditError(f'Attribute "{name}" has an empty range', f"{shown(low)} is more than {shown(high)}")
    return (), low, high


def _number(value: AttributeValue, name: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise EditError(f'Attribute "{name}" takes a number', f'"{value}" is none')
    return number


def checked(attribute: Attribute, value: AttributeValue) -> AttributeValue:
    """Return a value as the attribute keeps it; raise EditError that says what is allowed."""
    match attribute.kind:
        case "checkbox":
            word = shown(value).strip().lower()
            if word not in TRUE + FALSE:
                raise EditError(f'Attribute "{attribute.name}" takes yes or no', f'not "{shown(value)}"')
            return word in TRUE
        case "number":
            number = _number(value, attribute.name)
            low, high = attribute.minimum, attribute.maximum
            if not in_range(attribute, number):
                ends = f"from {_end(low)}" if high is None else f"up to {_end(high)}" if low is None else ""
                ends = ends or f"from {_end(low)} to {_end(high)}"
                raise EditError(f'Attribute "{attribute.name}" takes numbers {ends}', f"not {shown(number)}")
            return number
        case "select" | "radio":
            word = shown(value)
            if word not in attribute.values:
                hint = nearest(word, attribute.values)
                raise EditError(f'Attribute "{attribute.name}" does not take "{word}"', hint)
            return word
        case _:
            return shown(value)


def in_range(attribute: Attribute, number: float) -> bool:
    """Say whether a number is from the least to the greatest that the attribute takes."""
    low, high = attribute.minimum, attribute.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def carried(values: Mapping[str, AttributeValue], declared: Iterable[Attribute]) -> dict[str, AttributeValue]:
    """Return those values of an object that another label's attributes of the same names take, as they keep them.

    A value is taken if it could be typed there, but yes and no stay what they are: they are no number and no text.
    """
    found: dict[str, AttributeValue] = {}
    for attribute in declared:
        value = values.get(attribute.name)
        if value is None or isinstance(value, bool) != (attribute.kind == "checkbox"):
            continue
        with contextlib.suppress(EditError):
            found[attribute.name] = checked(attribute, value)
    return found


def present(attribute: Attribute, values: dict[str, AttributeValue]) -> AttributeValue:
    """Return the value of an attribute among those of a shape: its own, else the default."""
    value = values.get(attribute.name, attribute.default)
    return bool(value) if attribute.kind == "checkbox" and value == "" else value
