"""The numbers on the demo's items, cards and totes: of the usual length, with a valid check digit."""

from __future__ import annotations

__all__ = ["card_number", "item_barcode", "tote_code"]


def item_barcode(number: int) -> str:
    """The barcode of the `number`th item, from 1: 14 digits that begin with 3."""
    return _checked(f"3011{number:09d}")


def card_number(number: int) -> str:
    """The card of the `number`th reader, from 1: 14 digits that begin with 2."""
    return _checked(f"2987{number:09d}")


def tote_code(number: int) -> str:
    """The code on the `number`th tote, from 1."""
    return f"T{number:05d}"


def _checked(thirteen: str) -> str:
    total = 0
    for place, digit in enumerate(thirteen):
        value = int(digit) * (2 - place % 2)
        total += value // 10 + value % 10
    return f"{thirteen}{(10 - total % 10) % 10}"
