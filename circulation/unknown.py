"""
Codes that no item carries: a return is never refused, so even these are recorded.

A code is kept in the clear only where it has a registered form of item barcodes; anything else could be a card
of somewhere else, and is sealed.
"""

from __future__ import annotations

from circulation.event import Event, Fact, event
from circulation.item import UnknownCodeScanned

__all__ = [
    "BARCODE_FORMS",
    "BarcodeFormSet",
    "decide_unknown",
    "fold_barcode_forms",
    "fold_unknown_codes",
    "has_registered_form",
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


def fold_unknown_codes(count: int | None, _fact: Fact) -> int:
    """How many unknown codes a branch has recorded."""
    return (count or 0) + 1


def has_registered_form(code: str, forms: tuple[tuple[str, int], ...]) -> bool:
    """Whether a code has one of the forms."""
    return any(code.startswith(prefix) and len(code) == length for prefix, length in forms)


def decide_unknown(*, branch: str, code: str, in_the_clear: bool, key: int | None, sealed: str | None) -> Event:
    """The fact of an unknown code on a desk."""
    if in_the_clear:
        return UnknownCodeScanned(branch=branch, code=code)
    return UnknownCodeScanned(branch=branch, sealed=sealed, key=key)
