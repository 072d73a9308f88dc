"""Goes through a pickle as PyTorch's reader would, but makes nothing of it: what it would cost, and what it would call.

PyTorch's reader (`weights_only=True`) runs no strange code, but it makes whatever its allow list can make: a tensor of
a terabyte, a name that takes years to hash. So every instruction is first followed with stand-ins in place of the
values, and whatever no saved network contains is refused. `archives` compares the sizes of storages with the file.
"""

from __future__ import annotations

import codecs
import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from math import prod
from typing import Any

OPERATIONS = 2_000_000
"""Instructions of one file, and elements copied by them: the largest network here has 25,000."""
DIMENSIONS = 16
CODES = {opcode.code: opcode for opcode in pickletools.opcodes}
HASHED = 2**61 - 1
"""Whole numbers from here on can be chosen to have one hash all, which makes a dict as slow as a list."""
ITEM = {
    "Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1,
    "ComplexDouble": 16, "ComplexFloat": 8,
}  # fmt: skip
"""Bytes of an element, by the storage's name."""
STORAGES = {f"torch {name}Storage": size for name, size in ITEM.items()}
DTYPES = {f"torch {name}" for name in (
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64",
    "complex128",
)}  # fmt: skip
STRANGERS = re.compile(r"ltr(\.[a-z_]+)+ [A-Za-z_]+", re.ASCII)
"""Classes whose objects some trackers' files hold beside the network (how it was trained): they may be there, but what
is read in their place is empty."""
CLASSES, COST = 16, 100
"""Such classes in one file, and instructions that each mention of one counts as: torch's reader lists them anew."""


class UnsafeError(Exception):
    """The pickle asks for something that no saved network needs."""


class ExcessError(Exception):
    """The pickle asks for more time or memory than its file is worth."""


@dataclass(frozen=True, slots=True)
class Name:
    """A global, as "module name"."""

    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A tuple."""

    items: tuple[Any, ...]


@dataclass(slots=True)
class List:
    """A list."""

    items: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A dict or one of its kinds; only how many entries it has is known."""

    count: int = 0
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Storage:
    """Numbers in the file."""

    count: int
    item: int


class Made:
    """Any other value that was made: a tensor, a set, bytes."""


class Stranger:
    """An object of a stranger's class, of which nothing is kept."""


