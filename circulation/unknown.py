"""
Codes that no item carries: a return is never refused, so even these are recorded, and queue until they are dealt with.

An entry of the queue is named after its branch and its place in the branch's stream (`bath-3`): so nobody has to
write down a code that may not be kept. One that is catalogued later under its code resolves itself.
A code is kept in the clear only where it has a registered form of item barcodes; anything else could be a card
of somewhere else, and is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from circulation.errors import Unknown
from circulation.event import Event, Fact, event
from circulation.item import UnknownCodeScanned

__all__ = [
    "BARCODE_FORMS",
    "BarcodeFormSet",
    "UnknownCodeClosed",
    "UnknownCodes",
    "Waiting",
    "decide_unknown",
    "decide_unknown_closed",
    "fold_barcode_forms",
    "fold_unknown_codes",
    "has_registered_form",
    "unknown_stream",
]

BARCODE_FORMS = "policy/barcodes"
"""The stream of the registered forms."""


@event
class BarcodeFormSet(Event):
    """Item barcodes of `length` characters that begin with `prefix` are in use."""

    prefix: str
    length: int


def fold_barcode_forms(forms: tuple[tuple[str, int], ...] | None, fact: Fact) -> tuple[tuple[str, int], ...]:
    """The forms after one more fact. Raises `TypeError` for a fact that cannot be."""
    match fact.event:
        case BarcodeFormSet(prefix=prefix, length=length):
            return tuple(sorted({*(forms or ()), (prefix, length)}))
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about barcodes ({fact.stream})")


def unknown_stream(branch: str) -> str:
    """The stream of what lay on the desks of a branch with a code that no item carries."""
    return f"unknown/{branch}"


@event
class UnknownCodeClosed(Event):
    """
    What was recorded as version `entry` of this stream is dealt with.

    It was `catalogued` under another code, belongs to another network (`foreign`), was given back to whoever
    brought it (`returned`), or was no item at all (`discarded`).
    """

    entry: int
    how: Literal["catalogued", "foreign", "returned", "discarded"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something with an unknown code that was received at `at_us`; `code` is None where it is sealed."""

    entry: int
    at_us: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class UnknownCodes:
    """The queue of a branch, by entry; what was catalogued under its own code stays in it, and is an item since."""

    waiting: Mapping[str, Waiting] = field(default_factory=dict)


def fold_unknown_codes(codes: UnknownCodes | None, fact: Fact) -> UnknownCodes:
    """The queue after one more fact. Raises `TypeError` for a fact that cannot be."""
    codes = codes or UnknownCodes()
    match fact.event:
        case UnknownCodeScanned(code=code):
            entry = Waiting(fact.version, fact.happened_us, code)
            return replace(codes, waiting={**codes.waiting, str(fact.version): entry})
        case UnknownCodeClosed(entry=closed):
            return replace(codes, waiting={k: one for k, one in codes.waiting.items() if k != str(closed)})
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about unknown codes ({fact.stream})")


def decide_unknown_closed(
    codes: UnknownCodes | None, branch: str, entry: int, how: Literal["catalogued", "foreign", "returned", "discarded"]
) -> UnknownCodeClosed:
    """The fact that an entry is dealt with. Raises `Unknown` (`unknown.no-entry`)."""
    if codes is None or str(entry) not in codes.waiting:
        raise Unknown("unknown.no-entry", branch=branch, entry=entry)
    return UnknownCodeClosed(entry=entry, how=how)


def has_registered_form(code: str, forms: tuple[tuple[str, int], ...]) -> bool:
    """Whether a code has one of the forms."""
    return any(code.startswith(prefix) and len(code) == length for prefix, length in forms)


def decide_unknown(*, branch: str, code: str, in_the_clear: bool, key: int | None, sealed: str | None) -> Event:
    """The fact of an unknown code on a desk."""
    if in_the_clear:
        return UnknownCodeScanned(branch=branch, code=code)
    return UnknownCodeScanned(branch=branch, sealed=sealed, key=key)
