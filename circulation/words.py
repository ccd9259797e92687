"""
What somebody typed as a reason or a note, as the log keeps it: sealed under a key of its own.

It may name anybody, so it is treated as if it did. In a field of text it stands as `{sealed:<key>:<reference>}`, which
folds, projections and sentences carry about like any other text; where something is shown or printed it is opened
(`opened`), and where somebody is refused it is not (`hidden`). Once its key is destroyed it is `FORGOTTEN` everywhere.
No decision looks into it. Events of before, and what a program says of itself, have plain text in the same field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from circulation.errors import Invalid

if TYPE_CHECKING:
    from circulation.event import Event
    from circulation.keyring import Keyring

__all__ = ["FORGOTTEN", "HIDDEN", "WORDED", "hidden", "keys_in", "opened", "opens_with", "sealed_words", "worded"]

FORGOTTEN = "a forgotten reason"
"""What is shown in place of words whose key is destroyed."""

HIDDEN = "a sealed reason"
"""What is shown in place of sealed words where they are not opened."""

_CONTEXT = "words"
_SEALED = re.compile(r"\{sealed:(\d{1,18}):([A-Za-z0-9_-]+)\}")
_MARK = "{sealed:"

WORDED: dict[str, tuple[str, ...]] = {}
"""The types of events that hold typed words, with the fields that do: those whose keys age with the event."""

_E = TypeVar("_E", bound="type[Event]")
_V = TypeVar("_V")


def worded(*names: str) -> Callable[[_E], _E]:
    """Say of an event type which of its fields hold words that somebody typed."""

    def noted(cls: _E) -> _E:
        WORDED[cls.__name__] = names
        return cls

    return noted


def sealed_words(keyring: Keyring, typed: str) -> str:
    """The words sealed under a new key; nothing stays nothing. Raises as `Keyring.seal`, never repeating them."""
    if not typed:
        return typed
    key = keyring.new_key()
    return f"{_MARK}{key}:{keyring.seal(key, typed, context=_CONTEXT)}}}"


def keys_in(event: Event) -> tuple[int, ...]:
    """The keys of the words that were typed for an event, in their order, each once."""
    found = [getattr(event, name) for name in WORDED.get(type(event).__name__, ())]
    return tuple(dict.fromkeys(int(key) for value in found for key, _ in _SEALED.findall(str(value))))


def opens_with(keyring: Keyring) -> Callable[[str], str]:
    """What opens a text: every sealed part of it in the clear, `FORGOTTEN` where its key is destroyed."""

    def open_one(part: re.Match[str]) -> str:
        try:
            words = keyring.unseal(int(part[1]), part[2], context=_CONTEXT)
        except Invalid:
            return part[0]  # somebody typed what only looks like it, or it was sealed in another store
        return FORGOTTEN if words is None else words

    return lambda text: _SEALED.sub(open_one, text)


def hidden(text: str, by: str = HIDDEN) -> str:
    """The text with `HIDDEN`, or another text, in place of every sealed part."""
    return _SEALED.sub(by, text) if _MARK in text else text


def opened(value: _V, open_text: Callable[[str], str]) -> _V:
    """The same value with every text in it opened, in lists, mappings and dataclasses too; itself if there is none."""
    return _opened(value, open_text)  # type: ignore[no-any-return]


def _opened(value: Any, open_text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return open_text(value) if _MARK in value else value
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return _or_itself(value, {key: _opened(one, open_text) for key, one in value.items()})
    if isinstance(value, tuple):
        parts = [_opened(one, open_text) for one in value]
        if all(new is old for new, old in zip(parts, value, strict=True)):
            return value
        return value._make(parts) if hasattr(value, "_make") else tuple(parts)
    if isinstance(value, list):
        return _or_itself(value, [_opened(one, open_text) for one in value])
    if is_dataclass(value) and not isinstance(value, type):
        now = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        changed = {name: new for name, old in now.items() if (new := _opened(old, open_text)) is not old}
        return replace(value, **changed) if changed else value
    return value


def _or_itself(before: Any, after: Any) -> Any:
    pairs = (
        zip(before.values(), after.values(), strict=True)
        if isinstance(before, Mapping)
        else zip(before, after, strict=True)
    )
    return before if all(new is old for old, new in pairs) else after