class Machine:
    """What a pickle has done so far; shared by the pickles of one file."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.storages: dict[str, int] = {}
        """Bytes that each storage is said to have."""
        self.tensors = 0
        """Bytes of all tensors together, which may lie over one another."""
        self.spent = 0
        self.strangers: set[str] = set()
        """Classes that are to be empty, as "module name"."""

    def run(self, file: BytesIO) -> Any:
        """Follow one pickle to its end and return what stands for its value.

        Raise UnsafeError or ExcessError, and ValueError, IndexError, KeyError or EOFError for a damaged one.
        """
        self.stack, self.marks, self.memo = [], [], {}
        while code := file.read(1):
            self.spend(1)
            known = CODES.get(code.decode("latin-1"))
            step = STEPS.get(known.name) if known else None
            if known is None or step is None:
                raise UnsafeError(f"Unsupported operand {code[0]}")
            if known.name == "STOP":
                return self.stack.pop()
            step(self, known.arg.reader(file) if known.arg else None)
        raise EOFError("the pickle has no end")

    def spend(self, count: int) -> None:
        """Count instructions, or elements that one of them copies."""
        self.spent += count
        if self.spent > OPERATIONS:
            raise ExcessError(f"it takes more than {OPERATIONS} steps to read")

    def since_mark(self) -> list[Any]:
        """Take off the stack what came after the last mark."""
        items, self.stack = self.stack, self.marks.pop()
        return items


def plain(value: Any) -> Any:
    """Return a value that may be a key: others can take for ever to hash."""
    number = isinstance(value, int) and abs(value) < HASHED
    if value is None or number or isinstance(value, str | bytes | float):
        return value
    raise UnsafeError("a key is neither a name nor a number")


# instructions


def _constant(value: Any) -> Callable[[Machine, Any], None]:
    return lambda machine, _: machine.stack.append(value)


def _operand(machine: Machine, operand: Any) -> None:
    machine.stack.append(operand)


def _name(machine: Machine, name: str) -> None:
    known = name in STORAGES or name in DTYPES or name in CALLS
    if not known and len(name) <= 100 and STRANGERS.fullmatch(name):
        _stranger(machine, name)
    elif not known:
        raise UnsafeError(f"Unsupported global: {name[:100].replace(' ', '.', 1)}")
    machine.stack.append(Name(name))


def _stranger(machine: Machine, name: str) -> None:
    machine.strangers.add(name)
    machine.spend(COST)
    if len(machine.strangers) > CLASSES:
        raise ExcessError(f"it holds objects of more than {CLASSES} classes")


def _get(machine: Machine, index: int) -> None:
    machine.stack.append(machine.memo[index])


def _put(machine: Machine, index: int) -> None:
    machine.memo[index] = machine.stack[-1]


def _mark(machine: Machine, _: None) -> None:
    machine.marks.append(machine.stack)
    machine.stack = []


def _row(machine: Machine, _: None) -> None:
    items = machine.since_mark()
    machine.stack.append(Row(tuple(items)))


def _row_of(count: int) -> Callable[[Machine, Any], None]:
    def step(machine: Machine, _: None) -> None:
        if len(machine.stack) < count:
            raise IndexError("the stack is empty")
        machine.stack[-count:] = [Row(tuple(machine.stack[-count:]))]

    return step


def _append(machine: Machine, _: None) -> None:
    item = machine.stack.pop()
    _list(machine).items.append(item)


def _appends(machine: Machine, _: None) -> None:
    items = machine.since_mark()
    _list(machine).items.extend(items)


def _list(machine: Machine) -> List:
    if not isinstance(machine.stack[-1], List):
        raise UnsafeError("something is appended to what is no list")
    return machine.stack[-1]


def _set_item(machine: Machine, _: None) -> None:
    _, key = machine.stack.pop(), machine.stack.pop()
    _set(machine, [key])


def _set_items(machine: Machine, _: None) -> None:
    items = machine.since_mark()
    if len(items) % 2:
        raise IndexError("a key has no value")
    _set(machine, items[::2])


def _set(machine: Machine, keys: list[Any]) -> None:
    target = machine.stack[-1]
    if not isinstance(target, Table):
        raise UnsafeError("something is put into what is no dict")
    for key in keys:
        plain(key)
    target.count += len(keys)


def _build(machine: Machine, _: None) -> None:
    """Give an OrderedDict its attributes, which is where PyTorch keeps `_metadata`, or a stranger what it forgets."""
    state, target = machine.stack.pop(), machine.stack[-1]
    ordered = isinstance(target, Table) and target.ordered
    if not (isinstance(state, Table) and (ordered or isinstance(target, Stranger))):
        raise UnsafeError("the state of an object is set")
    machine.spend(state.count)


def _new(machine: Machine, _: None) -> None:
    """Make an object of a stranger's class, without arguments."""
    arguments, kind = machine.stack.pop(), machine.stack.pop()
    if not (isinstance(kind, Name) and kind.text in machine.strangers and arguments == Row(())):
        raise UnsafeError("Unsupported operand: an object is made of a class that no saved network needs")
    machine.spend(COST)
    machine.stack.append(Stranger())


def _storage(machine: Machine, _: None) -> None:
    """Note a storage: ("storage", type, key, place, count), in older files with a part of it that is meant."""
    named = machine.stack.pop()
    parts = named.items if isinstance(named, Row) else ()
    if len(parts) not in (5, 6) or parts[0] != "storage":
        raise UnsafeError("something other than a storage lies outside the pickle")
    kind, key, place, count = parts[1:5]
    if not (isinstance(kind, Name) and kind.text in STORAGES and isinstance(key, str) and isinstance(place, str)):
        raise UnsafeError("a storage is described in no known way")
    item = STORAGES[kind.text]
    held = machine.storages.setdefault(key, whole(count) * item)
    if whole(count) * item > held:
        raise ExcessError(f"storage {key[:40]} is said to have two sizes")
    part = parts[5] if len(parts) == 6 else None
    if part is not None:
        _, start, count = part.items if isinstance(part, Row) and len(part.items) == 3 else (None, None, None)
        if (whole(start) + whole(count)) * item > held:
            raise ExcessError(f"a part of storage {key[:40]} lies outside it")
    machine.stack.append(Storage(whole(count), item))


def whole(value: Any) -> int:
    """Return a count; raise UnsafeError for anything else."""
    if not isinstance(value, int) or not 0 <= value < 2**63:
        raise UnsafeError("a count is no whole number, or too large")
    return value


# what may be called


def _call(machine: Machine, _: None) -> None:
    arguments, function = machine.stack.pop(), machine.stack.pop()
    if not isinstance(function, Name) or function.text not in CALLS or not isinstance(arguments, Row):
        raise UnsafeError("something is called that no saved network calls")
    machine.stack.append(CALLS[function.text](machine, *arguments.items))


