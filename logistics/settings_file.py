"""
Settings that people write as TOML: read into a frozen model, or refused in one sentence with file, key and value.
"""

from __future__ import annotations

import tomllib
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from circulation.errors import Invalid

__all__ = ["Settings", "parse_settings"]

S = TypeVar("S", bound="Settings")


class Settings(BaseModel):
    """A table of a file; nothing in it may be misspelt, and no text is taken for a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def parse_settings(model: type[S], file: str, text: str) -> S:
    """
    The settings that a text says; `file` is its name for what goes wrong.

    Raises `Invalid`: `settings.toml` for what is no TOML; `settings.value`, `settings.missing`, `settings.unknown` and
    `settings.together` for the first key that is wrong.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid("settings.toml", file=file, why=str(error)) from None
    try:
        return model.model_validate(_tuples(told))
    except ValidationError as error:
        raise _first(file, error) from None


def _tuples(value: object) -> object:
    """TOML's arrays are lists, and a strict tuple takes none."""
    if isinstance(value, dict):
        return {key: _tuples(one) for key, one in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _first(file: str, error: ValidationError) -> Invalid:
    """The first thing that is wrong: one sentence is enough to put it right."""
    found = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in found["loc"])
    match found["type"]:
        case "missing":
            return Invalid("settings.missing", file=file, key=key)
        case "extra_forbidden":
            return Invalid("settings.unknown", file=file, key=key)
        case "value_error":
            return Invalid("settings.together", file=file, key=key or "the whole", why=str(found["ctx"]["error"]))
    said = str(found["msg"]).replace("Input should be", "it should be")
    return Invalid(
        "settings.value", file=file, key=key, value=str(found["input"])[:60], should=said[0].lower() + said[1:]
    )
