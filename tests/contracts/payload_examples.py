"""An example of any event type, with every field filled: the first draft of a golden payload."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import re
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from circulation.event import EVENT_TYPES

__all__ = ["PAYLOADS", "ROOT", "example", "import_all_event_types", "may_be_none", "parts_of"]

ROOT = Path(__file__).resolve().parents[2]
PAYLOADS = Path(__file__).with_name("payloads")


def import_all_event_types() -> None:
    """Import every module of ours that declares an event, so that all types are registered."""
    for package in ("circulation", "logistics"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if re.search(r"^@event$", path.read_text(), re.MULTILINE):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def example(cls: type[Any]) -> Any:
    """An instance with every field filled; what is optional is there."""
    hints = get_type_hints(cls)
    values = {field.name: _value(hints[field.name], field.name) for field in dataclasses.fields(cls)}
    return cls(**values)


def _value(hint: Any, name: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _value(next(one for one in inner if one is not types.NoneType), name)
    if origin is Literal:
        return inner[0]
    if origin is tuple:
        return tuple(_value(one, name) for one in inner if one is not Ellipsis)
    if origin is not None and issubclass(origin, Mapping):
        return {_value(inner[0], "key"): _value(inner[1], name)}
    if dataclasses.is_dataclass(hint):
        return example(hint)  # type: ignore[arg-type] # a class, not an instance
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    simple: dict[Any, Any] = {str: f"{name}-1", int: 1, bool: True, float: 0.5}
    if hint not in simple:
        raise TypeError(f"no example of {hint}: write the golden payload by hand")
    return simple[hint]


def may_be_none(hint: Any) -> bool:
    """Whether None fits a type."""
    return types.NoneType in get_args(hint)


def parts_of(cls: type[Any]) -> set[type[Any]]:
    """An event type and all dataclasses inside it."""
    found: set[type[Any]] = set()
    waiting: list[Any] = [cls]
    while waiting:
        one = waiting.pop()
        if dataclasses.is_dataclass(one) and one not in found:
            found.add(one)  # type: ignore[arg-type] # a class, not an instance
            hints = get_type_hints(one)
            waiting.extend(hints[field.name] for field in dataclasses.fields(one))
        else:
            waiting.extend(get_args(one))
    return found


import_all_event_types()
ALL_TYPES = sorted(EVENT_TYPES)