def _tensor(machine: Machine, storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Made:
    """A view of a storage: it must lie within, and have no more elements than are there."""
    if not (isinstance(storage, Storage) and isinstance(size, Row) and isinstance(stride, Row)):
        raise UnsafeError("a tensor is made of no storage")
    sizes, strides = [whole(n) for n in size.items[: DIMENSIONS + 1]], [whole(n) for n in stride.items]
    if len(sizes) != len(strides) or len(sizes) > DIMENSIONS:
        raise UnsafeError(f"a tensor has {len(size.items)} sizes and {len(strides)} strides")
    if not prod(sizes):
        return Made()
    end = whole(offset) + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True)) + 1
    if end > storage.count or prod(sizes) > storage.count:
        raise ExcessError(f"a tensor of {'x'.join(map(str, sizes)) or '1'} is made of {storage.count} numbers")
    machine.tensors += prod(sizes) * storage.item
    return Made()


def _tensor_v2(machine: Machine, storage: Any, offset: Any, size: Any, stride: Any, grad: Any, hooks: Any) -> Made:
    return _tensor(machine, storage, offset, size, stride)


def _parameter(machine: Machine, tensor: Any, grad: Any, hooks: Any) -> Made:
    if not isinstance(tensor, Made):
        raise UnsafeError("a parameter is made of no tensor")
    return Made()


def _ordered(machine: Machine, items: Any = None) -> Table:
    pairs = items.items if isinstance(items, List) else None if items is not None else []
    if pairs is None or any(not isinstance(pair, Row | List) or len(pair.items) != 2 for pair in pairs):
        raise UnsafeError("an ordered dict is made of something else than pairs")
    machine.spend(len(pairs))
    for pair in pairs:
        plain(pair.items[0])
    return Table(len(pairs), ordered=True)


def _counter(machine: Machine, items: Any = None) -> Table:
    if items is not None and not isinstance(items, Table):
        raise UnsafeError("a counter is made of something else than a dict")
    machine.spend(items.count if items else 0)
    return Table(items.count if items else 0)


def _set_of(machine: Machine, items: Any = None) -> Made:
    if items is not None and not isinstance(items, List | Row):
        raise UnsafeError("a set is made of something else than a list")
    found = items.items if items else ()
    machine.spend(len(found))
    for item in found:
        plain(item)
    return Made()


def _bytes(machine: Machine, text: Any, encoding: Any) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise UnsafeError("bytes are made of something else than Latin text")
    machine.spend(len(text))
    return codecs.encode(text, "latin-1")


def _size(machine: Machine, items: Any = None) -> Row:
    found = tuple(whole(item) for item in items.items) if isinstance(items, Row | List) else ()
    machine.spend(len(found))
    return Row(found)


def _device(machine: Machine, name: Any, index: Any = 0) -> Made:
    if not isinstance(name, str) or len(name) > 40 or whole(index) > 1000:
        raise UnsafeError("a device is no name and number")
    return Made()


CALLS: dict[str, Callable[..., Any]] = {
    "collections OrderedDict": _ordered,
    "collections Counter": _counter,
    "torch._utils _rebuild_tensor": _tensor,
    "torch._utils _rebuild_tensor_v2": _tensor_v2,
    "torch._utils _rebuild_parameter": _parameter,
    "torch Size": _size,
    "torch device": _device,
    "_codecs encode": _bytes,
    "builtins set": _set_of,
    "__builtin__ set": _set_of,
}
STEPS: dict[str, Callable[[Machine, Any], None]] = {
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING", "LONG1"), _operand),
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    "EMPTY_TUPLE": _constant(Row(())),
    "EMPTY_LIST": lambda machine, _: machine.stack.append(List()),
    "EMPTY_DICT": lambda machine, _: machine.stack.append(Table()),
    "EMPTY_SET": lambda machine, _: machine.stack.append(Made()),
    "MARK": _mark,
    "TUPLE": _row,
    "TUPLE1": _row_of(1),
    "TUPLE2": _row_of(2),
    "TUPLE3": _row_of(3),
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _get),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _put),
    "GLOBAL": _name,
    "REDUCE": _call,
    "BUILD": _build,
    "NEWOBJ": _new,
    "BINPERSID": _storage,
    "PROTO": lambda machine, _: None,
    "STOP": _constant(None),
}
"""The instructions that PyTorch's reader knows; the one that makes objects is for strangers' alone."""
