"""
How many items of a tote to check, which ones, and what may be said afterwards: exact, in whole numbers.

A tote with n items of which some are wrong is an urn; a check of k of them without putting back finds none with the
hypergeometric probability C(n - wrong, k) / C(n, k). As long as that is not below the risk that one accepts, so many
may be wrong. Which items are checked follows from the filling and the digest of its seal, so that an auditor draws
the same ones again and nobody who empties a tote chooses them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from math import comb

__all__ = ["CONFIDENCE_PERCENT", "draw", "most_wrong", "sample_size", "tolerated"]

CONFIDENCE_PERCENT = 95
_TOLERATED_OF = 5


def tolerated(items: int) -> int:
    """How many of so many items may be wrong without the whole tote being scanned: a fifth, rounded down."""
    return items // _TOLERATED_OF


def most_wrong(items: int, checked: int, *, confidence_percent: int = CONFIDENCE_PERCENT) -> int:
    """
    At most how many of `items` are wrong when `checked` of them were looked at and none was.

    The smallest number of which it holds: were more wrong, a check would find none with a probability below
    100 - `confidence_percent` in a hundred. From 0 (all were looked at) to `items` (none was).
    """
    most, all_ways = 0, comb(items, checked)
    while most < items and comb(items - most - 1, checked) * 100 >= (100 - confidence_percent) * all_ways:
        most += 1
    return most


def sample_size(items: int, at_most: int, *, confidence_percent: int = CONFIDENCE_PERCENT) -> int:
    """The fewest of `items` to check so that, if none of them is wrong, at most `at_most` of all are."""
    return next(
        checked
        for checked in range(items + 1)
        if most_wrong(items, checked, confidence_percent=confidence_percent) <= at_most
    )


def draw(items: Iterable[str], size: int, *, filling: str, digest: str) -> tuple[str, ...]:
    """So many of the barcodes, by the order of SHA-256 over filling, digest and barcode; sorted for the eye."""

    def lot(barcode: str) -> bytes:
        return hashlib.sha256(f"{filling}\n{digest}\n{barcode}".encode()).digest()

    return tuple(sorted(sorted(items, key=lot)[:size]))
